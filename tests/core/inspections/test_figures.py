"""Coverage by place, unit and plan, and activity by person, within what one may see."""

from __future__ import annotations

from datetime import date, timedelta

from shuhua_core.inspections.figures import activity, coverage

START, END = date(2026, 11, 1), date(2026, 11, 30)


def test_coverage_counts_what_was_due_done_in_time_and_left_undone(flow, world, plan, inspect):
    one = plan(starts_on="2026-11-22")
    two = plan(site_id=world.sites["two"].id, starts_on="2026-11-20")
    plan(site_id=world.sites["two"].id, starts_on="2026-11-21")
    plan(site_id=world.sites["one"].id, starts_on="2026-11-28")
    inspect(plan_id=one.id)
    inspect(("two_1", "fixing", "normal"), site="two", plan_id=two.id)
    [county] = coverage(flow.context("authority"), START, END)
    assert (county.key, county.due, county.done, county.on_time, county.overdue) == ("350582", 3, 2, 1, 1)
    assert (county.inspections, county.inspected, county.sites) == (2, 2, 2)
    assert county.rate == 2 / 3
    units = {each.key: (each.due, each.done) for each in coverage(flow.context("leader"), START, END, "unit") if each.due}
    assert units == {world.units["agent"].id: (1, 1), world.units["agent_2"].id: (2, 1)}
    plans = {each.key: (each.due, each.done, each.on_time) for each in coverage(flow.context("leader"), START, END, "plan")}
    assert plans[one.id] == (1, 1, 1)
    assert plans[two.id] == (1, 1, 0)
    assert all(each.due == 0 for each in coverage(flow.context("dispatcher_other"), START, END))


def test_activity_tells_of_each_person_what_they_did_and_from_where(flow, inspect):
    here = {"longitude": 118.5751, "latitude": 24.8071}
    inspect(("one_1", "fixing", "abnormal", {"stop_use": True}), ("one_2", "fixing", "normal"), position=here)
    inspect(position={"longitude": 118.7, "latitude": 24.8071}, captured_at="2019-01-01T00:00:00Z")
    inspect(("two_1", "fixing", "normal"), site="two")
    [person] = activity(flow.context("leader"), START, END)
    assert person.name == "测试·inspector"
    assert (person.inspections, person.sites, person.pieces, person.abnormal, person.stopped) == (3, 2, 4, 1, 1)
    assert (person.far, person.unplaced, person.skewed) == (1, 1, 1)
    assert person.by_day == {date(2026, 11, 22): 3}
    assert activity(flow.context("leader"), START - timedelta(days=60), START) == []
    assert activity(flow.context("dispatcher_other"), START, END) == []
