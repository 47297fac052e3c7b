"""Quotations on the screens, on paper, over the API and by the token of a report."""

from __future__ import annotations

import uuid
from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from shuhua_core.quotations.models import Quotation
from shuhua_core.quotations.service import QuotationService
from shuhua_core.tasks.models import Task
from shuhua_core.testing.sql import SqlCounter
from shuhua_core.timetable import JOBS
from tests.web.client import OfficeClient
from tests.web.work import act_form, flow_in, jpeg, stored

from .conftest import LINES, TOKEN


def filled(form, lines=LINES):
    """The form with these lines: its first ones are three."""
    for name in ("kind", "text", "quantity", "unit_price"):
        for place, line in enumerate(lines):
            form.set(name, line[name], place)
    return form


def test_the_manager_writes_sends_and_the_customer_accepts_in_the_office(browser, priced, deployment):
    page = browser("agent_manager").get(f"/tasks/{priced.task}")
    assert "Waits for the customer's consent" in page
    link = next(link for link in page.html.select(".actions a") if link.text == "Write a quotation")
    answer = filled(act_form(browser("agent_manager"), link["href"])).submit(status=303)
    address = answer.headers["Location"].replace("http://localhost", "")
    page = browser("agent_manager").get(address)
    for text in ("Draft", "¥310.50", "叁佰壹拾元伍角整", "上门维修 &lt;b&gt;", "1.5", "¥180.00"):
        assert text in page
    act_form(browser("agent_manager"), f"{address}/actions/send").submit(status=303)
    page = browser("customer").get(f"/repairs/{priced.repair}")
    assert "¥310.50" in page
    link = next(link for link in page.html.select(".actions a") if link.text == "Accept the quotation")
    form = act_form(browser("customer"), link["href"])
    form.submit(status=303)
    assert stored(deployment, Task, priced.task).consent == "given"
    page = browser("repairer").get(f"/tasks/{priced.task}")
    for text in ("The customer has consented", "¥310.50", "Start the repair", "Consent to the quotation"):
        assert text in page


def test_the_repairer_is_offered_no_start_and_told_why_when_it_is_sent_all_the_same(browser, as_, priced):
    assert "Start the repair" not in browser("repairer").get(f"/tasks/{priced.task}")
    refused = as_("repairer").api.act(f"/tasks/{priced.task}", "start", {}, status=409).json
    assert refused["code"] == "wrong_state"
    assert "accepted a quotation" in refused["title"] + refused.get("detail", "")


def test_what_is_wrong_with_a_line_is_shown_at_it_and_all_that_was_typed_is_kept(browser, priced):
    form = filled(act_form(browser("agent_manager"), f"/tasks/{priced.task}/quotations/new"))
    form.set("unit_price", "-5", 1)
    form["note"] = "含税"
    page = form.submit(status=422)
    wrong = page.html.select("[name=unit_price].is-invalid")
    assert [each["value"] for each in wrong] == ["-5"]
    assert "1280.50" in wrong[0]["title"]
    assert page.html.select_one("[name=note]").text.strip() == "含税"
    assert len(page.html.select("[data-sequence-items] [data-sequence-item]")) == 3


def test_empty_lines_are_left_out_and_grouping_marks_are_forgiven(browser, priced, deployment):
    form = act_form(browser("agent_manager"), f"/tasks/{priced.task}/quotations/new")
    form.set("text", "维修", 0)
    form.set("unit_price", "¥1,280.50", 0)
    form.submit(status=303)
    with deployment.database.read() as session:
        assert [str(each.total) for each in session.query(Quotation)] == ["1280.50"]


def test_a_change_of_a_sent_one_shows_the_new_version(browser, sent, deployment):
    form = act_form(browser("agent_manager"), f"/quotations/{sent.quotation}/edit")
    assert [form.get("unit_price", place).value for place in range(3)] == ["120.00", "35.25", "60.00"]
    form.set("unit_price", "100", 0)
    answer = form.submit(status=303)
    page = browser("agent_manager").get(answer.headers["Location"])
    assert "-2" in page.html.select_one("h1").text
    assert "¥280.50" in page
    assert stored(deployment, Quotation, sent.quotation).state == "withdrawn"


