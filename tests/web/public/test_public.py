"""A stranger scans a label, reports, and follows the report by its link."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from tests.web.client import OfficeClient
from tests.web.work import jpeg


def report_form(visitor, world, piece="one_1"):
    return visitor.get(f"/q/{world.pieces[piece].code}").forms["report"]


def test_a_stranger_reports_in_two_taps_and_follows_the_report(visitor, as_, world):
    page = visitor.get(f"/q/{world.pieces['one_1'].code.lower()}")
    assert "SN11" not in page.text
    form = page.forms["report"]
    form["fault"] = "loose"
    own = form.submit(status=303).follow()
    number = own.html.h1.text.strip()
    found = as_("reviewer").api.get("/repairs", q=number).json["items"]
    assert [each["channel"] for each in found] == ["public"]
    whole = as_("reviewer").api.get(f"/repairs/{found[0]['id']}").json
    assert (whole["symptom"], whole["fault"]) == ("松动、晃动", "loose")
    as_("reviewer").api.act(f"/repairs/{found[0]['id']}", "ask_more", {"question": "哪一台？"}, status=200)
    own = visitor.get(own.request.path)
    assert "哪一台？" in own.text
    supply = visitor.get(f"{own.request.path}/supply").forms["form-supply"]
    supply["text"] = "靠近大门的"
    supply.submit(status=303)
    assert as_("reviewer").api.get(f"/repairs/{found[0]['id']}").json["state"] == "pending_review"


def test_what_was_typed_stays_when_the_report_is_not_accepted(visitor, world):
    form = report_form(visitor, world)
    form["symptom"], form["caller_phone"] = "座椅<b>松动</b>", "12"
    again = form.submit(status=422)
    assert again.forms["report"]["symptom"].value == "座椅<b>松动</b>"
    again.forms["report"]["caller_phone"] = "13900001234"
    refused = again.forms["report"].submit(status=422)
    assert "Please agree that we may call you" in refused.text
    refused.forms["report"]["consent"] = True
    own = refused.forms["report"].submit(status=303).follow()
    assert "座椅&lt;b&gt;松动&lt;/b&gt;" in own.text
    assert "13900001234" not in own.text
    assert "139****1234" in own.text


def test_nothing_said_is_no_report(visitor, world):
    assert "Say what is wrong." in report_form(visitor, world).submit(status=422).text


def test_sending_the_form_twice_makes_one_report_and_leads_to_the_same_page(visitor, as_, world):
    form = report_form(visitor, world)
    form["symptom"] = "转盘卡住"
    first, second = form.submit(status=303), form.submit(status=303)
    assert first.location == second.location
    assert len(as_("reviewer").api.get("/repairs").json["items"]) == 1


def test_who_met_the_fault_too_joins_the_report_and_sees_its_course_but_none_of_its_words(app, visitor, as_, world):
    form = report_form(visitor, world)
    form["fault"], form["symptom"] = "noise", "我家老人的秘密"
    form.submit(status=303)
    other = OfficeClient(app)
    page = other.get(f"/q/{world.pieces['one_1'].code}")
    assert "Strange noise" in page.text
    assert "秘密" not in page.text
    joining = next(each for each in page.forms.values() if "/me-too/" in each.action)
    first, second = joining.submit(status=303), joining.submit(status=303)
    assert first.location == second.location
    own = first.follow()
    assert "2 people have met this fault" in own.html.get_text()
    assert "秘密" not in own.text
    assert len(as_("reviewer").api.get("/repairs").json["items"]) == 1
    other.get(f"{own.request.path}/withdraw", status=404)
    contact = other.get(f"{own.request.path}/contact").forms["form-contact"]
    contact["caller_phone"] = "139 0000 7777"
    assert "139****7777" in contact.submit(status=303).follow().text


def test_the_reporter_confirms_with_a_rating(visitor, as_, world):
    form = report_form(visitor, world)
    form["fault"] = "stuck"
    own = form.submit(status=303).follow()
    repair = as_("reviewer").api.get("/repairs").json["items"][0]
    as_("reviewer").api.act(f"/repairs/{repair['id']}", "answer", {"answer": "已电话指导"}, status=200)
    confirm = visitor.get(f"{own.request.path}/confirm").forms["form-confirm"]
    confirm["score"] = "5"
    confirm.submit(status=303)
    closed = as_("reviewer").api.get(f"/repairs/{repair['id']}").json
    assert (closed["state"], closed["score"]) == ("closed", 5)


def test_a_picture_is_kept_with_the_report(visitor, as_, world):
    form = report_form(visitor, world)
    form["fault"] = "rust"
    form["pictures"] = [("a.jpg", jpeg())]
    form.submit(status=303)
    repair = as_("reviewer").api.get("/repairs").json["items"][0]
    assert len(as_("reviewer").api.get(f"/repairs/{repair['id']}").json["media"]) == 1


def test_a_wrong_code_or_token_or_another_action_is_not_found(visitor):
    visitor.get("/q/22222222", status=404)
    assert "There is no such code" in visitor.get("/q/?code=2222-2222", status=404).text
    visitor.get("/r/nonsense", status=404)
    visitor.get("/r/nonsense/approve", status=404)


def test_a_piece_out_of_use_says_so_in_large_letters(visitor, as_, world):
    piece = world.pieces["one_1"]
    as_("inspector").api.act(f"/equipment/{piece.id}", "stop_use", {"reason": "立柱松动"}, status=200)
    page = visitor.get(f"/q/{piece.code}")
    assert page.html.select_one(".stop span").text == "Please do not use"
    assert "立柱松动" not in page.text


def test_a_typed_code_leads_to_its_piece(visitor, world):
    code = world.pieces["one_1"].code
    assert visitor.get(f"/q/?code={code[:4].lower()}-{code[4:]}", status=303).location.endswith(f"/q/{code}")


def test_without_a_label_the_nearest_public_site_leads_to_its_pieces(visitor, world):
    site = world.sites["one"]
    page = visitor.get(f"/q/?near={site.longitude:.5f},{site.latitude:.5f}")
    assert site.name in page.text
    pieces = visitor.get(f"/q/sites/{site.id}")
    links = [each["href"] for each in pieces.html.select(".pieces a")]
    assert f"/q/{world.pieces['one_1'].code}" in links
    assert not re.search(r"SN\d+", pieces.text)


class TestFloods:
    """Reports without an account are counted by address and by code."""

    def test_too_many_for_one_code_are_told_to_wait(self, visitor, world, deployment):
        limited(deployment, public_reports_code=2)
        form = report_form(visitor, world)
        form["symptom"] = "转盘卡住"
        for _time in range(2):
            form.submit(status=303)
        refused = form.submit(status=429)
        assert 0 < int(refused.headers["Retry-After"]) <= 3600
        assert refused.forms["report"]["symptom"].value == "转盘卡住"

    def test_the_api_counts_with_the_pages_and_a_forged_header_dodges_nothing(self, anonymous, world, deployment):
        limited(deployment, public_reports_address=2)
        body = {"code": world.pieces["one_1"].code, "symptom": "转盘卡住"}
        statuses = [anonymous.post("/repairs", body, headers={"X-Forwarded-For": f"198.51.100.{n}"}).status_int for n in range(3)]
        assert statuses == [201, 201, 429]
        refused = anonymous.post("/repairs", body)
        assert (refused.json["code"], int(refused.headers["Retry-After"]) > 0) == ("too_many", True)

    def test_addresses_behind_our_own_proxy_are_told_apart(self, anonymous, world, deployment):
        limited(deployment, public_reports_address=1, proxies=1)
        body = {"code": world.pieces["one_1"].code, "symptom": "转盘卡住"}
        answers = [
            anonymous.post("/repairs", body, headers={"X-Forwarded-For": f"203.0.113.9, 198.51.100.{n}"}) for n in (1, 2, 1)
        ]
        assert [each.status_int for each in answers] == [201, 201, 429]

    def test_a_window_ends_by_itself(self, anonymous, world, deployment, clock):
        limited(deployment, public_reports_code=1)
        body = {"code": world.pieces["one_1"].code, "symptom": "转盘卡住"}
        assert anonymous.post("/repairs", body).status_int == 201
        assert anonymous.post("/repairs", body).status_int == 429
        clock.set(clock.now() + timedelta(minutes=61))
        assert anonymous.post("/repairs", body).status_int == 201

    def test_codes_are_not_found_by_trying(self, visitor, deployment):
        limited(deployment, public_wrong_codes=3)
        statuses = [visitor.get(f"/q/2222222{n}", status="*").status_int for n in range(2, 7)]
        assert statuses == [404, 404, 404, 429, 429]


def limited(deployment, **limits):
    """Smaller limits than a deployment would have."""
    object.__setattr__(deployment, "settings", replace(deployment.settings, **limits))
