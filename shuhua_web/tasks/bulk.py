"""What is done with many tasks at once: allocating, assigning, moving deadlines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyramid.request import Request
from sqlalchemy import or_, select

from shuhua_core.accounts.models import UNIT_KINDS, Organisation
from shuhua_core.accounts.organisations import carriers
from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.context import Context
from shuhua_core.kernel.scope import prefix_range, visible
from shuhua_core.tasks.models import Task
from shuhua_core.tasks.schema import Allocate, Assign, MoveDeadline
from shuhua_core.tasks.service import TaskService

from ..forms import Source
from ..i18n import _
from ..listing import BulkAction


def _paths(ctx: Context, ids: Sequence[int], column: Any) -> list[str]:
    """The branches, or the present units, of the tasks."""
    reach = visible(Task, ctx.actor, Permission.TASKS_VIEW)
    return list(ctx.session.scalars(select(column).where(Task.id.in_(ids), reach).distinct().order_by(column)))


def _people(ctx: Context, paths: Sequence[str]) -> list[tuple[int, str]]:
    found = {
        user.id: f"{user.name} · {unit.label(ctx.actor.locale)}" for path in paths for user, unit in carriers(ctx.session, path)
    }
    return list(found.items())


def _receivers(_request: Request, ctx: Context, ids: Sequence[int]) -> dict[str, Any]:
    """Units and people of the branches that the tasks belong to."""
    paths = _paths(ctx, ids, Task.branch_path)
    query = (
        select(Organisation)
        .where(
            Organisation.kind.in_(UNIT_KINDS),
            Organisation.active,
            or_(*(prefix_range(Organisation.path, path) for path in paths)),
        )
        .order_by(Organisation.name, Organisation.id)
    )
    units = [(unit.id, unit.label(ctx.actor.locale)) for unit in ctx.session.scalars(query)] if paths else []
    return {"sources": {"unit_id": Source(options=units), "repairer_id": Source(options=_people(ctx, paths))}}


def _repairers(_request: Request, ctx: Context, ids: Sequence[int]) -> dict[str, Any]:
    """People of the units that have the tasks now."""
    return {"sources": {"repairer_id": Source(options=_people(ctx, _paths(ctx, ids, Task.organisation_path)))}}


def _move(ctx: Context, task_id: int, data: dict[str, Any]) -> Task:
    service = TaskService(ctx)
    return service.move_deadline(task_id, data, expected_version=service.get(task_id).version)


ALLOCATE = BulkAction(
    name="allocate",
    title=_("Allocate"),
    icon="send",
    permission=Permission.TASKS_ALLOCATE,
    schema=Allocate,
    run=lambda ctx, task_id, data: TaskService(ctx).act(task_id, "allocate", data),
    options=_receivers,
)
ASSIGN = BulkAction(
    name="assign",
    title=_("Assign"),
    icon="user-check",
    permission=Permission.TASKS_ASSIGN,
    schema=Assign,
    run=lambda ctx, task_id, data: TaskService(ctx).act(task_id, "assign", data),
    options=_repairers,
)
DEADLINE = BulkAction(
    name="deadline",
    title=_("Change the deadline"),
    icon="calendar-time",
    permission=Permission.TASKS_DEADLINE,
    schema=MoveDeadline,
    run=_move,
)
