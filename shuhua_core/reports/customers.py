"""What is known about a customer's equipment, from which needs follow (R79): all within what the actor may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import func, select

from ..accounts.permissions import Permission
from ..archives.models import Contact, ProductModel, Project
from ..followups.models import Followup
from ..kernel.context import Context
from ..kernel.scope import visible
from ..repairs.models import RepairRequest
from ..sites.models import Equipment
from ..sites.states import IN_USE, INTACT
from ..tasks.models import Task
from .figures import mean_score
from .periods import midnight

LOOK_BACK = 365
LOOK_AHEAD = 365
"""Days behind for how often pieces fail, and ahead for whose safe service life ends."""


@dataclass(frozen=True, slots=True)
class ModelOfCustomer:
    """A customer's pieces of one model."""

    model_id: int
    number: str
    name: str
    name_en: str | None
    pieces: int
    intact: int
    past_life: int
    """Pieces in use whose safe service life has ended."""
    ending: int
    """Pieces whose safe service life ends within a year."""
    oldest: date | None
    """When the first of them was installed."""
    requests: int
    """Requests about them in the last year."""


@dataclass(frozen=True, slots=True)
class CustomerFigures:
    """A customer in numbers; a figure that the actor may not read is None."""

    since: date
    until: date
    """The year behind and the year ahead."""
    models: Sequence[ModelOfCustomer] | None
    requests: int | None
    open_requests: int | None
    completed: int | None
    satisfaction: float | None
    projects: int | None
    value: Decimal | None
    last_contact: datetime | None
    """The last call, request or follow-up."""


def customer_figures(ctx: Context, customer_id: int, today: date) -> CustomerFigures:
    """The figures of a customer that the actor may see; seven statements, whatever there is."""
    may, since = ctx.actor.may, today - timedelta(days=LOOK_BACK)
    start = midnight(since, ctx.deployment.settings.timezone)
    requests = opened = completed = score = projects = value = None
    moments: list[datetime | None] = []
    if may(Permission.REPAIRS_VIEW):
        open_states = ctx.deployment.workflows.newest(ctx.session, "repairs").open_states
        requests, opened, last = ctx.session.execute(
            select(
                func.count().filter(RepairRequest.created_at >= start),
                func.count().filter(RepairRequest.state.in_(open_states)),
                func.max(RepairRequest.created_at),
            ).where(visible(RepairRequest, ctx.actor, Permission.REPAIRS_VIEW), RepairRequest.customer_id == customer_id)
        ).one()
        moments.append(last)
    if may(Permission.TASKS_VIEW):
        seen = visible(Task, ctx.actor, Permission.TASKS_VIEW)
        done = select(func.count(), func.avg(Task.satisfaction))
        completed, hundredths = ctx.session.execute(
            done.where(seen, Task.customer_id == customer_id, Task.completed_at.is_not(None))
        ).one()
        score = mean_score(hundredths)
    if may(Permission.PROJECTS_VIEW):
        seen = visible(Project, ctx.actor, Permission.PROJECTS_VIEW)
        bought = select(func.count(), func.sum(Project.amount)).where(seen, Project.customer_id == customer_id)
        projects, value = ctx.session.execute(bought).one()
    if may(Permission.FOLLOWUPS_VIEW):
        seen = visible(Followup, ctx.actor, Permission.FOLLOWUPS_VIEW)
        asked = select(func.max(Followup.done_at)).where(seen, Followup.customer_id == customer_id)
        moments.append(ctx.session.scalar(asked))
    seen = visible(Contact, ctx.actor, Permission.CUSTOMERS_VIEW)
    moments.append(ctx.session.scalar(select(func.max(Contact.updated_at)).where(seen, Contact.customer_id == customer_id)))
    return CustomerFigures(
        since=since,
        until=today + timedelta(days=LOOK_AHEAD),
        models=_models(ctx, customer_id, today, start) if may(Permission.EQUIPMENT_VIEW) else None,
        requests=requests,
        open_requests=opened,
        completed=completed,
        satisfaction=score,
        projects=projects,
        value=value,
        last_contact=max((each for each in moments if each is not None), default=None),
    )


def _models(ctx: Context, customer_id: int, today: date, start: datetime) -> list[ModelOfCustomer]:
    """By model, the one with the most pieces in use first. Two statements."""
    query = (
        select(
            ProductModel.id,
            ProductModel.number,
            ProductModel.name,
            ProductModel.name_en,
            func.count(),
            func.count().filter(Equipment.state.in_(INTACT)),
            func.count().filter(Equipment.safe_life_to < today),
            func.count().filter(Equipment.safe_life_to.between(today, today + timedelta(days=LOOK_AHEAD))),
            func.min(Equipment.installed_on),
        )
        .join(Equipment, Equipment.model_id == ProductModel.id)
        .where(
            visible(Equipment, ctx.actor, Permission.EQUIPMENT_VIEW),
            Equipment.customer_id == customer_id,
            Equipment.state.in_(IN_USE),
        )
        .group_by(ProductModel.id, ProductModel.number, ProductModel.name, ProductModel.name_en)
        .order_by(func.count().desc(), ProductModel.id)
    )
    reported = (
        select(Equipment.model_id, func.count())
        .select_from(RepairRequest)
        .join(Equipment, Equipment.id == RepairRequest.equipment_id)
        .where(
            visible(RepairRequest, ctx.actor, Permission.REPAIRS_VIEW),
            RepairRequest.customer_id == customer_id,
            RepairRequest.created_at >= start,
        )
        .group_by(Equipment.model_id)
    )
    requests = {row[0]: row[1] for row in ctx.session.execute(reported)}
    return [ModelOfCustomer(*row, requests.get(row[0], 0)) for row in ctx.session.execute(query)]
