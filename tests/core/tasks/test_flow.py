"""A task on its way through units and people: objection, recall, decline, hold, check, follow-up; and who may do what."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from shuhua_core.followups.models import Followup
from shuhua_core.kernel.errors import Invalid, NotAllowed, NotFound, VersionStale, WrongState
from shuhua_core.kernel.steps import steps_of
from shuhua_core.tasks.models import Task, overdue
from shuhua_core.tasks.proposal import propose
from shuhua_core.tasks.service import TaskService
from shuhua_core.testing.flow import COMPLETE, FOLLOW_UP


@pytest.fixture
def task(flow):
    return flow.approve(flow.report())


def test_objection_needs_a_reason_gives_the_task_back_and_it_is_allocated_again(flow, task):
    flow.task("dispatcher", task, "allocate", unit_id=flow.world.units["agent"].id)
    assert TaskService(flow.context("agent_manager")).get(task.id) is task
    with pytest.raises(Invalid):
        flow.task("agent_manager", task, "object")
    flow.task("agent_manager", task, "object", reason="不在服务区域")
    assert (task.state, task.unit_id, task.organisation_path) == ("pending_reallocation", None, task.branch_path)
    with pytest.raises(NotFound):
        TaskService(flow.context("agent_manager")).get(task.id)
    flow.task("dispatcher", task, "allocate", unit_id=flow.world.units["agent_2"].id)
    flow.task("agent_manager_2", task, "accept")
    assert task.state == "accepted"
    notes = [step.note for step in steps_of(flow.ctx.session, "task", task.id)]
    assert "不在服务区域" in notes


def test_allocation_directly_to_a_person_is_accepted_by_that_person_alone(flow, task):
    flow.task("dispatcher", task, "allocate", repairer_id=flow.world.users["repairer"])
    with pytest.raises(WrongState):
        flow.task("agent_manager", task, "accept")
    with pytest.raises(NotFound):
        flow.task("repairer_2", task, "accept")
    flow.task("repairer", task, "accept")
    assert (task.state, task.direct) == ("assigned", True)
    flow.task("repairer", task, "decline", reason="请假")
    assert (task.state, task.repairer_id, task.direct) == ("pending_reallocation", None, False)


def test_allocation_takes_exactly_one_receiver_of_the_own_branch(flow, task):
    units, users = flow.world.units, flow.world.users
    for data in (
        {},
        {"unit_id": units["agent"].id, "repairer_id": users["repairer"]},
        {"unit_id": units["other_agent"].id},
        {"unit_id": units["host"].id},
        {"repairer_id": users["repairer_other"]},
        {"repairer_id": users["customer"]},
        {"unit_id": 999_999},
    ):
        with pytest.raises(Invalid):
            flow.task("dispatcher", task, "allocate", **data)
    assert task.state == "unallocated"


def test_recall_from_every_state_that_allows_it(flow):
    for depth in range(7):
        task = flow.approve(flow.report())
        flow.task("dispatcher", task, "allocate", unit_id=flow.world.units["agent"].id)
        for login, action, data in [
            ("agent_manager", "accept", {}),
            ("agent_manager", "assign", {"repairer_id": flow.world.users["repairer"]}),
            ("repairer", "depart", {}),
            ("repairer", "arrive", {}),
            ("repairer", "start", {}),
            ("repairer", "hold", {"hold_reason": "parts"}),
        ][:depth]:
            flow.task(login, task, action, **data)
        flow.task("dispatcher", task, "recall", reason="改派")
        assert (task.state, task.unit_id, task.repairer_id, task.hold_reason) == ("pending_reallocation", None, None, None)


def test_decline_and_unassign_leave_the_task_with_the_unit(flow, task):
    flow.to_assigned(task)
    flow.task("repairer", task, "take")
    with pytest.raises(WrongState):
        flow.task("repairer", task, "take")
    flow.task("repairer", task, "decline", reason="车坏了")
    assert (task.state, task.repairer_id, task.unit_id) == ("accepted", None, flow.world.units["agent"].id)
    with pytest.raises(NotFound):
        TaskService(flow.context("repairer")).get(task.id)
    flow.task("agent_manager", task, "assign", repairer_id=flow.world.users["repairer"])
    flow.task("agent_manager", task, "unassign", reason="另有安排")
    assert task.state == "accepted"
    with pytest.raises(Invalid):
        flow.task("agent_manager", task, "assign", repairer_id=flow.world.users["repairer_2"])


def test_hold_and_resume_return_to_the_state_before(flow, task):
    flow.to_assigned(task)
    flow.task("repairer", task, "depart")
    flow.task("repairer", task, "hold", hold_reason="weather")
    flow.task("call_centre", task, "appoint", appointed_at="2026-11-25T10:00:00+08:00")
    flow.task("repairer", task, "feedback", text="等雨停")
    assert task.state == "on_hold"
    flow.task("agent_manager", task, "resume")
    assert (task.state, task.hold_reason) == ("en_route", None)
    with pytest.raises(Invalid):
        flow.task("repairer", task, "appoint", appointed_at="2020-01-01T10:00:00+08:00")


def test_the_host_unit_checks_the_repair_where_the_kind_of_site_asks_for_it(flow, ctx):
    from dataclasses import replace

    settings = replace(ctx.deployment.settings, check_kinds="park school")
    ctx.session.info["deployment"] = replace(ctx.deployment, settings=settings)
    repair = flow.report()
    task = flow.approve(repair)
    flow.to_assigned(task)
    flow.task("repairer", task, "depart")
    flow.task("repairer", task, "arrive")
    flow.task("repairer", task, "complete", **COMPLETE)
    assert (task.state, repair.state) == ("pending_check", "in_progress")
    with pytest.raises(NotFound):
        flow.task("host_unit_other", task, "pass_check", opinion="好")
    flow.task("host_unit", task, "fail_check", opinion="仍有异响")
    assert task.state == "rework"
    flow.task("repairer", task, "start")
    flow.task("repairer", task, "complete", **COMPLETE)
    flow.task("customer", task, "pass_check", opinion="已修好")
    assert (task.state, repair.state) == ("completed", "resolved")


def test_follow_up_record_comes_and_goes_with_the_task(flow, task):
    def followups():
        return [(each.state, each.repaired) for each in flow.ctx.session.scalars(select(Followup).order_by(Followup.id))]

    flow.to_assigned(task)
    flow.to_completed(task)
    assert followups() == [("open", None)]
    flow.task("followup_clerk", task, "rework", reason="仍未修好")
    flow.task("repairer", task, "start")
    flow.task("repairer", task, "complete", **COMPLETE)
    flow.task("followup_clerk", task, "follow_up", **FOLLOW_UP)
    assert followups() == [("dropped", None), ("done", True)]


def test_closing_unreached_takes_the_attempts_that_the_settings_ask_for(flow, task):
    flow.to_assigned(task)
    flow.to_completed(task)
    for _attempt in range(2):
        flow.task("followup_clerk", task, "followup_attempt", outcome="no_answer")
    with pytest.raises(Invalid):
        flow.task("followup_clerk", task, "close_unreached", unreached="attempts")
    flow.task("followup_clerk", task, "followup_attempt", outcome="no_answer")
    flow.task("followup_clerk", task, "close_unreached", unreached="attempts")
    assert task.state == "closed"


def test_followed_up_tasks_are_closed_by_the_system_after_some_days(flow, task, clock):
    flow.to_assigned(task)
    flow.to_completed(task)
    flow.task("followup_clerk", task, "follow_up", **FOLLOW_UP)
    assert TaskService(flow.context("system")).close_due() == 0
    clock.set(clock.now() + timedelta(days=8))
    assert TaskService(flow.context("system")).close_due() == 1
    assert task.state == "closed"


def test_overdue_is_computed_from_the_deadline(flow, task, clock):
    def is_overdue():
        states = ("unallocated", "assigned")
        return flow.ctx.session.scalar(select(overdue(states, clock.now())).where(Task.id == task.id))

    assert not is_overdue()
    clock.set(clock.now() + timedelta(hours=169))
    assert is_overdue()
    service = TaskService(flow.context("dispatcher"))
    later = (clock.now() + timedelta(days=1)).isoformat()
    with pytest.raises(Invalid):
        service.move_deadline(task.id, {"due_at": later}, expected_version=task.version)
    with pytest.raises(VersionStale):
        service.move_deadline(task.id, {"due_at": later, "reason": "等配件"}, expected_version=task.version + 1)
    service.move_deadline(task.id, {"due_at": later, "reason": "等配件"}, expected_version=task.version)
    assert not is_overdue()


def test_urging_is_for_those_who_wait(flow, task):
    flow.to_assigned(task)
    for login in ("customer", "leader", "call_centre"):
        flow.task(login, task, "urge")
    assert (task.urged, task.state) == (3, "assigned")
    with pytest.raises(NotAllowed):
        flow.task("repairer", task, "urge")


def test_a_stale_version_changes_nothing(flow, task):
    with pytest.raises(VersionStale) as error:
        TaskService(flow.context("dispatcher")).act(task.id, "cancel", {"reason": "不需要"}, expected_version=task.version + 3)
    assert error.value.details["state"] == "unallocated"
    assert task.state == "unallocated"


def test_available_actions_are_those_that_succeed_by_permission(flow, task):
    def names(login):
        return [row.action for row in TaskService(flow.context(login)).actions(task)]

    assert names("dispatcher") == ["allocate", "cancel"]
    assert names("leader") == ["urge"]
    flow.task("dispatcher", task, "allocate", unit_id=flow.world.units["agent"].id)
    assert names("agent_manager") == ["accept", "object"]
    flow.task("agent_manager", task, "accept")
    flow.task("agent_manager", task, "assign", repairer_id=flow.world.users["repairer"])
    assert names("repairer") == ["take", "decline", "appoint", "depart", "start", "feedback", "hold"]
    assert names("agent_manager") == ["unassign", "feedback", "hold"]


def test_proposals_say_why_and_prefer_the_site_s_own_unit_then_the_nearest_duty_area(flow, task):
    proposals = propose(flow.ctx, task)
    assert [each.unit.id for each in proposals] == [flow.world.units[name].id for name in ("agent", "agent_2", "department")]
    assert all(each.reasons for each in proposals)
    busy = [flow.approve(flow.report()) for _ in range(3)]
    for each in busy:
        flow.task("dispatcher", each, "allocate", unit_id=flow.world.units["agent_2"].id)
    again = {each.unit.id: each.open_tasks for each in propose(flow.ctx, task)}
    assert again[flow.world.units["agent_2"].id] == 3
