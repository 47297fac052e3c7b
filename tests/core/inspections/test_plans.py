"""Plans, the due list, and what the worker tells of."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from shuhua_core.inspections.due import count_due, due_list, keep_due
from shuhua_core.inspections.models import InspectionDue
from shuhua_core.inspections.plans import PlanService
from shuhua_core.inspections.spot_check import draw, draw_spot_check
from shuhua_core.kernel.errors import Invalid, NotAllowed, VersionStale
from shuhua_core.kernel.outbox import OutboxEntry
from shuhua_core.messages.compose import Told, compose
from shuhua_core.messages.models import Message


def days_later(flow, days):
    clock = flow.ctx.deployment.clock
    clock.set(clock.now() + timedelta(days=days))
    return flow.context("system")


def told(ctx, event):
    """Logins of those who were told of an event."""
    for entry in ctx.session.scalars(select(OutboxEntry).where(OutboxEntry.event == event)):
        compose(
            ctx.session,
            Told(
                entry.message_id, entry.event, entry.record_kind, entry.record_id, entry.number, entry.payload["values"],
                entry.actor_id, entry.created_at,
            ),
        )  # fmt: skip
    return list(ctx.session.scalars(select(Message.user_id).order_by(Message.user_id)))


def test_a_plan_of_a_project_is_due_on_each_of_its_sites_and_follows_new_ones(ctx, flow, world, plan):
    one, two = world.sites["one"], world.sites["two"]
    yearly = plan(project_id=one.project_id, interval_days=365)
    assert yearly.name == "测试工程"
    assert [each.site.id for each in due_list(flow.context("inspector"))] == [one.id]
    two.project_id = one.project_id
    ctx.session.flush()
    keep_due(flow.context("system"))
    assert {each.site.id for each in due_list(flow.context("inspector"))} == {one.id, two.id}
    two.project_id = None
    ctx.session.flush()
    keep_due(flow.context("system"))
    assert [each.site.id for each in due_list(flow.context("inspector"))] == [one.id]


def test_an_overdue_inspection_shows_on_its_site_until_it_is_made(ctx, flow, world, plan, inspect):
    site = world.sites["one"]
    plan()
    keep_due(flow.context("system"))
    assert (site.state, site.inspect_by) == ("normal", date(2026, 11, 22))
    keep_due(days_later(flow, 1))
    ctx.session.refresh(site)
    assert site.state == "to_inspect"
    assert count_due(flow.context("inspector")) == (1, 1)
    [line] = due_list(flow.context("inspector"))
    assert (line.overdue, line.pieces, line.due_on) == (True, 2, date(2026, 11, 22))
    inspect()
    assert (site.state, site.inspect_by) == ("normal", date(2026, 12, 23))
    assert due_list(flow.context("inspector"), until=date(2026, 12, 1)) == []


def test_a_state_that_is_worse_than_overdue_stays(ctx, flow, world, plan):
    from shuhua_core.sites.equipment import EquipmentService

    plan(starts_on="2026-11-01")
    assert world.sites["one"].state == "to_inspect"
    EquipmentService(flow.context("inspector")).stop_use(world.pieces["one_1"].id, {"reason": "立柱松动"})
    assert world.sites["one"].state == "out_of_use"


def test_the_person_named_is_told_once_that_it_is_due_and_once_that_it_is_overdue(ctx, flow, world, plan):
    plan(responsible_id=world.users["inspector"], starts_on="2026-11-23")
    assert keep_due(flow.context("system")) == 1
    assert keep_due(flow.context("system")) == 0
    assert told(ctx, "plans.due") == [world.users["inspector"]]
    assert keep_due(days_later(flow, 2)) == 1
    assert set(told(ctx, "plans.overdue")) == {world.users["inspector"], world.users["dispatcher"]}
    messages = ctx.session.scalars(select(Message).order_by(Message.id)).all()
    assert [each.notice for each in messages] == ["inspection_due", "inspection_overdue", "inspection_overdue"]
    assert [each.urgent for each in messages] == [False, True, True]
    assert messages[0].facts == {"place": "测试公园", "site": "测试公园", "due_on": "2026-11-23"}


def test_a_dangerous_finding_is_told_to_the_reviewers_of_the_branch_at_once(ctx, world, inspect):
    inspect(("one_1", "fixing", "abnormal", {"stop_use": True}))
    assert told(ctx, "inspections.found_dangerous") == [world.users["reviewer"]]
    message = ctx.session.scalars(select(Message)).one()
    assert (message.urgent, message.record_kind, message.facts["abnormal"]) == (True, "inspection", 1)


def test_mine_is_what_names_me_my_unit_or_nobody(flow, world, plan):
    plan(name="给我", responsible_id=world.users["inspector"])
    plan(name="本单位", responsible_unit_id=world.units["branch"].id)
    plan(name="别的单位", responsible_unit_id=world.units["agent"].id)
    plan(name="都可以")
    mine = {each.plan_name for each in due_list(flow.context("inspector"), mine=True)}
    assert mine == {"给我", "本单位", "都可以"}
    assert len(due_list(flow.context("inspector"))) == 4
    assert due_list(flow.context("inspector_other")) == []
    assert len(due_list(flow.context("authority"), division="3505")) == 4
    assert due_list(flow.context("authority"), division="44") == []


def test_a_plan_that_rests_wants_nothing_and_another_interval_counts_from_the_last_inspection(ctx, flow, world, plan, inspect):
    monthly = plan()
    inspect()
    service = PlanService(flow.context("dispatcher"))
    service.edit(monthly.id, {"interval_days": 7}, expected_version=1)
    assert ctx.session.scalars(select(InspectionDue.due_on)).one() == date(2026, 11, 29)
    service.edit(monthly.id, {"active": False})
    assert due_list(flow.context("inspector")) == []
    assert world.sites["one"].inspect_by is None
    with pytest.raises(VersionStale):
        service.edit(monthly.id, {"name": "改名"}, expected_version=1)


@pytest.mark.parametrize(
    "data",
    [
        {"site_id": None},
        {"project_id": 1},
        {"checklist_id": 999},
        {"responsible_id": 999},
        {"responsible_unit_id": 999},
        {"interval_days": 0},
        {"starts_on": "22.11.2026"},
    ],
)
def test_a_plan_that_cannot_be_is_refused(plan, world, data):
    with pytest.raises(Invalid):
        plan(**({"site_id": world.sites["one"].id} | data))


def test_the_person_responsible_is_an_inspector_of_the_branch(plan, world):
    for login in ("inspector_other", "reviewer"):
        with pytest.raises(Invalid):
            plan(responsible_id=world.users[login])


def test_plans_are_kept_by_those_who_plan_in_their_own_area(flow, plan, world, outdoor):
    values = {"site_id": world.sites["one"].id, "checklist_id": outdoor.id, "starts_on": "2026-11-22"}
    with pytest.raises(NotAllowed):
        PlanService(flow.context("inspector")).create(values)
    with pytest.raises(Invalid):
        PlanService(flow.context("dispatcher_other")).create(values)


def test_what_is_done_once_is_over_when_it_was_done(ctx, flow, plan, inspect):
    once = plan(interval_days=None)
    assert inspect().plan_id == once.id
    assert not once.active
    assert ctx.session.scalars(select(InspectionDue)).all() == []


def test_a_spot_check_draws_sites_and_inspectors_and_can_be_drawn_again(ctx, flow, world, outdoor):
    data = {"sites": 5, "inspectors": 1, "checklist_id": outdoor.id, "due_on": "2026-11-25"}
    drawn = draw_spot_check(flow.context("authority"), data)
    assert {each.site_id for each in drawn.plans} == {world.sites["one"].id, world.sites["two"].id}
    assert {each.responsible_id for each in drawn.plans} == {world.users["inspector"]}
    assert {(each.kind, each.interval_days) for each in drawn.plans} == {("spot_check", None)}
    entry = ctx.session.scalars(select(OutboxEntry).where(OutboxEntry.event == "inspections.spot_check_drawn")).one()
    people = {site: [world.users["inspector"]] for site in entry.payload["values"]["site_ids"]}
    again = draw(list(people), people, (5, 1), drawn.seed)
    assert sorted(again) == sorted(entry.payload["values"]["site_ids"])
    with pytest.raises(NotAllowed):
        draw_spot_check(flow.context("inspector"), data)
    with pytest.raises(Invalid):
        draw_spot_check(flow.context("authority"), {**data, "division_code": "44"})


def test_a_draw_takes_as_many_as_asked_and_every_site_gets_somebody_who_may():
    people = {site: [1, 2, 3] if site < 50 else [4, 5] for site in range(100)}
    drawn = draw(list(people), people, (20, 3), 7)
    assert len(drawn) == 20
    assert all(drawn[site] in people[site] for site in drawn)
    assert draw(list(people), people, (20, 3), 7) == drawn != draw(list(people), people, (20, 3), 8)
