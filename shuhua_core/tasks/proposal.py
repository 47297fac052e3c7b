"""Whom to allocate a task to: a proposal with its reasons. The dispatcher decides."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from ..accounts.models import Organisation
from ..accounts.organisations import units_for_division
from ..kernel.context import Context
from ..kernel.i18n import _
from ..kernel.scope import prefix_range
from ..sites.models import Site
from .machine import MACHINE
from .models import Task

LOAD_WEIGHT = {"urgent": 3.0, "high": 1.5, "normal": 1.0}
"""How much a full desk speaks against a unit: the more severe, the more."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A unit, how well it fits (higher is better), and why, in words."""

    unit: Organisation
    score: float
    reasons: tuple[str, ...]
    open_tasks: int
    urgent_tasks: int


def propose(ctx: Context, task: Task, limit: int = 5) -> list[Proposal]:
    """The units of the task's branch that fit best, best first.

    Counts: the site's own unit, the duty area that fits the division most closely, and how much the unit has to do,
    which weighs more the more severe the fault is.
    """
    matches = units_for_division(ctx.session, task.division_code, below=task.branch_path)
    if not matches:
        return []
    loads = _loads(ctx, task.branch_path)
    own_path = ctx.session.scalar(select(Site.organisation_path).where(Site.id == task.site_id)) if task.site_id else None
    found = [_judge(task, unit, prefix, own_path, loads.get(unit.id, (0, 0))) for unit, prefix in matches]
    return sorted(found, key=lambda each: (-each.score, each.unit.id))[:limit]


def _loads(ctx: Context, branch_path: str) -> dict[int, tuple[int, int]]:
    open_states = MACHINE.newest(ctx).open_states
    rows = ctx.session.execute(
        select(Task.unit_id, func.count(), func.count().filter(Task.severity == "urgent"))
        .where(Task.state.in_(open_states), Task.unit_id.is_not(None), prefix_range(Task.organisation_path, branch_path))
        .group_by(Task.unit_id)
    )
    return {unit_id: (total, urgent) for unit_id, total, urgent in rows if unit_id is not None}


def _judge(task: Task, unit: Organisation, prefix: str, own_path: str | None, load: tuple[int, int]) -> Proposal:
    total, urgent = load
    score, reasons = 0.0, []
    if own_path is not None and own_path == unit.path:
        score += 100
        reasons.append(_("looks after this installation point"))
    if prefix:
        score += 10 * len(prefix)
        reasons.append(_("on duty for ${prefix}", mapping={"prefix": prefix}))
    else:
        score += 5
        reasons.append(_("on duty everywhere"))
    score -= LOAD_WEIGHT[task.severity] * (total + urgent)
    reasons.append(_("${total} open tasks, ${urgent} of them urgent", mapping={"total": total, "urgent": urgent}))
    return Proposal(unit, score, tuple(reasons), total, urgent)