def test_a_form_that_was_made_for_an_earlier_version_is_refused(browser, sent):
    office = browser("agent_manager")
    form = act_form(office, f"/quotations/{sent.quotation}/edit")
    form["version"] = "1"
    form.submit(status=409)


def test_a_signed_paper_is_recorded_with_its_picture(browser, sent, deployment):
    form = act_form(browser("agent_manager"), f"/quotations/{sent.quotation}/actions/record_paper")
    form["answered_by"] = "王女士"
    assert "Take a picture" in form.submit(status=422)
    form = act_form(browser("agent_manager"), f"/quotations/{sent.quotation}/actions/record_paper")
    form["answered_by"] = "王女士"
    fields = [(name, value) for name, value in form.submit_fields() if name != "pictures"]
    browser("agent_manager").post(form.action, fields, upload_files=[("pictures", "paper.jpg", jpeg())], status=303)
    assert stored(deployment, Quotation, sent.quotation).answered_way == "paper"
    page = browser("agent_manager").get(f"/quotations/{sent.quotation}")
    assert page.html.select(".pictures img, .picture-note")


def test_the_call_centre_records_a_call_and_the_dispatcher_waives(browser, sent, priced, deployment):
    form = act_form(browser("call_centre"), f"/quotations/{sent.quotation}/actions/record_refusal")
    form["answered_by"], form["reason"] = "王女士", "太贵"
    form.submit(status=303)
    page = browser("dispatcher").get(f"/tasks/{sent.task}")
    assert "The customer has declined" in page
    link = next(link for link in page.html.select(".actions a") if link.text == "Free of charge")
    form = act_form(browser("dispatcher"), link["href"])
    form["reason"] = "质量问题，不收费"
    form.submit(status=303)
    assert stored(deployment, Task, sent.task).consent == "waived"
    assert "质量问题，不收费" in browser("repairer").get(f"/tasks/{sent.task}")


def test_amounts_are_nobodys_who_has_no_part_in_it(browser, as_, sent):
    for login in ("authority", "inspector", "quality_engineer"):
        browser(login).get(f"/quotations/{sent.quotation}", status=403)
    assert "310.50" not in browser("authority").get(f"/tasks/{sent.task}")
    assert "310.50" not in browser("quality_engineer").get(f"/tasks/{sent.task}")
    for login in ("agent_manager_2", "repairer_2", "customer_2"):
        browser(login).get(f"/quotations/{sent.quotation}", status=404)
        assert as_(login).api.get("/quotations").json["items"] == []
    assert as_("authority").api.get(f"/tasks/{sent.task}").json["consent"] == "needed"


def test_the_list_is_filtered_by_state_and_goes_into_excel_with_amounts_as_numbers(browser, sent):
    page = browser("dispatcher").get("/quotations?state=sent")
    assert len(page.html.select("table.grid tbody tr")) == 1
    assert not browser("dispatcher").get("/quotations?state=accepted").html.select("table.grid tbody tr")
    answer = browser("dispatcher").post_form("/lists/quotations/export", {})
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.body)).get_sheet_by_index(0).to_python()
    assert any(310.5 in row for row in rows)


def test_the_list_sends_as_many_statements_for_many_as_for_one(as_, deployment, world, sent):
    def statements():
        with SqlCounter(deployment.database.engine) as counter:
            as_("dispatcher").api.get("/quotations", status=200)
        return counter.count

    statements()
    one = statements()
    with flow_in(deployment, world) as flow:
        for piece in ("one_1", "one_2", "one_1"):
            task = flow.approve(flow.report(piece=piece), in_warranty=False)
            QuotationService(flow.context("dispatcher")).create(task.id, {"lines": LINES})
    statements()  # the clock has moved, so that sessions are touched once
    assert statements() == one


@pytest.mark.parametrize(
    ("locale", "texts"),
    [
        ("en", ("Quotation", "Unit price", "numerals", "Customer: I agree", "Page 1 of 1", "6 months")),
        ("zh_Hans", ("报价单", "单价", "合计（大写）", "客户（同意以上报价）", "第 1 页 共 1 页", "6 个月")),
    ],
)
def test_the_paper_has_lines_total_capital_numerals_and_frames_to_sign(browser, sent, locale, texts):
    office = browser("agent_manager")
    office.post_form("/language", {"locale": locale, "back": "/"}, status=303)
    answer = office.get(f"/quotations/{sent.quotation}/sheet.pdf")
    assert answer.content_type == "application/pdf"
    text = PdfReader(BytesIO(answer.body)).pages[0].extract_text()
    for each in (*texts, "BJ", "RW", "310.50", "叁佰壹拾元伍角整", "轴承 6204", "35.25", "70.50"):
        assert each in text


