"""The figures of a leader's page: each within what the actor may see, each a condition that a list can show as well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Float, func, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from ..accounts.models import Organisation
from ..accounts.permissions import Permission
from ..archives.models import ProductModel
from ..kernel.context import Context
from ..kernel.scope import visible
from ..places.models import Division
from ..repairs.models import RepairRequest
from ..sites.models import Equipment
from ..sites.states import IN_USE, INTACT
from ..tasks.models import Task, fixed_at_once, late
from .periods import Period

WEEKS = 12
RANKED = 10
CITY = 4
"""Characters of the code of a city."""


class seconds_between(GenericFunction[float]):  # noqa: N801 - the name of the function in SQL
    """Seconds from the first moment to the second."""

    type = Float()
    inherit_cache = True


@compiles(seconds_between)
def _epoch(element: Any, compiler: Any, **options: Any) -> str:
    start, end = (compiler.process(each, **options) for each in element.clauses)
    return f"extract(epoch from ({end} - {start}))"


@compiles(seconds_between, "sqlite")
def _julian(element: Any, compiler: Any, **options: Any) -> str:
    start, end = (compiler.process(each, **options) for each in element.clauses)
    return f"((julianday({end}) - julianday({start})) * 86400.0)"


@dataclass(frozen=True, slots=True)
class Requests:
    """Requests that came in during a period, and those that are open now."""

    received: int
    acted_on: int
    """Of those received, the ones that staff have done something about."""
    first_action: timedelta | None
    """Half of these waited no longer for it (R02)."""
    open: int


@dataclass(frozen=True, slots=True)
class Work:
    """Tasks that were completed in a period, and those that are overdue now."""

    completed: int
    late: int
    fixed_at_once: int
    satisfaction: float | None
    """Mean of the follow-ups' scores, from 1 to 5."""
    scored: int
    open: int
    overdue: int


@dataclass(frozen=True, slots=True)
class Pieces:
    """Pieces in use, and how many of them are intact (R05)."""

    in_use: int
    intact: int


@dataclass(frozen=True, slots=True)
class UnitRank:
    """A unit's work in a period."""

    unit_id: int
    name: str
    completed: int
    late: int
    fixed_at_once: int
    satisfaction: float | None

    @property
    def on_time(self) -> float:
        """Share of its completed tasks that were in time."""
        return 1 - self.late / self.completed


@dataclass(frozen=True, slots=True)
class ModelRank:
    """How often pieces of a model were reported in a period (R01)."""

    model_id: int
    number: str
    name: str
    name_en: str | None
    faults: int
    pieces: int
    """Pieces of it in use; with none the rate says nothing."""


@dataclass(frozen=True, slots=True)
class AreaRank:
    """How many requests came from a city in a period."""

    code: str
    name_zh: str
    name_en: str | None
    requests: int


def _within(column: Any, ctx: Context, period: Period) -> tuple[ColumnElement[bool], ...]:
    start, end = period.bounds(ctx.deployment.settings.timezone)
    return column >= start, column < end


