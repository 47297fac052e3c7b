"""Figures of a period, within what one may see."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from shuhua_core.accounts.permissions import Permission
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.reports.figures import areas_of, models_of, pieces_of, requests_of, trend, units_of, work_of
from shuhua_core.reports.periods import period_of, weeks_until
from shuhua_core.reports.repairers import repairers_of
from shuhua_core.testing.flow import FOLLOW_UP

WEEK = period_of("week", date(2026, 11, 22))


@pytest.mark.parametrize(
    ("kind", "day", "first", "last", "name"),
    [
        ("week", "2026-11-22", "2026-11-16", "2026-11-22", "2026-W47"),
        ("week", "2027-01-01", "2026-12-28", "2027-01-03", "2026-W53"),
        ("month", "2028-02-10", "2028-02-01", "2028-02-29", "2028-02"),
        ("quarter", "2026-12-31", "2026-10-01", "2026-12-31", "2026-Q4"),
        ("year", "2026-05-05", "2026-01-01", "2026-12-31", "2026"),
    ],
)
def test_a_period_has_the_days_of_the_calendar_and_a_name(kind, day, first, last, name):
    period = period_of(kind, date.fromisoformat(day))
    assert (period.first.isoformat(), period.last.isoformat(), period.name) == (first, last, name)
    assert period.before.after == period == period.after.before
    assert period.after.first == period.last + timedelta(days=1)


def test_figures_of_requests_count_what_came_and_the_median_wait_of_what_was_acted_on(flow):
    waits = []
    for minutes in (1, 10, 5):
        repair = flow.report(symptom=f"摆腿松动{minutes}")
        flow.ctx.deployment.clock.set(repair.created_at + timedelta(minutes=minutes - 1))
        flow.approve(repair)
        waits.append(repair.first_action_at - repair.created_at)
    flow.report("customer_other", piece="other_1", symptom="另一分公司的")
    found = requests_of(flow.context("reviewer"), WEEK)
    assert (found.received, found.acted_on, found.open) == (3, 3, 3)
    assert abs(found.first_action - sorted(waits)[1]) < timedelta(seconds=2)
    before = requests_of(flow.context("leader"), WEEK.before)
    assert (before.received, before.first_action) == (0, None)


def test_figures_of_tasks_tell_late_repaired_at_once_and_what_customers_think(flow):
    good, back = (flow.to_completed(flow.to_assigned(flow.approve(flow.report(symptom=text)))) for text in ("松动了", "又松动了"))
    flow.task("followup_clerk", good, "follow_up", **FOLLOW_UP)
    flow.task("followup_clerk", back, "rework", reason="仍然松动")
    flow.task("repairer", back, "start")
    flow.task("repairer", back, "complete", result="repaired", cause="轴承磨损", remedy="更换轴承")
    back.due_at = back.completed_at - timedelta(minutes=1)
    flow.ctx.session.flush()
    ctx = flow.context("leader")
    work = work_of(ctx, WEEK)
    assert (work.completed, work.late, work.fixed_at_once, work.scored) == (2, 1, 1, 1)
    assert work.satisfaction == pytest.approx(4.67, abs=0.01)
    [unit] = units_of(ctx, WEEK)
    assert (unit.completed, unit.late, unit.fixed_at_once, unit.on_time) == (2, 1, 1, 0.5)
    assert work_of(flow.context("dispatcher_other"), WEEK).completed == 0
    assert units_of(flow.context("dispatcher_other"), WEEK) == []


def test_models_and_cities_are_ranked_by_requests_and_weeks_hold_their_days(flow, world):
    flow.report()
    flow.report(piece="one_2", symptom="踏板断裂")
    ctx = flow.context("leader")
    [model, *_more] = models_of(ctx, WEEK)
    assert sum(each.faults for each in models_of(ctx, WEEK)) == 2
    assert model.pieces >= 1
    [city] = areas_of(ctx, WEEK)
    assert (city.code, city.requests) == ("3505", 2)
    weeks = weeks_until(WEEK.last, 12)
    assert trend(ctx, RepairRequest, RepairRequest.created_at, Permission.REPAIRS_VIEW, weeks) == [0] * 11 + [2]


def test_intact_are_the_pieces_in_use_that_nothing_is_wrong_with(flow, world):
    before = pieces_of(flow.context("leader"))
    world.pieces["one_1"].state = "faulty"
    flow.ctx.session.flush()
    after = pieces_of(flow.context("leader"))
    assert (after.in_use, after.intact) == (before.in_use, before.intact - 1)


def test_figures_of_a_unit_go_by_its_repairers_and_count_its_own_tasks_only(flow, count_sql):
    good = flow.to_completed(flow.to_assigned(flow.approve(flow.report(symptom="松动了"))))
    flow.task("followup_clerk", good, "follow_up", **FOLLOW_UP)
    behind = flow.to_assigned(flow.approve(flow.report(symptom="又松动了")))
    behind.due_at = flow.ctx.now - timedelta(minutes=1)
    flow.to_assigned(
        flow.approve(flow.report(symptom="异响")), unit="department", manager="department_manager", repairer="repairer_department"
    )
    flow.ctx.session.flush()
    ctx = flow.context("agent_manager")
    with count_sql() as sql:
        [found] = repairers_of(ctx, WEEK)
    assert sql.count <= 2
    assert (found.name, found.open, found.overdue, found.completed, found.late) == ("测试·repairer", 1, 1, 1, 0)
    assert found.fixed_at_once == 1
    assert found.satisfaction is not None
    assert [each.user_id for each in repairers_of(flow.context("department_manager"), WEEK)] == [
        flow.world.users["repairer_department"]
    ]
    assert len(repairers_of(flow.context("leader"), WEEK)) == 2
    assert repairers_of(flow.context("agent_manager"), WEEK.before)[0].completed == 0
