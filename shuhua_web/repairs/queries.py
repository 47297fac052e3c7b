"""What the screens of requests read besides the request itself: few statements, within the actor's scope."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.context import Context
from shuhua_core.kernel.scope import prefix_range, visible
from shuhua_core.repairs.machine import MACHINE
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.sites.models import Equipment, Site
from shuhua_core.tasks.machine import MACHINE as TASK_MACHINE
from shuhua_core.tasks.models import Task

from ..listing.filters import contains

MOST = 12
"""Rows of a short list."""


def same_place(kind: Any, record: Any) -> ColumnElement[bool] | None:
    """Rows of ``kind`` about the same piece or installation point as ``record``; None where that names neither."""
    same = [kind.site_id == record.site_id] if record.site_id is not None else []
    same += [kind.equipment_id == record.equipment_id] if record.equipment_id is not None else []
    return or_(*same) if same else None


def similar_requests(ctx: Context, repair: RepairRequest) -> Sequence[RepairRequest]:
    """Open requests about the same piece or installation point, the same piece first, then the newest."""
    same = same_place(RepairRequest, repair)
    if same is None:
        return []
    found = ctx.session.scalars(
        select(RepairRequest)
        .where(
            same,
            RepairRequest.id != repair.id,
            RepairRequest.state.in_(mergeable_states(ctx)),
            visible(RepairRequest, ctx.actor, Permission.REPAIRS_VIEW),
        )
        .order_by(RepairRequest.id.desc())
        .limit(MOST)
    ).all()
    return sorted(found, key=lambda each: each.equipment_id != repair.equipment_id)


def mergeable_states(ctx: Context) -> list[str]:
    """States from which a request can still be merged, and so be a target: those where work on it is not over."""
    table = MACHINE.newest(ctx)
    return sorted({state for row in table.rows if row.action == "merge" for state in row.sources})


def find_targets(ctx: Context, text: str, besides: int) -> Sequence[RepairRequest]:
    """Open requests that the actor may review and whose number, symptom or address holds ``text``, the newest first."""
    if not text:
        return []
    return ctx.session.scalars(
        select(RepairRequest)
        .where(
            or_(*(contains(column, text) for column in (RepairRequest.number, RepairRequest.symptom, RepairRequest.address))),
            RepairRequest.id != besides,
            RepairRequest.state.in_(mergeable_states(ctx)),
            visible(RepairRequest, ctx.actor, Permission.REPAIRS_REVIEW),
        )
        .order_by(RepairRequest.id.desc())
        .limit(MOST)
    ).all()


def joinable_tasks(ctx: Context, repair: RepairRequest) -> Sequence[Task]:
    """Open tasks about the same piece or installation point, which a request can join."""
    same = same_place(Task, repair)
    if same is None:
        return []
    states = TASK_MACHINE.newest(ctx).open_states
    query = select(Task).where(same, Task.state.in_(states), visible(Task, ctx.actor, Permission.TASKS_VIEW))
    found = ctx.session.scalars(query.order_by(Task.id.desc()).limit(MOST)).all()
    return sorted(found, key=lambda each: each.equipment_id != repair.equipment_id)


def recent_requests(ctx: Context, condition: ColumnElement[bool]) -> Sequence[RepairRequest]:
    """The newest requests that the actor may see and that fit."""
    query = select(RepairRequest).where(condition, visible(RepairRequest, ctx.actor, Permission.REPAIRS_VIEW))
    return ctx.session.scalars(query.order_by(RepairRequest.id.desc()).limit(MOST)).all()


def find_pieces(ctx: Context, text: str) -> Sequence[tuple[Equipment, Site | None]]:
    """Pieces, each with its site, by the beginning of number, serial or code, or by a part of the site's name or address."""
    code = text.upper()
    exact = or_(*(prefix_range(column, code) for column in (Equipment.number, Equipment.serial, Equipment.code)))
    place = or_(contains(Site.name, text), contains(Site.address, text))
    query = (
        select(Equipment, Site)
        .outerjoin(Site, Site.id == Equipment.site_id)
        .where(or_(exact, place), visible(Equipment, ctx.actor, Permission.EQUIPMENT_VIEW))
        .order_by(Equipment.site_id, Equipment.id)
        .limit(3 * MOST)
    )
    return [(piece, site) for piece, site in ctx.session.execute(query)]


def pieces_of_customer(ctx: Context, customer_id: int) -> Sequence[tuple[Equipment, Site | None]]:
    """The customer's pieces, each with its site, site by site."""
    query = (
        select(Equipment, Site)
        .outerjoin(Site, Site.id == Equipment.site_id)
        .where(Equipment.customer_id == customer_id, visible(Equipment, ctx.actor, Permission.EQUIPMENT_VIEW))
        .order_by(Equipment.site_id, Equipment.id)
        .limit(3 * MOST)
    )
    return [(piece, site) for piece, site in ctx.session.execute(query)]


def sites_by_text(ctx: Context, text: str) -> Sequence[Site]:
    """Installation points by a part of name, number or address."""
    query = select(Site).where(
        or_(contains(Site.name, text), contains(Site.number, text), contains(Site.address, text)),
        visible(Site, ctx.actor, Permission.SITES_VIEW),
    )
    return ctx.session.scalars(query.order_by(Site.id).limit(MOST)).all()
