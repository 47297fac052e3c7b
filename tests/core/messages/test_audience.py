"""Each notice reaches exactly the people concerned: nobody else, nobody outside the scope, never who did it, and once."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from shuhua_core.kernel.outbox import OutboxEntry
from shuhua_core.kernel.scope import covers
from shuhua_core.messages.audience import people_reaching
from shuhua_core.messages.compose import body, compose, subject
from shuhua_core.messages.models import Message
from shuhua_core.messages.notices import SUBJECTS
from shuhua_core.repairs.models import RepairRequest
from tests.core.messages.conftest import told_of


@pytest.fixture
def task(flow, news):
    task = flow.approve(flow.report())
    news()
    return task


@pytest.fixture
def assigned(flow, news, task):
    flow.to_assigned(task)
    news()
    return task


def test_a_new_request_reminds_the_reviewers_of_its_branch(flow, news):
    flow.report()
    assert news() == {"reviewer": "repair_waiting"}
    flow.report("customer_other", piece="other_1")
    assert news() == {"reviewer_other": "repair_waiting"}


def test_a_draft_is_told_to_nobody_until_it_is_submitted(flow, news):
    repair = flow.report(as_draft=True)
    assert news() == {}
    flow.repair("customer", repair, "submit")
    assert news() == {"reviewer": "repair_waiting"}


def test_the_reporter_is_told_of_questions_and_the_reviewer_of_the_answer(flow, news):
    repair = flow.report()
    news()
    flow.repair("reviewer", repair, "ask_more", question="哪一台?")
    assert news() == {"customer": "more_asked"}
    flow.repair("customer", repair, "supply", text="靠门的那台")
    assert news() == {"reviewer": "repair_supplied"}


@pytest.mark.parametrize(
    ("action", "data", "notice"),
    [
        ("reject", {"reason": "不在保修范围"}, "rejected"),
        ("answer", {"answer": "请拧紧手柄"}, "answered"),
    ],
)
def test_the_reporter_is_told_how_the_review_ended(flow, news, action, data, notice):
    repair = flow.report()
    news()
    flow.repair("reviewer", repair, action, **data)
    assert news() == {"customer": notice}


def test_a_reporter_whose_request_is_merged_is_told_and_follows_the_target(flow, news):
    first, second = flow.report(), flow.report("host_unit")
    task = flow.approve(first)
    news()
    flow.repair("reviewer", second, "merge", target_id=first.id)
    assert news() == {"host_unit": "merged"}
    flow.to_assigned(task)
    news()
    flow.task("repairer", task, "appoint", appointed_at="2026-11-25T10:00:00+08:00")
    assert news() == {"customer": "appointed", "host_unit": "appointed"}


def test_approval_tells_the_dispatcher_that_a_task_waits(flow, news):
    repair = flow.report()
    news()
    flow.approve(repair)
    assert news() == {"dispatcher": "task_waiting"}


def test_allocation_to_an_agent_tells_its_manager_and_no_other_agent(flow, news, task):
    flow.task("dispatcher", task, "allocate", unit_id=flow.world.units["agent"].id)
    assert news() == {"agent_manager": "allocated"}


def test_allocation_to_a_department_tells_its_manager(flow, news, task):
    flow.task("dispatcher", task, "allocate", unit_id=flow.world.units["department"].id)
    assert news() == {"department_manager": "allocated"}


def test_allocation_to_a_person_tells_that_person(flow, news, task):
    flow.task("dispatcher", task, "allocate", repairer_id=flow.world.users["repairer_2"])
    assert news() == {"repairer_2": "allocated"}


def test_assignment_tells_the_repairer_alone(flow, news, task):
    flow.task("dispatcher", task, "allocate", unit_id=flow.world.units["agent"].id)
    flow.task("agent_manager", task, "accept")
    news()
    flow.task("agent_manager", task, "assign", repairer_id=flow.world.users["repairer"])
    assert news() == {"repairer": "assigned"}


def test_an_objection_tells_the_dispatcher_and_the_unit_that_objected(flow, news, task):
    flow.task("dispatcher", task, "allocate", unit_id=flow.world.units["agent"].id)
    news()
    flow.task("agent_manager", task, "object", reason="不在服务区域")
    assert news() == {"dispatcher": "objected"}


def test_an_objection_of_a_person_tells_the_unit_s_manager_too(flow, news, task):
    flow.task("dispatcher", task, "allocate", repairer_id=flow.world.users["repairer"])
    news()
    flow.task("repairer", task, "object", reason="请假")
    assert news() == {"dispatcher": "objected", "agent_manager": "objected"}


def test_a_decline_tells_the_dispatcher_and_the_manager(flow, news, assigned):
    flow.task("repairer", assigned, "decline", reason="车坏了")
    assert news() == {"dispatcher": "declined", "agent_manager": "declined"}


def test_a_recall_tells_the_unit_and_the_repairer_that_lose_the_task(flow, news, assigned):
    flow.task("dispatcher", assigned, "recall", reason="改派")
    assert news() == {"agent_manager": "recalled", "repairer": "recalled"}


def test_unassigning_tells_the_repairer(flow, news, assigned):
    flow.task("agent_manager", assigned, "unassign", reason="另有安排")
    assert news() == {"repairer": "unassigned"}


def test_completion_tells_dispatcher_manager_and_follow_up_clerks_and_the_reporter_that_it_is_resolved(flow, news, assigned):
    flow.to_completed(assigned)
    assert news() == {
        "dispatcher": "completed",
        "agent_manager": "completed",
        "followup_clerk": "to_follow_up",
        "call_centre": "to_follow_up",
        "customer": "resolved",
    }


def test_rework_cancelling_and_a_moved_deadline_tell_who_has_the_task(flow, news, assigned):
    flow.to_completed(assigned)
    news()
    flow.task("followup_clerk", assigned, "rework", reason="仍有异响")
    assert news() == {"agent_manager": "reworked", "repairer": "reworked"}
    other = flow.approve(flow.report(piece="one_2"))
    flow.to_assigned(other)
    news()
    flow.task("dispatcher", other, "cancel", reason="现场已拆除")
    assert news() == {"agent_manager": "cancelled", "repairer": "cancelled", "reviewer": "repair_fell_back"}


def test_urging_tells_who_has_the_task_or_the_dispatcher_while_nobody_has_it(flow, news, task):
    flow.task("customer", task, "urge")
    assert news() == {"dispatcher": "urged"}
    flow.to_assigned(task)
    news()
    flow.task("leader", task, "urge")
    assert news() == {"agent_manager": "urged", "repairer": "urged"}


def test_a_dispute_tells_the_dispatcher(flow, news, assigned):
    flow.to_completed(assigned)
    news()
    message = flow.ctx.session.scalars(select(Message).where(Message.notice == "resolved")).one()
    repair = flow.ctx.session.get_one(RepairRequest, message.record_id)
    flow.repair("customer", repair, "dispute", reason="还是松")
    assert news() == {"dispatcher": "disputed"}


def test_an_event_that_is_delivered_twice_is_told_once(flow):
    flow.report()
    session = flow.ctx.session
    entry = session.scalars(select(OutboxEntry).where(OutboxEntry.event == "repairs.created")).one()
    first, second = compose(session, told_of(entry)), compose(session, told_of(entry))
    assert (len(first), second) == (1, [])


@pytest.mark.parametrize("permission", ["repairs.review", "repairs.view", "repairs.add_task", "equipment.view"])
def test_the_audience_of_a_permission_is_who_the_row_scope_covers(flow, permission):
    repair = flow.report()
    covered = {user_id for login, user_id in flow.world.users.items() if covers(repair, flow.world.actor(login), permission)}
    assert set(people_reaching(flow.ctx.session, permission, repair)) == covered


@pytest.mark.parametrize("permission", ["tasks.view", "tasks.accept", "tasks.allocate", "tasks.check", "tasks.carry_out"])
def test_the_same_holds_for_tasks(flow, assigned, permission):
    covered = {user_id for login, user_id in flow.world.users.items() if covers(assigned, flow.world.actor(login), permission)}
    assert set(people_reaching(flow.ctx.session, permission, assigned)) == covered


def test_a_message_names_place_piece_fault_and_deadline_in_the_reader_s_language_and_no_phone(flow, messages, news, task):
    flow.task("dispatcher", task, "allocate", unit_id=flow.world.units["agent"].id)
    news()
    message = messages("agent_manager")[-1]
    zone = flow.ctx.deployment.settings.timezone
    assert subject(message, "en") == f"Task {task.number} was allocated to you"
    assert task.number in subject(message, "zh_Hans")
    assert body(message, "en", zone).splitlines() == [
        "Place: 测试公园",
        "Equipment: 太空漫步机",
        "Symptom: 摆腿松动",
        "Severity: Normal",
        f"Deadline: {task.due_at.astimezone(zone):%Y-%m-%d %H:%M}",
    ]
    assert "139" not in body(message, "zh_Hans", zone)


def test_every_notice_has_a_subject_that_names_the_number():
    assert all("${number}" in text for text in SUBJECTS.values())
