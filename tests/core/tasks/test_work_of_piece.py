"""A piece is taken away or replaced while work is open for it: somebody decides about each, and nothing is lost."""

import pytest
from sqlalchemy import select

from shuhua_core.audit.models import AuditEntry
from shuhua_core.kernel.errors import Invalid
from shuhua_core.kernel.steps import steps_of
from shuhua_core.messages.audience import AUDIENCES, Happening
from shuhua_core.messages.notices import NOTICES
from shuhua_core.sites.equipment import EquipmentService
from shuhua_core.tasks.events import TaskEvent
from shuhua_core.tasks.work_of_piece import WorkOfPiece
from tests.core.sites.test_equipment import picture


@pytest.fixture
def piece(world):
    return world.pieces["one_1"]


@pytest.fixture
def stock(flow, piece):
    """A piece in stock that can take the place."""
    return EquipmentService(flow.context("dispatcher")).create({"model_id": piece.model_id, "produced_on": "2026-01-01"})


@pytest.fixture
def take_away(flow, piece):
    """Remove the piece, or replace it by another, with decisions ``(record, what)``."""

    def call(*decisions, login="dispatcher", by=None):
        ctx = flow.context(login)
        work = [{"kind": record.__scope__.kind, "id": record.id, "what": what} for record, what in decisions]
        data = {"reason": "立柱锈穿", "media_ids": [picture(ctx).id], "open_work": work}
        data |= {"replacement_id": by.id} if by else {}
        with flow.ctx.session.begin_nested():
            return EquipmentService(ctx).act(piece.id, "replace" if by else "remove", data)

    return call


def seen(flow, piece, login="dispatcher"):
    return {each.record.number: set(each.choices) for each in WorkOfPiece(flow.context(login), piece.id).open()}


def test_what_is_open_is_listed_a_request_with_its_tasks_and_what_is_settled_is_not(flow, piece):
    waiting, working, settled = flow.report("customer"), flow.report("customer"), flow.report("customer")
    task = flow.approve(working)
    flow.repair("reviewer", settled, "reject", reason="重复报修")
    flow.report("customer", "one_2")
    found = WorkOfPiece(flow.context("dispatcher"), piece.id).open()
    assert [(each.kind, each.record.id, [of.id for of in each.tasks]) for each in found] == [
        ("repair", waiting.id, []),
        ("repair", working.id, [task.id]),
    ]
    assert all(set(each.choices) == {"leave", "close", "move"} for each in found)


def test_without_a_decision_everything_stays_open(flow, piece, take_away):
    repair = flow.report("customer")
    task = flow.approve(repair)
    take_away()
    assert (piece.state, repair.state, task.state, task.equipment_id) == ("removed", "in_progress", "unallocated", piece.id)
    assert set(seen(flow, piece)) == {repair.number}, "and is still listed"


def test_closing_answers_who_waits_and_cancels_the_tasks_of_who_is_being_served(flow, piece, take_away):
    waiting, asked, working = (flow.report("customer") for _ in range(3))
    flow.repair("reviewer", asked, "ask_more", question="哪一台？")
    task = flow.to_assigned(flow.approve(working))
    take_away(*((each, "close") for each in (waiting, asked, working)))
    assert (waiting.state, asked.state, working.state, task.state) == ("resolved", "rejected", "resolved", "cancelled")
    for repair in (waiting, asked, working):
        assert "立柱锈穿" in repair.answer
        assert piece.number in repair.answer
    step = steps_of(flow.ctx.session, "task", task.id)[-1]
    assert (step.action, step.after) == ("cancel", "cancelled")
    assert "立柱锈穿" in step.note, "the repairer reads why"
    assert seen(flow, piece) == {}


def test_a_request_of_which_a_task_was_completed_counts_as_solved(flow, take_away):
    repair = flow.report("customer")
    flow.to_completed(flow.to_assigned(flow.approve(repair)))
    assert repair.state == "resolved"
    flow.repair("customer", repair, "dispute", reason="仍松动")
    task = flow.tasks(repair)[0]
    flow.task("dispatcher", task, "rework", reason="返工")
    assert repair.state == "in_progress"
    with pytest.raises(Invalid) as error:
        take_away((repair, "close"))
    assert list(error.value.errors) == ["open_work.0.what"], "rework is not cancelled by the table"
    take_away((repair, "leave"))
    assert task.state == "rework"