def test_a_long_quotation_goes_over_several_pages_with_its_head_on_each(browser, priced):
    lines = [{**LINES[0], "text": f"第 {n} 项 " + "很长的说明" * 20} for n in range(30)]
    made = browser("agent_manager")  # signed in
    assert made
    form = act_form(made, f"/tasks/{priced.task}/quotations/new")
    fields = [
        (n, v) for n, v in form.submit_fields() if n not in {"kind", "text", "quantity", "unit_price", "__start__", "__end__"}
    ]
    sent = [("__start__", "lines:sequence")]
    for line in lines:
        sent += [("__start__", "line:mapping"), *line.items(), ("__end__", "line:mapping")]
    answer = made.post(form.action, [*fields, *sent, ("__end__", "lines:sequence")], status=303)
    pdf = PdfReader(BytesIO(made.get(answer.headers["Location"] + "/sheet.pdf").body))
    assert len(pdf.pages) > 1
    for page in pdf.pages:
        assert "BJ" in page.extract_text()
    over = [*fields, *sent, ("__start__", "line:mapping"), *lines[0].items(), ("__end__", "line:mapping")]
    made.post(form.action, [*over, ("__end__", "lines:sequence")], status=(409, 422))


def test_who_reported_without_an_account_reads_prints_and_accepts_on_the_status_page(app, sent, deployment):
    visitor = OfficeClient(app)
    page = visitor.get(f"/r/{TOKEN}")
    for text in ("¥310.50", "轴承 6204", "上门维修 &lt;b&gt;", "6 months"):
        assert text in page
    assert visitor.get(f"/r/{TOKEN}/quotations/{sent.quotation}/sheet.pdf").content_type == "application/pdf"
    accept = next(link["href"] for link in page.html.select("a.btn") if link.text == "Accept the quotation")
    form = act_form(visitor, accept)
    form.submit(status=303)
    assert stored(deployment, Quotation, sent.quotation).answered_way == "online"
    assert stored(deployment, Task, sent.task).consent == "given"
    page = visitor.get(f"/r/{TOKEN}")
    assert "Accepted" in page
    assert not [link for link in page.html.select("a.btn") if link.text == "Accept the quotation"]
    form.submit(status=(303, 404))
    visitor.get(accept, status=404)


def test_who_reported_without_an_account_declines_with_a_reason(app, sent, deployment):
    visitor = OfficeClient(app)
    form = act_form(visitor, f"/r/{TOKEN}/quotations/{sent.quotation}/decline")
    form.submit(status=422)
    form = act_form(visitor, f"/r/{TOKEN}/quotations/{sent.quotation}/decline")
    form["reason"] = "太贵了"
    form.submit(status=303)
    assert stored(deployment, Quotation, sent.quotation).reason == "太贵了"
    assert stored(deployment, Task, sent.task).consent == "refused"


def test_a_token_opens_no_draft_and_no_quotation_of_others(app, sent, deployment, world):
    with flow_in(deployment, world) as flow:
        other = flow.approve(flow.report("customer_2", "two_1"), in_warranty=False)
        foreign = QuotationService(flow.context("dispatcher")).create(other.id, {"lines": LINES})
        QuotationService(flow.context("dispatcher")).act(foreign.id, "send")
        draft = QuotationService(flow.context("agent_manager")).change(sent.quotation, {"lines": LINES}, expected_version=2)
        ids = (foreign.id, draft.id)
    visitor = OfficeClient(app)
    for quotation_id in ids:
        for what in ("sheet.pdf", "accept"):
            visitor.get(f"/r/{TOKEN}/quotations/{quotation_id}/{what}", status=404)
    assert "310.50" not in visitor.get(f"/r/{TOKEN}")
    visitor.get(f"/quotations/{sent.quotation}", status=303)


