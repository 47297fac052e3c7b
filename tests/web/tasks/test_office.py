"""The screens of tasks, from allocation to the last word."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from webtest import Upload

from shuhua_core.audit.models import AuditEntry
from shuhua_core.followups.models import Followup
from shuhua_core.tasks.models import Task
from tests.web.work import act_form, jpeg, stored


@pytest.fixture
def task_id(past):
    with past() as flow:
        return flow.approve(flow.report(caller_name="王测试", caller_phone="139 0000 1234")).id


@pytest.fixture
def assigned_id(past, task_id):
    with past() as flow:
        flow.to_assigned(flow.ctx.session.get_one(Task, task_id))
    return task_id


def act(office, task_id, action, **fields):
    form = act_form(office, f"/tasks/{task_id}/actions/{action}")
    for name, value in fields.items():
        form[name] = value
    return form.submit(status=303)


def test_a_task_goes_through_all_hands_in_the_office(browser, task_id, world, deployment):
    units, users = world.units, world.users
    act(browser("dispatcher"), task_id, "allocate", receiver=f"unit:{units['agent'].id}")
    act(browser("agent_manager"), task_id, "accept")
    act(browser("agent_manager"), task_id, "assign", repairer_id=str(users["repairer"]))
    repairer = browser("repairer")
    for action in ("take", "depart", "arrive", "start"):
        act(repairer, task_id, action)
    act(repairer, task_id, "feedback", text="轴承已磨损", pictures=[Upload("a.jpg", jpeg(), "image/jpeg")])
    page = act(repairer, task_id, "complete", result="repaired", cause="轴承磨损", remedy="更换轴承").follow()
    for text in ("Completed", "更换轴承", "轴承已磨损", "/thumbnail", "Being repaired → Completed", "测试·agent_manager"):
        assert text in page
    scores = {"response_score": "5", "manner_score": "5", "quality_score": "4"}
    act(browser("followup_clerk"), task_id, "follow_up", way="phone", repaired="true", opinion="很好", **scores)
    task = stored(deployment, Task, task_id)
    assert (task.state, task.satisfaction) == ("followed_up", 467)
    with deployment.database.read() as session:
        assert session.scalars(select(Followup)).one().opinion == "很好"


def test_allocation_proposes_units_with_reasons_and_offers_all_others_and_people(browser, task_id, world):
    page = browser("dispatcher").get(f"/tasks/{task_id}/actions/allocate")
    first = page.html.select_one(".card-choice")
    assert "测试代理商甲" in first.text
    assert "looks after this installation point" in first.text
    assert "Quanzhou" in first.text
    values = {box["value"] for box in page.html.select("input[name=receiver]")}
    assert f"person:{world.users['repairer_2']}" in values
    assert f"unit:{world.units['department'].id}" in values
    assert f"unit:{world.units['other_agent'].id}" not in values
    assert f"person:{world.users['repairer_other']}" not in values


def test_a_task_is_allocated_directly_to_a_person(browser, task_id, world, deployment):
    act(browser("dispatcher"), task_id, "allocate", receiver=f"person:{world.users['repairer_2']}")
    task = stored(deployment, Task, task_id)
    assert (task.direct, task.repairer_id) == (True, world.users["repairer_2"])


def test_a_receiver_outside_the_branch_is_refused(browser, task_id, world, deployment):
    form = act_form(browser("dispatcher"), f"/tasks/{task_id}/actions/allocate")
    form["receiver"].force_value(f"unit:{world.units['other_agent'].id}")
    assert "Choose an active agent" in form.submit(status=422)
    form["receiver"].force_value("everybody")
    assert "Choose a unit or a person." in form.submit(status=422)
    assert stored(deployment, Task, task_id).unit_id is None


def test_assignment_lists_the_unit_s_people_with_what_they_have_to_do(browser, assigned_id, past, world):
    with past() as flow:
        second = flow.approve(flow.report(piece="one_2"))
        flow.task("dispatcher", second, "allocate", unit_id=world.units["agent"].id)
        flow.task("agent_manager", second, "accept")
        second_id = second.id
    page = browser("agent_manager").get(f"/tasks/{second_id}/actions/assign")
    [card] = page.html.select(".card-choice")
    assert "测试·repairer" in card.text
    assert "1 open tasks" in card.text


def test_who_gives_a_task_away_is_led_to_the_list(browser, assigned_id):
    answer = act(browser("repairer"), assigned_id, "decline", reason="车坏了")
    assert answer.location.endswith("/tasks")
    assert "Decline" in answer.follow()
    browser("repairer").get(f"/tasks/{assigned_id}", status=404)


def test_an_objection_without_a_reason_comes_back(browser, task_id, past, world):
    with past() as flow:
        flow.task("dispatcher", flow.ctx.session.get_one(Task, task_id), "allocate", unit_id=world.units["agent"].id)
    form = act_form(browser("agent_manager"), f"/tasks/{task_id}/actions/object")
    assert "This is required." in form.submit(status=422)
    form["reason"] = "不在服务区域"
    form.submit(status=303)
    assert "不在服务区域" in browser("dispatcher").get(f"/tasks/{task_id}")


def test_the_repairer_sees_everything_that_the_repair_needs_and_nothing_of_others(browser, assigned_id):
    page = browser("repairer").get(f"/tasks/{assigned_id}")
    for text in ("摆腿松动", "测试公园", "测试路 1 号", "TEST-01", "B2026", "王测试", "139****1234", "BX20261122"):
        assert text in page
    assert "13900001234" not in page
    assert page.html.select_one('a[href^="geo:"]')
    assert not page.html.select('a[href^="/repairs/"]')
    assert [link.text for link in page.html.select(".work-next a")] == ["Take", "Depart"]
    browser("repairer_2").get(f"/tasks/{assigned_id}", status=404)


def test_the_repairer_reveals_the_phone_of_their_task_and_the_log_knows(browser, assigned_id, past, deployment):
    with past() as flow:
        repair_id = flow.ctx.session.scalar(select(AuditEntry.record_id).where(AuditEntry.event == "repairs.created"))
        other_id = flow.report("customer_2", piece="two_1", caller_phone="139 0000 7777").id
    office = browser("repairer")
    shown = office.post_form(f"/tasks/{assigned_id}/phone/{repair_id}")
    assert 'href="tel:13900001234"' in shown
    with deployment.database.read() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.event == "repairs.phone_revealed")).one()
    assert entry.detail["values"] == {"task_id": assigned_id}
    office.post_form(f"/tasks/{assigned_id}/phone/{other_id}", status=404)
    browser("repairer_2").post_form(f"/tasks/{assigned_id}/phone/{repair_id}", status=404)


def test_the_deadline_is_changed_with_a_reason_that_stands_in_the_history(browser, assigned_id):
    office = browser("dispatcher")
    form = office.get(f"/tasks/{assigned_id}/deadline").forms["form-movedeadline"]
    form["due_at"] = "2026-12-24T18:00"
    assert "This is required." in form.submit(status=422)
    form["reason"] = "等待厂家"
    page = form.submit(status=303).follow()
    for text in ("Deadline changed", "2026-12-24 18:00", "等待厂家"):
        assert text in page
    browser("repairer").get(f"/tasks/{assigned_id}/deadline", status=403)


def test_an_overdue_task_is_flagged_on_the_list_and_its_page(browser, assigned_id, clock):
    assert "overdue" not in browser("dispatcher").get("/tasks").html.select_one("tbody").text.lower()
    clock.set(clock.now() + timedelta(days=10))
    office = browser("agent_manager_2")  # signed in after that
    assert not office.get("/tasks").html.select("tbody tr")
    page = browser("leader").get("/tasks?overdue=true")
    assert page.html.select_one("tr.grid-overdue")
    assert "Overdue" in browser("leader").get(f"/tasks/{assigned_id}")


def test_the_list_counts_states_overdue_and_one_s_own(browser, assigned_id, past):
    with past() as flow:
        flow.approve(flow.report("customer_2", piece="two_1"))
    tabs = [tab.text.strip() for tab in browser("dispatcher").get("/tasks").html.select(".state-tabs a")]
    assert tabs == ["All (2)", "Unallocated (1)", "Assigned (1)", "Overdue (0)"]
    page = browser("repairer").get("/tasks")
    tabs = [tab.text.strip() for tab in page.html.select(".state-tabs a")]
    assert tabs == ["All (1)", "Assigned (1)", "Overdue (0)", "My open tasks (1)"]
    assert len(browser("repairer").get(page.html.select(".state-tabs a")[-1]["href"]).html.select("tbody tr")) == 1


def test_the_dispatch_sheet_is_a_pdf_for_who_may_see_the_task(browser, assigned_id):
    answer = browser("repairer").get(f"/tasks/{assigned_id}/sheet.pdf")
    assert answer.content_type == "application/pdf"
    assert answer.body.startswith(b"%PDF")
    assert answer.headers["Cache-Control"] == "private, no-store"
    browser("repairer_2").get(f"/tasks/{assigned_id}/sheet.pdf", status=404)


def test_the_host_unit_checks_and_nobody_sees_buttons_that_are_not_theirs(browser, assigned_id):
    leader = browser("leader").get(f"/tasks/{assigned_id}")
    assert [link.text for link in leader.html.select(".actions a")] == ["Urge"]
    assert not browser("authority").get(f"/tasks/{assigned_id}").html.select(".actions a")


def test_a_page_of_a_task_sends_a_constant_number_of_statements(browser, task_id, past, count_requests_sql):
    office = browser("dispatcher")
    office.get(f"/tasks/{task_id}")
    with count_requests_sql() as few:
        office.get(f"/tasks/{task_id}")
    with past() as flow:
        task = flow.ctx.session.get_one(Task, task_id)
        for _time in range(3):
            repair = flow.report("host_unit")
            flow.repair("reviewer", repair, "approve", severity="normal", in_warranty=True, task_id=task.id)
    office.get(f"/tasks/{task_id}")
    with count_requests_sql() as many:
        office.get(f"/tasks/{task_id}")
    assert many.count == few.count


def test_the_filters_offer_units_and_people_that_have_tasks_within_reach(browser, assigned_id, world):
    office = browser("dispatcher")
    unit, person = world.units["agent"], world.users["repairer"]
    assert f'value="{unit.id}"' in office.get("/tasks/units", {"q": "代理商"})
    assert f'value="{person}"' in office.get("/tasks/repairers")
    assert "Nothing found" in browser("dispatcher_other").get("/tasks/units")
    page = office.get("/tasks", {"unit_id": unit.id, "site_id": world.sites["one"].id})
    assert len(page.html.select("tbody tr")) == 1
    assert unit.name in page.html.select_one(".filters").text
    assert "AZ1 测试公园" in page.html.select_one(".filters").text
    assert not office.get("/tasks", {"unit_id": world.units["agent_2"].id}).html.select("tbody tr")
