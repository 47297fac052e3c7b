"""What plans want inspected, and by when: kept for each site of each plan, and read as the due list."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, exists, func, or_, select, update

from ..accounts.models import Organisation
from ..accounts.organisations import above
from ..accounts.permissions import Permission
from ..kernel.context import Context
from ..kernel.events import Event
from ..kernel.scope import prefix_range, visible
from ..sites.derived import refresh_states
from ..sites.models import Equipment, Site
from .events import PlanEvent
from .models import InspectionDue, InspectionPlan

GONE = ("in_stock", "scrapped", "removed", "replaced")
"""States of pieces that nobody finds on a site."""
TOLD_BEFORE = timedelta(days=1)
"""How long before the day the responsible are told."""
BATCH = 500


def today_of(ctx: Context) -> date:
    """The deployment's day."""
    return ctx.now.astimezone(ctx.deployment.settings.timezone).date()


def sites_of_plan(plan: InspectionPlan) -> Select[Any]:
    """Ids of the sites that a plan is for: its own, or those of its project that its branch looks after."""
    if plan.site_id is not None:
        return select(Site.id).where(Site.id == plan.site_id)
    return select(Site.id).where(Site.project_id == plan.project_id, prefix_range(Site.organisation_path, plan.organisation_path))


def lay_dues(ctx: Context, plan: InspectionPlan, due_on: date) -> list[int]:
    """Bring what a plan wants in line with the sites that it is for; new ones are due on the day. Gives the sites touched."""
    session = ctx.session
    wanted: set[int] = set(session.scalars(sites_of_plan(plan))) if plan.active else set()
    present = set(session.scalars(select(InspectionDue.site_id).where(InspectionDue.plan_id == plan.id)))
    gone, fresh = present - wanted, wanted - present
    if gone:
        session.execute(delete(InspectionDue).where(InspectionDue.plan_id == plan.id, InspectionDue.site_id.in_(gone)))
    session.add_all(InspectionDue(plan_id=plan.id, site_id=site_id, due_on=due_on) for site_id in sorted(fresh))
    session.flush()
    touched = sorted(gone | fresh)
    keep_inspect_by(ctx, touched)
    return touched


def fulfil(ctx: Context, due: InspectionDue, plan: InspectionPlan, inspection_id: int) -> None:
    """Note that an inspection did what was due: the next is an interval away from today, whatever the phone's clock said.

    What is done once is over, and its plan rests when it was the last.
    """
    if plan.interval_days is not None:
        due.due_on = today_of(ctx) + timedelta(days=plan.interval_days)
        due.last_id, due.told_at, due.overdue_at = inspection_id, None, None
        ctx.session.flush()
        return
    ctx.session.delete(due)
    ctx.session.flush()
    if not ctx.session.scalar(select(exists().where(InspectionDue.plan_id == plan.id))):
        plan.active, plan.updated_at = False, ctx.now
        plan.version += 1
        ctx.session.flush()


def keep_inspect_by(ctx: Context, site_ids: Collection[int]) -> None:
    """Copy to each site the first day on which a plan wants it, and derive its state anew.

    The sites are locked first, in order, so that two who do this at once do not wait for each other in a ring.
    """
    wanted = sorted(set(site_ids))
    if not wanted:
        return
    session = ctx.session
    session.flush()
    session.execute(select(Site.id).where(Site.id.in_(wanted)).order_by(Site.id).with_for_update())
    first = select(func.min(InspectionDue.due_on)).where(InspectionDue.site_id == Site.id).scalar_subquery()
    session.execute(update(Site).where(Site.id.in_(wanted)).values(inspect_by=first).execution_options(synchronize_session=False))
    refresh_states(ctx, wanted)


@dataclass(frozen=True, slots=True)
class Due:
    """One line of the due list."""

    plan_id: int
    plan_number: str
    plan_name: str
    checklist_id: int
    site: Site
    due_on: date
    overdue: bool
    pieces: int
    responsible_id: int | None
    responsible_unit_id: int | None


def due_list(
    ctx: Context, *, mine: bool = False, until: date | None = None, division: str | None = None, limit: int | None = None
) -> list[Due]:
    """What is to be inspected on the sites that the actor may see, the most pressing first.

    ``mine``: only what the actor is responsible for: named, of the unit named, or where nobody is. ``until``: due on that day at
    the latest; what is overdue always is.
    """
    today = today_of(ctx)
    pieces = (
        select(func.count()).where(Equipment.site_id == Site.id, Equipment.state.not_in(GONE)).correlate(Site).scalar_subquery()
    )
    query = (
        select(InspectionDue, InspectionPlan, Site, pieces)
        .join(InspectionPlan, InspectionPlan.id == InspectionDue.plan_id)
        .join(Site, Site.id == InspectionDue.site_id)
        .where(*_in_reach(ctx, mine=mine, until=until, division=division))
        .order_by(InspectionDue.due_on, Site.id, InspectionPlan.id)
    )
    return [
        Due(
            plan.id,
            plan.number,
            plan.name,
            plan.checklist_id,
            site,
            due.due_on,
            due.due_on < today,
            count,
            plan.responsible_id,
            plan.responsible_unit_id,
        )
        for due, plan, site, count in ctx.session.execute(query if limit is None else query.limit(limit))
    ]


