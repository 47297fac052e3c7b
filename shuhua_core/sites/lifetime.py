"""Ends of warranty and of safe service life: which are near, and pieces that outlive theirs."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import InstrumentedAttribute

from shuhua_core.kernel.context import Context
from shuhua_core.sites.derived import after_months
from shuhua_core.sites.equipment import EquipmentService
from shuhua_core.sites.machine import EQUIPMENT_WORKFLOW, THERE
from shuhua_core.sites.models import Equipment
from shuhua_core.sites.states import Labels

TERMS: Labels = {
    "past": ("已到期", "Past"),
    "3": ("3 个月内到期", "Within 3 months"),
    "6": ("6 个月内到期", "Within 6 months"),
    "12": ("12 个月内到期", "Within 12 months"),
}
"""What can be asked of an end: that it is past, or how many months ahead at most."""
AT_A_TIME = 500
"""Pieces that one run of the job moves: the sites that they stand on are locked until it ends."""


def ends(column: InstrumentedAttribute[date | None], term: str, today: date) -> ColumnElement[bool]:
    """Whether a piece that is not gone has the end of its warranty or safe life in the term, one of :data:`TERMS`."""
    there = Equipment.state.in_(THERE)
    if term == "past":
        return and_(there, column < today)
    return and_(there, column.between(today, after_months(today, int(term)) or date.max))


def keep_lifetimes(ctx: Context) -> None:
    """Move pieces whose safe life is over to that state, and back those whose end was put off, as far as the table has rows.

    A piece that is faulty or being repaired follows when that is over.
    """
    today = ctx.now.astimezone(ctx.deployment.settings.timezone).date()
    service = EquipmentService(ctx)
    service.react_outlived(_waiting(ctx, "outlive", Equipment.safe_life_to < today))
    service.react_renewed(_waiting(ctx, "renew_life", Equipment.safe_life_to >= today))


def _waiting(ctx: Context, action: str, due: ColumnElement[bool]) -> list[int]:
    sources = [state for row in EQUIPMENT_WORKFLOW.rows if row.action == action for state in row.sources]
    query = select(Equipment.id).where(Equipment.state.in_(sources), due).order_by(Equipment.id).limit(AT_A_TIME)
    return list(ctx.session.scalars(query))
