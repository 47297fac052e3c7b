"""A stranger scans a label, reports, and follows the report by its link."""

from __future__ import annotations

FORM = "form-publicreport"


def test_a_stranger_reports_from_the_page_of_a_piece_and_follows_the_report(visitor, as_, world):
    code = world.pieces["one_1"].code
    page = visitor.get(f"/q/{code.lower()}")
    assert "SN11" not in page.text
    page.forms[FORM]["symptom"] = "座椅<b>松动</b>"
    page.forms[FORM]["caller_phone"] = "12"
    again = page.forms[FORM].submit(status=422)
    assert again.forms[FORM]["symptom"].value == "座椅<b>松动</b>"
    again.forms[FORM]["caller_phone"] = "13900001234"
    own = again.forms[FORM].submit(status=303).follow()
    assert "座椅&lt;b&gt;松动&lt;/b&gt;" in own.text
    assert "13900001234" not in own.text
    number = own.html.h1.text.strip()
    found = as_("reviewer").api.get("/repairs", q=number).json["items"]
    assert [each["channel"] for each in found] == ["public"]
    as_("reviewer").api.act(f"/repairs/{found[0]['id']}", "ask_more", {"question": "哪一台？"}, status=200)
    own = visitor.get(own.request.path)
    assert "哪一台？" in own.text
    form = visitor.get(f"{own.request.path}/supply").forms["form-supply"]
    form["text"] = "靠近大门的"
    form.submit(status=303)
    assert as_("reviewer").api.get(f"/repairs/{found[0]['id']}").json["state"] == "pending_review"


def test_sending_the_form_twice_makes_one_report_and_leads_to_the_same_page(visitor, as_, world):
    form = visitor.get(f"/q/{world.pieces['one_1'].code}").forms[FORM]
    form["symptom"] = "转盘卡住"
    first, second = form.submit(status=303), form.submit(status=303)
    assert first.location == second.location
    assert len(as_("reviewer").api.get("/repairs").json["items"]) == 1


def test_a_wrong_code_or_token_or_another_action_is_not_found(visitor):
    visitor.get("/q/22222222", status=404)
    visitor.get("/r/nonsense", status=404)
    visitor.get("/r/nonsense/approve", status=404)


def test_a_piece_out_of_use_says_so_in_large_letters(visitor, as_, world):
    piece = world.pieces["one_1"]
    as_("inspector").api.act(f"/equipment/{piece.id}", "stop_use", {"reason": "立柱松动"}, status=200)
    page = visitor.get(f"/q/{piece.code}")
    assert "Please do not use" in page.text
    assert "立柱松动" not in page.text