def requests_of(ctx: Context, period: Period) -> Requests:
    """Figures of requests. Three statements."""
    seen = visible(RepairRequest, ctx.actor, Permission.REPAIRS_VIEW)
    received = (seen, *_within(RepairRequest.created_at, ctx, period))
    count, acted = ctx.session.execute(select(func.count(), func.count(RepairRequest.first_action_at)).where(*received)).one()
    wait = seconds_between(RepairRequest.created_at, RepairRequest.first_action_at)
    middle = select(wait).where(*received, RepairRequest.first_action_at.is_not(None)).order_by(wait)
    median = ctx.session.scalar(middle.offset((acted - 1) // 2).limit(1)) if acted else None
    opened = RepairRequest.state.in_(ctx.deployment.workflows.newest(ctx.session, "repairs").open_states)
    still = ctx.session.scalar(select(func.count()).select_from(RepairRequest).where(seen, opened)) or 0
    return Requests(count, acted, None if median is None else timedelta(seconds=round(float(median))), still)


def work_of(ctx: Context, period: Period) -> Work:
    """Figures of tasks. Two statements."""
    seen = visible(Task, ctx.actor, Permission.TASKS_VIEW)
    query = select(*_sums()).where(seen, *_within(Task.completed_at, ctx, period))
    completed, too_late, at_once, score, scored = ctx.session.execute(query).one()
    states = ctx.deployment.workflows.newest(ctx.session, "tasks").open_states
    now = select(func.count(), func.count().filter(Task.due_at < ctx.now)).where(seen, Task.state.in_(states))
    opened, behind = ctx.session.execute(now).one()
    return Work(completed, too_late, at_once, mean_score(score), scored, opened, behind)


def _sums() -> tuple[Any, ...]:
    return (
        func.count(),
        func.count().filter(late()),
        func.count().filter(fixed_at_once()),
        func.avg(Task.satisfaction),
        func.count(Task.satisfaction),
    )


def mean_score(hundredths: Any) -> float | None:
    """A mean of scores, which are stored in hundredths, from 1 to 5."""
    return None if hundredths is None else float(hundredths) / 100


def pieces_of(ctx: Context) -> Pieces:
    """Figures of equipment as it is now. One statement."""
    seen = visible(Equipment, ctx.actor, Permission.EQUIPMENT_VIEW)
    query = select(func.count(), func.count().filter(Equipment.state.in_(INTACT)))
    return Pieces(*ctx.session.execute(query.where(seen, Equipment.state.in_(IN_USE))).one())


def trend(ctx: Context, model: Any, column: Any, permission: str, weeks: Sequence[Period]) -> list[int]:
    """How many rows there are in each of these weeks, which follow one another. One statement.

    The database counts by hour of UTC, which both can cut off alike; hours make days of the deployment.
    """
    zone = ctx.deployment.settings.timezone
    sqlite = ctx.session.get_bind().dialect.name == "sqlite"
    bucket = func.strftime("%Y-%m-%d %H", column) if sqlite else func.to_char(func.timezone("UTC", column), "YYYY-MM-DD HH24")
    bounds = column >= weeks[0].bounds(zone)[0], column < weeks[-1].bounds(zone)[1]
    query = select(bucket, func.count()).where(visible(model, ctx.actor, permission), *bounds).group_by(bucket)
    found = [0] * len(weeks)
    for text, count in ctx.session.execute(query):
        day = datetime.strptime(text, "%Y-%m-%d %H").replace(tzinfo=UTC).astimezone(zone).date()
        found[(day - weeks[0].first).days // 7] += count
    return found


def units_of(ctx: Context, period: Period) -> list[UnitRank]:
    """Units by what they completed in the period, the least punctual first. One statement."""
    share = func.count().filter(late()) * 1.0 / func.count()
    query = (
        select(Organisation.id, Organisation.name, *_sums()[:4])
        .join(Task, Task.unit_id == Organisation.id)
        .where(visible(Task, ctx.actor, Permission.TASKS_VIEW), *_within(Task.completed_at, ctx, period))
        .group_by(Organisation.id, Organisation.name)
        .order_by(share.desc(), func.count().desc(), Organisation.id)
        .limit(RANKED)
    )
    return [
        UnitRank(unit_id, name, completed, too_late, at_once, mean_score(score))
        for unit_id, name, completed, too_late, at_once, score in ctx.session.execute(query)
    ]


def models_of(ctx: Context, period: Period) -> list[ModelRank]:
    """Models whose pieces were reported most in the period. Two statements."""
    faults = func.count()
    query = (
        select(ProductModel.id, ProductModel.number, ProductModel.name, ProductModel.name_en, faults)
        .select_from(RepairRequest)
        .join(Equipment, Equipment.id == RepairRequest.equipment_id)
        .join(ProductModel, ProductModel.id == Equipment.model_id)
        .where(visible(RepairRequest, ctx.actor, Permission.REPAIRS_VIEW), *_within(RepairRequest.created_at, ctx, period))
        .group_by(ProductModel.id, ProductModel.number, ProductModel.name, ProductModel.name_en)
        .order_by(faults.desc(), ProductModel.id)
        .limit(RANKED)
    )
    rows = ctx.session.execute(query).all()
    seen = visible(Equipment, ctx.actor, Permission.EQUIPMENT_VIEW)
    counted = (
        select(Equipment.model_id, func.count())
        .where(seen, Equipment.state.in_(IN_USE), Equipment.model_id.in_([row.id for row in rows]))
        .group_by(Equipment.model_id)
    )
    pieces = {row[0]: row[1] for row in ctx.session.execute(counted)} if rows else {}
    return [ModelRank(*row, pieces.get(row.id, 0)) for row in rows]


def areas_of(ctx: Context, period: Period) -> list[AreaRank]:
    """Cities from which most requests came in the period. Two statements."""
    city: Any = func.substr(RepairRequest.division_code, 1, CITY)
    count = func.count()
    query = (
        select(city, count)
        .where(
            visible(RepairRequest, ctx.actor, Permission.REPAIRS_VIEW),
            *_within(RepairRequest.created_at, ctx, period),
            RepairRequest.division_code.is_not(None),
        )
        .group_by(city)
        .order_by(count.desc(), city)
        .limit(RANKED)
    )
    rows = ctx.session.execute(query).all()
    names = {each.code: each for each in ctx.session.scalars(select(Division).where(Division.code.in_([row[0] for row in rows])))}
    return [
        AreaRank(code, names[code].name_zh if code in names else code, names[code].name_en if code in names else None, requests)
        for code, requests in rows
    ]
