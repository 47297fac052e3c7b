"""Coverage and activity: what was due and done where, and who did how much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from ..accounts.models import User
from ..accounts.permissions import Permission
from ..kernel.context import Context
from ..kernel.scope import visible
from ..sites.models import Site
from .due import today_of
from .models import Inspection, InspectionDue, InspectionPlan

COUNTY = 6
"""Characters of the code of a county, by which divisions are told apart."""
FAR = 500
"""Metres from its site beyond which an inspection is counted as made from afar."""
GROUPS = ("division", "unit", "plan")


@dataclass
class Coverage:
    """What one division, unit or plan had to inspect in a period, and did."""

    key: str | int | None
    due: int = 0
    """What plans wanted in the period until today, done or not."""
    done: int = 0
    on_time: int = 0
    overdue: int = 0
    inspections: int = 0
    """All that were made, with a plan or without."""
    inspected: int = 0
    """Sites that were inspected at least once."""
    sites: int = 0
    """Sites that there are."""

    @property
    def rate(self) -> float | None:
        """Share of what was due that was done."""
        return self.done / self.due if self.due else None

    @property
    def on_time_rate(self) -> float | None:
        """Share of what was due that was done in time."""
        return self.on_time / self.due if self.due else None

    def add(self, other: Coverage) -> None:
        """Count the other's in, for a sum."""
        for name in ("due", "done", "on_time", "overdue", "inspections", "inspected", "sites"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass
class Activity:
    """What one person did in a period."""

    user_id: int
    name: str
    inspections: int = 0
    sites: int = 0
    pieces: int = 0
    abnormal: int = 0
    stopped: int = 0
    far: int = 0
    """Made farther from the site than :data:`FAR`."""
    unplaced: int = 0
    """Without a position."""
    skewed: int = 0
    last_at: datetime | None = None
    by_day: Mapping[date, int] = field(default_factory=dict)


def coverage(ctx: Context, start: date, end: date, by: str = "division") -> list[Coverage]:
    """Coverage from day to day, both included, by ``division`` (county), ``unit`` or ``plan``; what lags most comes first.

    Within what the actor may see. Four statements.
    """
    today = today_of(ctx)
    found: dict[Any, Coverage] = {}

    def of(key: Any) -> Coverage:
        return found.setdefault(key, Coverage(key))

    group: Any = {
        "division": func.substr(Inspection.division_code, 1, COUNTY),
        "unit": Inspection.unit_id,
        "plan": Inspection.plan_id,
    }[by]
    seen = visible(Inspection, ctx.actor, Permission.INSPECTIONS_VIEW)
    wanted = select(group, func.count(), func.count().filter(Inspection.on_time.is_(True)))
    for key, done, on_time in ctx.session.execute(wanted.where(seen, Inspection.due_on.between(start, end)).group_by(group)):
        each = of(key)
        each.due, each.done, each.on_time = each.due + done, done, on_time
    made = select(group, func.count(), func.count(Inspection.site_id.distinct()))
    for key, inspections, sites in ctx.session.execute(made.where(seen, *_received(ctx, start, end)).group_by(group)):
        if by != "plan" or key is not None:
            of(key).inspections, of(key).inspected = inspections, sites
    for key, waiting, overdue in ctx.session.execute(_waiting(ctx, by, start, min(end, today), today)):
        of(key).due += waiting
        of(key).overdue = overdue
    if by != "plan":
        for key, sites in ctx.session.execute(_sites(ctx, by)):
            of(key).sites = sites
    return sorted(found.values(), key=lambda each: (each.rate is None, each.rate or 0.0, -each.due, str(each.key)))


def _waiting(ctx: Context, by: str, start: date, end: date, today: date) -> Select[Any]:
    """What is due in the period and not done yet, by group."""
    group: Any = {
        "division": func.substr(Site.division_code, 1, COUNTY),
        "unit": Site.organisation_id,
        "plan": InspectionDue.plan_id,
    }[by]
    return (
        select(group, func.count(), func.count().filter(InspectionDue.due_on < today))
        .select_from(InspectionDue)
        .join(InspectionPlan, InspectionPlan.id == InspectionDue.plan_id)
        .join(Site, Site.id == InspectionDue.site_id)
        .where(visible(Site, ctx.actor, Permission.INSPECTIONS_VIEW), InspectionDue.due_on.between(start, end))
        .group_by(group)
    )


def _sites(ctx: Context, by: str) -> Select[Any]:
    group: Any = func.substr(Site.division_code, 1, COUNTY) if by == "division" else Site.organisation_id
    return select(group, func.count()).where(visible(Site, ctx.actor, Permission.INSPECTIONS_VIEW)).group_by(group)


def activity(ctx: Context, start: date, end: date) -> list[Activity]:
    """What each person did from day to day, both included, the busiest first; within what the actor may see. One statement."""
    zone = ctx.deployment.settings.timezone
    query = (
        select(
            Inspection.inspector_id,
            User.name,
            Inspection.site_id,
            Inspection.pieces,
            Inspection.abnormal,
            Inspection.stopped,
            Inspection.distance,
            Inspection.skewed,
            Inspection.received_at,
        )
        .join(User, User.id == Inspection.inspector_id)
        .where(visible(Inspection, ctx.actor, Permission.INSPECTIONS_VIEW), *_received(ctx, start, end))
        .order_by(Inspection.received_at)
    )
    found: dict[int, Activity] = {}
    sites: dict[int, set[int]] = {}
    for row in ctx.session.execute(query):
        each = found.setdefault(row.inspector_id, Activity(row.inspector_id, row.name, by_day={}))
        sites.setdefault(row.inspector_id, set()).add(row.site_id)
        each.inspections += 1
        each.pieces, each.abnormal, each.stopped = (
            each.pieces + row.pieces,
            each.abnormal + row.abnormal,
            each.stopped + row.stopped,
        )
        each.far += row.distance is not None and row.distance > FAR
        each.unplaced += row.distance is None
        each.skewed += row.skewed
        each.last_at = row.received_at
        day = row.received_at.astimezone(zone).date()
        each.by_day = {**each.by_day, day: each.by_day.get(day, 0) + 1}
    for user_id, each in found.items():
        each.sites = len(sites[user_id])
    return sorted(found.values(), key=lambda each: (-each.inspections, each.user_id))


def _received(ctx: Context, start: date, end: date) -> tuple[ColumnElement[bool], ...]:
    zone = ctx.deployment.settings.timezone
    first = datetime.combine(start, time(), zone).astimezone(UTC)
    return Inspection.received_at >= first, Inspection.received_at < datetime.combine(
        end + timedelta(days=1), time(), zone
    ).astimezone(UTC)