def test_a_task_that_serves_a_request_about_another_piece_goes_on_for_that_one(flow, take_away):
    mine, theirs = flow.report("customer"), flow.report("customer", "one_2")
    task = flow.approve(mine)
    flow.approve(theirs, task_id=task.id)
    take_away((mine, "close"))
    assert (mine.state, theirs.state, task.state) == ("resolved", "in_progress", "unallocated")
    assert flow.tasks(theirs) == [task]
    assert flow.tasks(mine) == []


def test_of_two_requests_that_share_a_task_both_are_closed(flow, take_away):
    one, two = flow.report("customer"), flow.report("customer")
    task = flow.approve(one)
    flow.approve(two, task_id=task.id)
    take_away((one, "close"), (two, "close"))
    assert (one.state, two.state, task.state) == ("resolved", "resolved", "cancelled")


def test_moving_takes_request_and_tasks_to_the_piece_that_takes_the_place(ctx, flow, piece, stock, take_away):
    repair = flow.report("customer")
    task = flow.to_assigned(flow.approve(repair))
    versions = repair.version, task.version
    take_away((repair, "move"), by=stock)
    assert (piece.state, stock.state) == ("replaced", "normal")
    assert (repair.equipment_id, task.equipment_id) == (stock.id, stock.id)
    assert (repair.state, task.state) == ("in_progress", "assigned")
    assert (repair.version, task.version) == (versions[0] + 1, versions[1] + 1), "so that phones fetch them again"
    for event, record in (("repairs.changed", repair), ("tasks.piece_changed", task)):
        entry = ctx.session.scalars(select(AuditEntry).where(AuditEntry.event == event)).one()
        assert (entry.record_id, entry.detail["changes"]) == (record.id, {"equipment_id": [piece.id, stock.id]})
        assert entry.actor_id == flow.world.users["dispatcher"]
    (notice,) = NOTICES[TaskEvent.PIECE_CHANGED]
    values = {"unit_id": task.unit_id, "repairer_id": task.repairer_id}
    told = AUDIENCES[notice.audience](Happening(ctx.session, "task", task.id, task.number, values))
    assert flow.world.users["repairer"] in {each.user_id for each in told}
    for action in ("take", "depart", "arrive", "start"):
        flow.task("repairer", task, action)
    assert stock.state == "repairing", "the work goes on at the new piece"


def test_the_decisions_stand_in_the_log_of_the_piece(ctx, flow, piece, take_away):
    repair = flow.report("customer")
    take_away((repair, "close"))
    entry = ctx.session.scalars(select(AuditEntry).where(AuditEntry.event == "equipment.removed")).one()
    assert entry.detail["values"]["open_work"] == [{"kind": "repair", "id": repair.id, "what": "close"}]


def test_a_repairer_sees_the_own_task_and_leaves_or_moves_it_but_closes_nothing(flow, piece, stock, take_away):
    task = flow.to_assigned(flow.approve(flow.report("customer")))
    EquipmentService(flow.context("dispatcher")).act(stock.id, "issue", {"site_id": piece.site_id})
    assert seen(flow, piece, "repairer") == {task.number: {"leave", "move"}}
    with pytest.raises(Invalid) as error:
        take_away((task, "close"), login="repairer")
    assert list(error.value.errors) == ["open_work.0.what"]
    take_away((task, "move"), login="repairer", by=stock)
    assert (task.state, task.equipment_id) == ("assigned", stock.id)


@pytest.mark.parametrize("what", ["close", "move"])
def test_what_is_of_another_piece_settled_or_cannot_be_is_refused_and_nothing_happens(flow, piece, take_away, what):
    other, settled = flow.report("customer", "one_2"), flow.report("customer")
    flow.repair("reviewer", settled, "reject", reason="重复报修")
    open_one = flow.report("customer")
    for record, field in ((other, "open_work.1.id"), (settled, "open_work.1.id")):
        with pytest.raises(Invalid) as error:
            take_away((open_one, "close"), (record, what))
        assert list(error.value.errors) == [field]
    with pytest.raises(Invalid) as error:
        take_away((open_one, "move"))
    assert list(error.value.errors) == ["open_work.0.what"], "there is no piece to move it to"
    flow.ctx.session.expire_all()
    assert (piece.state, open_one.state) == ("normal", "pending_review")


def test_listing_sends_the_same_statements_whatever_is_open(flow, piece, count_sql):
    ctx = flow.context("dispatcher")

    def counted():
        with count_sql() as sql:
            WorkOfPiece(ctx, piece.id).open()
        return sql.count

    flow.approve(flow.report("customer"))
    counted()
    few = counted()
    for _ in range(3):
        flow.approve(flow.report("customer"))
    assert counted() == few