def count_due(ctx: Context, *, mine: bool = False, until: date | None = None) -> tuple[int, int]:
    """How many are due until the day, and how many of those are overdue."""
    query = (
        select(func.count(), func.count().filter(InspectionDue.due_on < today_of(ctx)))
        .select_from(InspectionDue)
        .join(InspectionPlan, InspectionPlan.id == InspectionDue.plan_id)
        .join(Site, Site.id == InspectionDue.site_id)
        .where(*_in_reach(ctx, mine=mine, until=until, division=None))
    )
    due, overdue = ctx.session.execute(query).one()
    return due, overdue


def _in_reach(ctx: Context, *, mine: bool, until: date | None, division: str | None) -> list[ColumnElement[bool]]:
    found = [visible(Site, ctx.actor, Permission.INSPECTIONS_VIEW)]
    if mine:
        found.append(mine_only(ctx))
    if until is not None:
        found.append(InspectionDue.due_on <= until)
    if division:
        found.append(prefix_range(Site.division_code, division))
    return found


def mine_only(ctx: Context) -> ColumnElement[bool]:
    """The plans that the actor is responsible for: named, of the unit named or one below it, or where nobody is."""
    units = select(Organisation.id).where(Organisation.path.in_(above(ctx.actor.organisation_path or "")))
    return or_(
        InspectionPlan.responsible_id == ctx.actor.user_id,
        and_(
            InspectionPlan.responsible_id.is_(None),
            or_(InspectionPlan.responsible_unit_id.is_(None), InspectionPlan.responsible_unit_id.in_(units)),
        ),
    )


def keep_due(ctx: Context) -> int:
    """What the worker does from time to time; gives how many plans were told of.

    Sites that came to a project join its plans, those who are responsible are told of what comes near and of what is overdue,
    and sites whose inspection is overdue show it.
    """
    _follow_projects(ctx)
    return _tell(ctx, PlanEvent.DUE, InspectionDue.told_at, today_of(ctx) + TOLD_BEFORE) + _tell(
        ctx, PlanEvent.OVERDUE, InspectionDue.overdue_at, today_of(ctx) - timedelta(days=1)
    )


def _follow_projects(ctx: Context) -> None:
    """Plans of projects whose sites are not those that they have dues for."""
    of_plan = and_(
        Site.project_id == InspectionPlan.project_id,
        func.substr(Site.organisation_path, 1, func.length(InspectionPlan.organisation_path)) == InspectionPlan.organisation_path,
    )
    has_due = exists().where(InspectionDue.plan_id == InspectionPlan.id, InspectionDue.site_id == Site.id)
    missing = select(InspectionPlan.id).join(Site, of_plan).where(InspectionPlan.active, ~has_due)
    moved = (
        select(InspectionPlan.id)
        .join(InspectionDue, InspectionDue.plan_id == InspectionPlan.id)
        .join(Site, Site.id == InspectionDue.site_id)
        .where(InspectionPlan.project_id.is_not(None), or_(Site.project_id.is_(None), Site.organisation_path.is_(None), ~of_plan))
    )
    regular = InspectionPlan.interval_days.is_not(None)
    ids = ctx.session.scalars(missing.where(regular).union(moved.where(regular)).limit(BATCH)).all()
    for plan in ctx.session.scalars(select(InspectionPlan).where(InspectionPlan.id.in_(ids)).order_by(InspectionPlan.id)):
        lay_dues(ctx, plan, max(plan.starts_on, today_of(ctx)))


def _tell(ctx: Context, event: PlanEvent, column: Any, until: date) -> int:
    """Publish the event once for each plan of which something is due by the day that it was not told of."""
    query = (
        select(InspectionDue)
        .where(column.is_(None), InspectionDue.due_on <= until)
        .order_by(InspectionDue.plan_id, InspectionDue.site_id)
        .limit(BATCH)
        .with_for_update()
    )
    found = ctx.session.scalars(query).all()
    for due in found:
        setattr(due, column.key, ctx.now)
    ctx.session.flush()
    for plan_id, dues in _by_plan(found):
        plan = ctx.session.get_one(InspectionPlan, plan_id)
        values = {
            "site_ids": [each.site_id for each in dues],
            "due_on": min(each.due_on for each in dues).isoformat(),
            "responsible_id": plan.responsible_id,
            "responsible_unit_id": plan.responsible_unit_id,
        }
        ctx.publish(Event(event, "plan", plan.id, plan.number, values=values))
    if event == PlanEvent.OVERDUE:
        refresh_states(ctx, [each.site_id for each in found])
    return len({each.plan_id for each in found})


def _by_plan(dues: Iterable[InspectionDue]) -> Iterable[tuple[int, Sequence[InspectionDue]]]:
    found: dict[int, list[InspectionDue]] = {}
    for each in dues:
        found.setdefault(each.plan_id, []).append(each)
    return found.items()
