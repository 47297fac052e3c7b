"""The screens of repair requests."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from shuhua_core.audit.models import AuditEntry
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.tasks.models import Task
from tests.web.work import act_form, count, stored


@pytest.fixture
def repair_id(past):
    with past() as flow:
        return flow.report(caller_name="王测试", caller_phone="139 0000 1234").id


def test_the_list_has_tabs_with_counts_and_leads_to_the_record(browser, repair_id):
    page = browser("reviewer").get("/repairs")
    assert "Waiting for review" in page
    assert re.search(r'class="state-count">\(1\)', page.text)
    assert page.html.select_one(f'td a[data-beside][href="/repairs/{repair_id}"]')
    assert not browser("reviewer_other").get("/repairs").html.select("td")


def test_who_is_not_signed_in_is_sent_to_the_sign_in_page(visitor, repair_id):
    for address in ("/repairs", f"/repairs/{repair_id}", "/repairs/new", "/repairs/intake"):
        assert "/sign-in" in visitor.get(address, status=303).location


def test_the_page_shows_facts_masked_phone_and_what_may_be_done(browser, repair_id):
    page = browser("reviewer").get(f"/repairs/{repair_id}")
    for text in ("摆腿松动", "测试公园", "139****1234", "王测试", "Approve", "Reject", "Merge", "Change facts"):
        assert text in page
    assert "13900001234" not in page
    assert "Approve" not in browser("dispatcher").get(f"/repairs/{repair_id}")
    browser("reviewer_other").get(f"/repairs/{repair_id}", status=404)


def test_a_whole_phone_is_shown_on_demand_and_the_log_knows(browser, as_, repair_id, deployment):
    office = browser("reviewer")
    assert office.post_form(f"/repairs/{repair_id}/phone").text == "139 0000 1234"
    with deployment.database.read() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.event == "repairs.phone_revealed")).one()
    assert (entry.record_id, entry.actor_id) == (repair_id, as_("reviewer").user_id)
    browser("customer").post_form(f"/repairs/{repair_id}/phone", status=403)


def test_the_page_beside_the_list_comes_without_the_frame(browser, repair_id):
    part = browser("reviewer").get(f"/repairs/{repair_id}", headers={"HX-Request": "true"})
    assert "<html" not in part
    assert part.html.select_one("[data-record]")


def test_approval_asks_for_severity_and_warranty_and_makes_a_task(browser, repair_id, deployment):
    office = browser("reviewer")
    form = act_form(office, f"/repairs/{repair_id}/actions/approve")
    refused = form.submit(status=422)
    assert "This is required." in refused
    form["severity"], form["in_warranty"], form["note"] = "urgent", "true", "尽快"
    page = form.submit(status=303).follow()
    assert "In progress" in page
    assert stored(deployment, RepairRequest, repair_id).severity == "urgent"
    assert count(deployment, Task) == 1


def test_a_form_that_is_sent_twice_is_carried_out_once(browser, repair_id, deployment):
    form = act_form(browser("reviewer"), f"/repairs/{repair_id}/actions/approve")
    form["severity"], form["in_warranty"] = "normal", "false"
    first, second = form.submit(status=303), form.submit(status=303)
    assert first.location == second.location
    assert count(deployment, Task) == 1


def test_a_request_can_join_an_open_task_of_the_same_place(browser, past, deployment):
    with past() as flow:
        task = flow.approve(flow.report())
        task_id, second = task.id, flow.report("host_unit").id
    form = act_form(browser("reviewer"), f"/repairs/{second}/actions/approve")
    form["severity"], form["in_warranty"], form["task_id"] = "normal", "true", str(task_id)
    form.submit(status=303)
    assert count(deployment, Task) == 1


def test_merging_offers_requests_of_the_same_place_and_finds_others(browser, past, deployment):
    with past() as flow:
        first, second, other = (
            flow.report().id,
            flow.report("host_unit").id,
            flow.report("customer_2", piece="two_1", symptom="座板开裂").id,
        )
        foreign = flow.report("customer_other", piece="other_1", symptom="座板开裂").id
    office = browser("reviewer")
    form = act_form(office, f"/repairs/{second}/actions/merge")
    assert [option for option, _checked, _text in form["target_id"].options] == [str(first)]
    found = office.get(f"/repairs/{second}/targets", {"q": "座板"})
    assert f'value="{other}"' in found
    assert f'value="{foreign}"' not in found
    form["target_id"] = str(first)
    form.submit(status=303)
    assert stored(deployment, RepairRequest, second).merged_into_id == first


def test_an_action_that_somebody_else_was_faster_with_says_so_and_keeps_what_was_typed(browser, past, repair_id):
    form = act_form(browser("reviewer"), f"/repairs/{repair_id}/actions/reject")
    form["reason"] = "不在服务范围"
    with past() as flow:
        flow.repair("reviewer", flow.ctx.session.get_one(RepairRequest, repair_id), "answer", answer="请拧紧手柄")
    page = form.submit(status=409)
    assert "不在服务范围" in page
    assert "测试·reviewer was faster" in page


def test_an_action_opens_only_where_the_table_allows_it(browser, repair_id):
    browser("reviewer").get(f"/repairs/{repair_id}/actions/unmerge", status=409)
    browser("dispatcher").get(f"/repairs/{repair_id}/actions/approve", status=403)
    browser("reviewer").get(f"/repairs/{repair_id}/actions/explode", status=404)
    browser("reviewer").get(f"/repairs/{repair_id}/actions/resolve", status=404)


def test_an_action_over_the_list_leads_back_to_the_list_with_its_filters(browser, repair_id):
    office = browser("reviewer")
    headers = {
        "HX-Request": "true",
        "HX-Target": "dialog-body",
        "HX-Current-URL": "http://localhost/repairs?state=pending_review&page=2",
    }
    form = next(iter(office.get(f"/repairs/{repair_id}/actions/answer", headers=headers).forms.values()))
    form["answer"] = "请拧紧手柄"
    answer = form.submit(headers=headers, status=204)
    assert answer.headers["HX-Redirect"] == "/repairs?state=pending_review&page=2"


def test_an_action_never_leads_to_another_host(browser, repair_id):
    office = browser("reviewer")
    form = act_form(office, f"/repairs/{repair_id}/actions/answer")
    form.action = f"/repairs/{repair_id}/actions/answer?back=https://elsewhere.example/"
    form["answer"] = "请拧紧手柄"
    assert form.submit(status=303).location.endswith(f"/repairs/{repair_id}")


def test_facts_are_put_right_and_the_history_tells(browser, repair_id):
    office = browser("reviewer")
    form = office.get(f"/repairs/{repair_id}/edit").forms["form-change"]
    assert form["equipment_id"].value
    form["symptom"] = "踏板松动"
    page = form.submit(status=303).follow()
    assert "踏板松动" in page
    assert "Facts changed" in page
    stale = form.submit(status=303)  # the same form again is the same request
    assert stale.location.endswith(f"/repairs/{repair_id}")
    browser("customer").get(f"/repairs/{repair_id}/edit", status=403)


def test_a_change_of_what_was_changed_meanwhile_is_refused(browser, past, repair_id):
    form = browser("reviewer").get(f"/repairs/{repair_id}/edit").forms["form-change"]
    with past() as flow:
        flow.repair("reviewer", flow.ctx.session.get_one(RepairRequest, repair_id), "ask_more", question="哪一台?")
    form["symptom"] = "踏板松动"
    assert "踏板松动" in form.submit(status=409)


def test_a_list_page_sends_a_constant_number_of_statements(browser, past, count_requests_sql):
    office = browser("reviewer")
    with past() as flow:
        for _time in range(12):
            flow.report()
    office.get("/repairs")
    with count_requests_sql() as few:
        office.get("/repairs?size=10")
    with past() as flow:
        for _time in range(30):
            flow.report()
    office.get("/repairs")  # notes that the session is in use
    with count_requests_sql() as many:
        office.get("/repairs?size=50")
    assert many.count == few.count
