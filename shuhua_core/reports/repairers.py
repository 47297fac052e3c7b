"""The figures of a unit by its repairers: who has how much to do, and how what they did went."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select

from ..accounts.models import User
from ..accounts.permissions import Permission
from ..kernel.context import Context
from ..kernel.scope import visible
from ..tasks.models import Task, fixed_at_once, late
from .figures import mean_score
from .periods import Period

MOST = 100


@dataclass(frozen=True, slots=True)
class RepairerFigures:
    """One repairer's tasks: open and overdue now, and completed in a period."""

    user_id: int
    name: str
    open: int
    overdue: int
    completed: int
    late: int
    fixed_at_once: int
    satisfaction: float | None


def repairers_of(ctx: Context, period: Period) -> list[RepairerFigures]:
    """Repairers with tasks that the actor may see: those with most overdue first, then with most to do. One statement."""
    start, end = period.bounds(ctx.deployment.settings.timezone)
    states = ctx.deployment.workflows.newest(ctx.session, "tasks").open_states
    opened, done = Task.state.in_(states), and_(Task.completed_at >= start, Task.completed_at < end)
    waiting, behind = func.count().filter(opened), func.count().filter(opened, Task.due_at < ctx.now)
    finished = func.count().filter(done)
    query = (
        select(
            User.id,
            User.name,
            waiting,
            behind,
            finished,
            func.count().filter(done, late()),
            func.count().filter(done, fixed_at_once()),
            func.avg(Task.satisfaction).filter(done),
        )
        .join(Task, Task.repairer_id == User.id)
        .where(visible(Task, ctx.actor, Permission.TASKS_VIEW), or_(opened, done))
        .group_by(User.id, User.name)
        .order_by(behind.desc(), waiting.desc(), finished.desc(), User.id)
        .limit(MOST)
    )
    return [
        RepairerFigures(user_id, name, to_do, overdue, completed, too_late, at_once, mean_score(score))
        for user_id, name, to_do, overdue, completed, too_late, at_once, score in ctx.session.execute(query)
    ]
