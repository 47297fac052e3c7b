"""Figures over the API: of a unit's manager, and of whoever else may read figures, each within what they may see."""

from __future__ import annotations

from datetime import date
from typing import Any

from pyramid.request import Request

from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.schema import Choice, Date
from shuhua_core.reports.figures import WEEKS, trend, work_of
from shuhua_core.reports.periods import KINDS, period_of, weeks_until
from shuhua_core.reports.repairers import repairers_of
from shuhua_core.tasks.models import Task

from ..api import Out, Serializer, api_view
from ..api.parameters import Parameter
from .overview import KIND_TITLES

EARLIEST = date(2000, 1, 1)

PERIOD = Serializer(
    "Period",
    [
        Out("kind", "string"),
        Out("name", "string", description="`2026-W47`, `2026-11`, `2026-Q4` or `2026`."),
        Out("first", "date"),
        Out("last", "date"),
    ],
)
_COUNTS = (
    Out("open", "integer", description="Now."),
    Out("overdue", "integer", description="Open and past the deadline, now."),
    Out("completed", "integer", description="In the period."),
    Out("late", "integer", description="Completed after the deadline, in the period."),
    Out("fixed_at_once", "integer", description="Completed with a repair that was never sent back, in the period."),
    Out("satisfaction", "number", nullable=True, description="Mean of the follow-ups' scores, from 1 to 5."),
)
REPAIRER_FIGURES = Serializer(
    "RepairerFigures", [Out("id", "integer", lambda each: each.user_id), Out("name", "string"), *_COUNTS]
)
WEEK = Serializer("WeekOfWork", [Out("first", "date"), Out("completed", "integer")])
FIGURES = Serializer(
    "Figures",
    [
        Out("period", PERIOD),
        *_COUNTS,
        Out("repairers", [REPAIRER_FIGURES], description="The most behind first."),
        Out("weeks", [WEEK], description="The twelve weeks up to the period's end, or to now."),
    ],
    description="Figures of the tasks that the caller may see.",
)


@api_view(
    route_name="api.figures",
    method="GET",
    permission=Permission.REPORTS_VIEW,
    tag="figures",
    summary="Figures of a period",
    description="For a unit's manager these are the unit's own.",
    parameters=(
        Parameter("period", Choice({kind: (str(KIND_TITLES[kind]), kind) for kind in KINDS}), "How long.", "month"),
        Parameter("day", Date(), "A day in it; without one, today."),
    ),
    answer=FIGURES,
)
def figures(request: Request) -> dict[str, Any]:
    """Seven statements, whatever there is."""
    ctx = request.ctx
    today = ctx.now.astimezone(request.deployment.settings.timezone).date()
    day = request.arguments["day"] or today
    # What has not begun has no figures, and the calendar has an end.
    period = period_of(request.arguments["period"], day if EARLIEST <= day <= today else today)
    weeks = weeks_until(min(period.last, today), WEEKS)
    completed = trend(ctx, Task, Task.completed_at, Permission.TASKS_VIEW, weeks)
    return FIGURES.one(
        work_of(ctx, period),
        period=PERIOD.one(period),
        repairers=[REPAIRER_FIGURES.one(each) for each in repairers_of(ctx, period)],
        weeks=[WEEK.one(week, completed=count) for week, count in zip(weeks, completed, strict=True)],
    )