def test_by_token_over_the_api_a_key_consents_once(anonymous, sent, deployment):
    listed = anonymous.get(f"/reports/{TOKEN}/quotations").json["items"]
    assert [(each["total"], each["state"]) for each in listed] == [("310.50", "sent")]
    assert [action["name"] for action in listed[0]["actions"]] == ["accept", "decline"]
    assert "author_id" not in listed[0]
    key, path = str(uuid.uuid4()), f"/reports/{TOKEN}/quotations/{sent.quotation}/actions/accept"
    first = anonymous.post(path, {}, key=key, status=200).json
    assert anonymous.post(path, {}, key=key, status=200).json == first
    assert anonymous.post(path, {}, status=409).json["code"] == "wrong_state"
    with deployment.database.read() as session:
        assert session.get_one(Quotation, sent.quotation).version == first["version"]


def test_the_api_writes_changes_sends_and_answers(as_, priced):
    manager = as_("agent_manager").api
    key = str(uuid.uuid4())
    made = manager.post(f"/tasks/{priced.task}/quotations", {"lines": LINES}, key=key, status=201).json
    assert manager.post(f"/tasks/{priced.task}/quotations", {"lines": LINES}, key=key, status=201).json["id"] == made["id"]
    manager.post(f"/tasks/{priced.task}/quotations", {"lines": LINES}, status=409)
    path = f"/quotations/{made['id']}"
    assert [line["amount"] for line in made["lines"]] == ["180.00", "70.50", "60.00"]
    manager.patch(path, {"lines": LINES[:1]}, status=428)
    manager.patch(path, {"lines": LINES[:1]}, version=made["version"] + 1, status=412)
    changed = manager.patch(path, {"lines": LINES[:1]}, version=made["version"], status=200).json
    assert (changed["id"], changed["total"]) == (made["id"], "180.00")
    assert as_("customer").api.get(path).status_int == 404
    manager.act(path, "send", status=200)
    customer = as_("customer").api
    assert [action["name"] for action in customer.get(path).json["actions"]] == ["accept", "decline"]
    customer.act(path, "decline", {}, status=422)
    key = str(uuid.uuid4())
    accepted = customer.post(f"{path}/actions/accept", {}, key=key, status=200).json
    assert customer.post(f"{path}/actions/accept", {}, key=key, status=200).json == accepted
    customer.post(f"{path}/actions/accept", {}, status=409)
    assert (accepted["state"], accepted["answered_way"]) == ("accepted", "online")
    assert [step["action"] for step in customer.get(f"{path}/timeline").json["items"]] == ["create", "send", "accept"]
    assert as_("repairer").api.get(f"/tasks/{priced.task}").json["consent"] == "given"


@pytest.mark.parametrize(
    "body",
    [
        {"lines": [{**LINES[0], "unit_price": "-1"}]},
        {"lines": [LINES[0]] * 31},
        {"lines": [{**LINES[0], "text": "长" * 201}]},
        {"lines": LINES, "total": "1"},
        {"lines": "many"},
        {"lines": [None]},
        {},
    ],
)
def test_the_api_refuses_what_makes_no_quotation(as_, priced, body):
    answer = as_("agent_manager").api.post(f"/tasks/{priced.task}/quotations", body, status=422)
    assert answer.json["code"] == "invalid"


def test_a_phone_gets_the_table_and_hears_of_the_answer(as_, sent):
    table = as_("customer").api.get("/workflows/quotations", status=200).json
    assert {row["action"] for row in table["rows"]} == {"accept", "decline"}
    phone = as_("repairer").api
    cursor = phone.get("/changes").json["cursor"]
    as_("customer").api.act(f"/quotations/{sent.quotation}", "accept", {}, status=200)
    kinds = {(item["kind"], item["event"]) for item in phone.get("/changes", since=cursor).json["items"]}
    assert {("quotation", "quotations.accepted"), ("task", "tasks.consent_settled")} <= kinds


def test_the_worker_lets_an_old_one_expire(deployment, sent, browser):
    deployment.clock.set(deployment.clock.now() + timedelta(days=20))
    next(job for job in JOBS if job.name == "quotations.expire_due").work(deployment)
    assert stored(deployment, Quotation, sent.quotation).state == "expired"
