"""Recording inspections: what follows in the same transaction, what is refused, and what stays as it was captured."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from shuhua_core.audit.models import AuditEntry
from shuhua_core.inspections.models import Finding, Inspection, InspectionDue
from shuhua_core.inspections.service import InspectionService
from shuhua_core.kernel.errors import Invalid, NotAllowed, NotFound
from shuhua_core.kernel.outbox import OutboxEntry
from shuhua_core.kernel.steps import steps_of
from shuhua_core.media.service import MediaService
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.sites.equipment import EquipmentService

HERE = {"longitude": 118.5751, "latitude": 24.8071, "accuracy": 8.0}
ABNORMAL = ("one_1", "bearing", "abnormal", {"note": "左侧轴承异响"})


def test_an_inspection_without_faults_keeps_its_answers_and_does_what_was_due(ctx, world, plan, inspect):
    monthly = plan()
    found = inspect(
        ("one_1", "fixing", "normal"), ("one_2", "fixing", "not_applicable"), (None, "ground", "normal"), position=HERE
    )
    assert found.number.startswith("XC20261122-")
    assert (found.state, found.pieces, found.abnormal, found.plan_id, found.due_on) == (
        "normal",
        2,
        0,
        monthly.id,
        date(2026, 11, 22),
    )
    assert 10 < found.distance < 20
    due = ctx.session.get_one(InspectionDue, (monthly.id, found.site_id))
    assert (due.due_on, due.last_id) == (date(2026, 12, 22), found.id)
    answers = ctx.session.scalars(select(Finding).where(Finding.inspection_id == found.id).order_by(Finding.id)).all()
    assert [(each.item, each.result) for each in answers] == [
        ("fixing", "normal"),
        ("fixing", "not_applicable"),
        ("ground", "normal"),
    ]
    assert [step.action for step in steps_of(ctx.session, "inspection", found.id)] == ["create"]
    events = ctx.session.scalars(select(OutboxEntry.event).where(OutboxEntry.record_kind == "inspection")).all()
    assert events == ["inspections.recorded"]
    assert ctx.session.scalar(select(func.count()).where(AuditEntry.event == "inspections.recorded")) == 1


def test_abnormal_answers_make_one_request_for_each_piece_with_the_same_photos(ctx, world, inspect, photo):
    bearing, grip, ground = photo(), photo(), photo()
    found = inspect(
        ("one_1", "bearing", "abnormal", {"note": "左侧轴承异响", "media_ids": [bearing]}),
        ("one_1", "grip", "abnormal", {"media_ids": [grip], "repair": {"symptom": "把套脱落", "severity": "high"}}),
        (None, "ground", "abnormal", {"media_ids": [ground]}),
        ("one_2", "fixing", "normal"),
    )
    repairs = ctx.session.scalars(select(RepairRequest).order_by(RepairRequest.id)).all()
    assert [(each.equipment_id, each.site_id, each.channel, each.state) for each in repairs] == [
        (world.pieces["one_1"].id, world.sites["one"].id, "inspection", "pending_review"),
        (None, world.sites["one"].id, "inspection", "pending_review"),
    ]
    assert repairs[0].reporter_id == world.users["inspector"]
    assert "左侧轴承异响" in repairs[0].symptom
    assert "把套脱落" in repairs[0].symptom
    assert (repairs[0].severity, repairs[1].severity) == ("high", None)
    assert found.state == "abnormal"
    media = MediaService(ctx).of_records({"repair": [each.id for each in repairs], "inspection": [found.id]})
    assert [each.id for each in media["repair", repairs[0].id]] == [bearing, grip]
    assert [each.id for each in media["repair", repairs[1].id]] == [ground]
    assert [each.id for each in media["inspection", found.id]] == [bearing, grip, ground]
    linked = ctx.session.execute(
        select(Finding.item, Finding.repair_id).where(Finding.inspection_id == found.id).order_by(Finding.id)
    )
    assert linked.all() == [("bearing", repairs[0].id), ("grip", repairs[0].id), ("ground", repairs[1].id), ("fixing", None)]


def test_a_dangerous_piece_is_out_of_use_at_once_and_its_request_is_urgent(ctx, world, inspect, photo):
    picture = photo()
    found = inspect(("one_1", "fixing", "abnormal", {"note": "立柱断裂", "stop_use": True, "media_ids": [picture]}))
    piece = world.pieces["one_1"]
    assert (piece.state, world.sites["one"].state, found.state, found.stopped) == ("out_of_use", "out_of_use", "dangerous", 1)
    step = steps_of(ctx.session, "equipment", piece.id)[-1]
    assert step.action == "stop_use"
    assert found.number in step.note
    assert "立柱断裂" in step.note
    assert ctx.session.scalars(select(RepairRequest.severity)).one() == "urgent"
    assert [each.id for each in MediaService(ctx).of_records({"equipment": [piece.id]})["equipment", piece.id]] == [picture]
    events = set(ctx.session.scalars(select(OutboxEntry.event)))
    assert {"inspections.recorded", "inspections.found_dangerous", "equipment.use_stopped", "repairs.created"} <= events


def test_a_piece_that_is_out_of_use_already_may_be_found_dangerous_again(flow, world, inspect):
    EquipmentService(flow.context("inspector")).stop_use(world.pieces["one_1"].id, {"reason": "立柱松动"})
    found = inspect(("one_1", "fixing", "abnormal", {"stop_use": True}))
    assert (found.state, world.pieces["one_1"].state) == ("dangerous", "out_of_use")


def test_a_site_is_watched_until_the_requests_of_its_last_inspection_are_settled(ctx, flow, world, inspect):
    site = world.sites["one"]
    inspect(ABNORMAL, (None, "ground", "abnormal"))
    assert (site.state, site.inspection_state) == ("watched", "watched")
    first, second = ctx.session.scalars(select(RepairRequest).order_by(RepairRequest.id)).all()
    flow.repair("reviewer", first, "reject", reason="已安排更换")
    assert site.inspection_state == "watched"
    flow.repair("reviewer", second, "answer", answer="物业已清理")
    assert (site.state, site.inspection_state) == ("normal", None)
    flow.repair("reviewer", first, "reopen", reason="再看一次")
    assert site.state == "watched"
    inspect()
    assert (site.state, site.inspection_state) == ("normal", None)


def test_what_was_captured_offline_keeps_both_times_and_a_clock_years_off_moves_no_deadline(ctx, plan, inspect):
    monthly = plan()
    found = inspect(captured_at="2026-11-20T10:00:00+08:00")
    assert found.captured_at == datetime(2026, 11, 20, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert not found.skewed
    assert found.received_at > found.captured_at
    for wrong in ("2031-01-01T00:00:00Z", "2019-01-01T00:00:00Z"):
        found = inspect(captured_at=wrong)
        assert found.skewed
        assert ctx.session.get_one(InspectionDue, (monthly.id, found.site_id)).due_on == date(2026, 12, 22)


def test_an_older_version_of_the_checklist_is_taken_as_it_was_asked(ctx, flow, world, outdoor, inspect):
    from shuhua_core.inspections.checklists import ChecklistService

    items = [{"code": "all", "of": "piece", "zh": "完好", "en": "Whole"}]
    ChecklistService(flow.context("dispatcher")).edit(outdoor.id, {"name": "新表", "items": items}, expected_version=1)
    assert inspect(("one_1", "fixing", "normal"), checklist_version=1).checklist_version == 1
    assert inspect(("one_1", "all", "normal")).checklist_version == 2
    with pytest.raises(Invalid, match="attention") as refused:
        inspect(("one_1", "fixing", "normal"))
    assert set(refused.value.errors) == {"items.0.item"}
    with pytest.raises(Invalid):
        inspect(checklist_version=3)


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ([("other_1", "fixing", "normal")], "items.0.equipment_id"),
        ([("one_1", "nothing", "normal")], "items.0.item"),
        ([("one_1", "ground", "normal")], "items.0.item"),
        ([(None, "fixing", "normal")], "items.0.item"),
        ([("one_1", "hoop", "normal")], "items.0.item"),
        ([("one_1", "fixing", "normal"), ("one_1", "fixing", "normal")], "items.1.item"),
        ([("one_1", "fixing", "normal", {"stop_use": True})], "items.0.stop_use"),
        ([("one_1", "fixing", "normal", {"repair": {"symptom": "坏了"}})], "items.0.repair"),
        ([(None, "ground", "abnormal", {"stop_use": True})], "items.0.stop_use"),
        ([("one_1", "fixing", "abnormal", {"media_ids": [999_999]})], "media_ids"),
        ([("one_1", "fixing", "broken")], "items.0.result"),
        ([("one_1", "fixing", "normal", {"colour": "red"})], "items.0.colour"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place_and_leaves_nothing(ctx, inspect, answers, field):
    with pytest.raises(Invalid) as refused:
        inspect(*answers)
    assert field in refused.value.errors
    for model in (Inspection, RepairRequest, Finding):
        assert ctx.session.scalar(select(func.count()).select_from(model)) == 0


def test_a_plan_of_another_site_is_refused(world, plan, inspect):
    other = plan(site_id=world.sites["two"].id)
    with pytest.raises(Invalid) as refused:
        inspect(plan_id=other.id)
    assert set(refused.value.errors) == {"plan_id"}


def test_only_who_may_inspect_a_site_does_and_others_sites_look_absent(flow, world, inspect):
    with pytest.raises(NotAllowed):
        inspect(login="reviewer")
    with pytest.raises(Invalid) as refused:
        inspect(login="inspector_other")
    assert set(refused.value.errors) == {"site_id"}
    found = inspect()
    assert InspectionService(flow.context("host_unit")).get(found.id) is found
    assert InspectionService(flow.context("authority")).get(found.id) is found
    for stranger in ("inspector_other", "agent_manager_2", "host_unit_other", "customer"):
        with pytest.raises(NotFound):
            InspectionService(flow.context(stranger)).get(found.id)


def test_two_visits_in_a_row_do_what_is_due_once_and_are_both_kept(ctx, plan, inspect, flow):
    monthly = plan()
    first, second = inspect(), inspect(plan_id=monthly.id)
    assert (first.due_on, second.due_on) == (date(2026, 11, 22), date(2026, 12, 22))
    due = ctx.session.get_one(InspectionDue, (monthly.id, first.site_id))
    assert due.due_on == flow.ctx.now.astimezone(ZoneInfo("Asia/Shanghai")).date() + timedelta(days=30)
