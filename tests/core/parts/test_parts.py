"""Replaced parts on their way back to the maker."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from shuhua_core.accounts.permissions import Permission
from shuhua_core.audit.models import AuditEntry
from shuhua_core.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from shuhua_core.kernel.workflow import problems
from shuhua_core.parts.events import PartEvent
from shuhua_core.parts.machine import MACHINE, PART_TABLE
from shuhua_core.parts.models import ReturnedPart
from shuhua_core.parts.schema import ACTION_SCHEMAS
from shuhua_core.parts.service import PartService
from shuhua_core.tasks.models import Task
from shuhua_core.testing.flow import COMPLETE

BEARING = {"name": "轴承", "old_number": "6204-A1", "new_number": "6204-B7", "in_warranty": True}
FOUND = {"finding": "manufacture", "text": "滚道有裂纹"}


def replaced(flow, *parts):
    """The records of a completed task in which these were replaced."""
    flow.to_completed(flow.to_assigned(flow.approve(flow.report())), parts=list(parts))
    return list(flow.ctx.session.scalars(select(ReturnedPart).order_by(ReturnedPart.id)))


def act(flow, login, part, action, **data):
    """An action of the table."""
    with flow.ctx.session.begin_nested():
        return PartService(flow.context(login)).act(part.id, action, data)


def test_the_table_can_be_put_in_force():
    found = problems(
        PART_TABLE, permissions=set(Permission), schemas=ACTION_SCHEMAS, events=set(PartEvent), guards=MACHINE.guards
    )
    assert found == []


def test_each_part_of_a_completion_is_a_record_with_its_task_piece_and_unit(flow):
    bearing, pedal = replaced(flow, BEARING, {"name": "踏板"})
    assert bearing.number.startswith("JJ")
    assert (bearing.name, bearing.old_number, bearing.new_number, bearing.in_warranty) == ("轴承", "6204-A1", "6204-B7", True)
    assert bearing.equipment_id == flow.world.pieces["one_1"].id
    assert bearing.organisation_path == flow.world.units["agent"].path
    assert bearing.repairer_id == flow.world.users["repairer"]
    assert (bearing.state, pedal.state) == ("to_return", "to_return")


def test_out_of_warranty_the_old_part_stays_with_the_customer_until_it_is_asked_for(flow):
    (part,) = replaced(flow, {**BEARING, "in_warranty": False})
    assert part.state == "kept"
    act(flow, "quality_engineer", part, "ask_for", reason="同批次多次损坏")
    assert part.state == "to_return"


def test_a_repair_that_the_host_unit_checks_makes_its_parts_once(flow):
    task = flow.to_assigned(flow.approve(flow.report("host_unit", "one_1")))
    task.check_asked = True
    flow.to_completed(task, parts=[BEARING])
    assert task.state == "pending_check"
    flow.task("host_unit", task, "pass_check", opinion="同意")
    assert len(list(flow.ctx.session.scalars(select(ReturnedPart)))) == 1


def test_a_completion_without_parts_makes_none(flow):
    assert replaced(flow) == []


def test_a_rework_that_replaces_again_makes_further_records(flow):
    (first,) = replaced(flow, BEARING)
    task = flow.ctx.session.get_one(Task, first.task_id)
    flow.task("dispatcher", task, "rework", reason="仍有异响")
    flow.task("repairer", task, "start")
    flow.task("repairer", task, "complete", **COMPLETE, parts=[{"name": "轴"}])
    names = flow.ctx.session.scalars(select(ReturnedPart.name).where(ReturnedPart.task_id == task.id).order_by(ReturnedPart.id))
    assert list(names) == ["轴承", "轴"]


def test_a_part_goes_from_the_repairer_to_the_finding(flow):
    (part,) = replaced(flow, BEARING)
    act(flow, "repairer", part, "send", carrier="测试快递", tracking="T100")
    act(flow, "quality_engineer", part, "receive")
    act(flow, "quality_engineer", part, "find", **FOUND)
    assert (part.state, part.finding, part.finding_note) == ("found", "manufacture", "滚道有裂纹")
    assert None not in (part.sent_at, part.received_at, part.found_at)
    steps = PartService(flow.context("quality_engineer")).timeline(part)
    assert [step.action for step in steps] == ["create", "send", "receive", "find"]
    kinds = flow.ctx.session.scalars(select(AuditEntry.event).where(AuditEntry.record_kind == "part").order_by(AuditEntry.id))
    assert list(kinds) == [PartEvent.REPLACED, PartEvent.SENT, PartEvent.RECEIVED, PartEvent.FOUND]


def test_nobody_finds_what_has_not_come(flow):
    (part,) = replaced(flow, BEARING)
    with pytest.raises(WrongState):
        act(flow, "quality_engineer", part, "find", **FOUND)


def test_who_repairs_does_not_judge_and_who_judges_does_not_send(flow):
    (part,) = replaced(flow, BEARING)
    with pytest.raises(NotAllowed):
        act(flow, "repairer", part, "receive")
    with pytest.raises(NotAllowed):
        act(flow, "quality_engineer", part, "send", carrier="测试快递")


def test_another_unit_does_not_see_it(flow):
    (part,) = replaced(flow, BEARING)
    for login in ("agent_manager_2", "repairer_2", "quality_engineer_other"):
        with pytest.raises(NotFound):
            act(flow, login, part, "send", carrier="测试快递")


def test_a_part_is_sent_with_a_carrier(flow):
    (part,) = replaced(flow, BEARING)
    with pytest.raises(Invalid) as refused:
        act(flow, "repairer", part, "send")
    assert "carrier" in refused.value.errors
