"""The figures of the leader's page as people read them, each with the address of the list that it counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyramid.request import Request

from shuhua_core.accounts.permissions import Permission
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.reports.figures import WEEKS, areas_of, models_of, pieces_of, requests_of, trend, units_of, work_of
from shuhua_core.reports.periods import Period, weeks_until
from shuhua_core.tasks.models import Task

from .. import formats
from ..i18n import _
from .parts import BigFigure, Line, Ranking


def days(name: str, period: Period) -> dict[str, str]:
    """The parameters that narrow a list to a period."""
    return {f"{name}_from": period.first.isoformat(), f"{name}_to": period.last.isoformat()}


def listed(request: Request, route: str, **query: Any) -> str:
    """The address of a list that is narrowed to this."""
    # An own view of the list may filter more than the figure does: it is left aside.
    return str(request.route_path(route, _query={"view": "0", **query}))


def _of(part: int, whole: int) -> Any:
    return _("${part} of ${whole}", mapping={"part": formats.number(part), "whole": formats.number(whole)})


def big_figures(request: Request, period: Period) -> list[BigFigure]:
    """The row on top: what the person may read of requests, tasks and equipment."""
    may, found = request.actor.may, []
    if may(Permission.REPAIRS_VIEW):
        found += _of_requests(request, period)
    if may(Permission.TASKS_VIEW):
        found += _of_tasks(request, period)
    if may(Permission.EQUIPMENT_VIEW):
        pieces = pieces_of(request.ctx)
        rate = formats.percent(pieces.intact, pieces.in_use)
        href = listed(request, "equipment.list", in_use="true", intact="false")
        found.append(BigFigure(_("Intact equipment"), rate, href, _of(pieces.intact, pieces.in_use)))
    return found


def _of_requests(request: Request, period: Period) -> list[BigFigure]:
    requests = requests_of(request.ctx, period)
    within = days("created", period)
    wait = formats.duration(requests.first_action, request.locale_name) or "–"
    return [
        BigFigure(_("Requests received"), formats.number(requests.received), listed(request, "repairs.list", **within)),
        BigFigure(_("Open requests"), formats.number(requests.open), listed(request, "repairs.list", open="true"), _("Now")),
        BigFigure(
            _("Median time to first action"),
            wait,
            listed(request, "repairs.list", acted_on="true", **within),
            _of(requests.acted_on, requests.received),
        ),
    ]


def _of_tasks(request: Request, period: Period) -> list[BigFigure]:
    work = work_of(request.ctx, period)
    within = days("completed", period)
    score = "–" if work.satisfaction is None else f"{work.satisfaction:.1f}"
    on_time, at_once = work.completed - work.late, work.fixed_at_once
    return [
        BigFigure(
            _("Overdue tasks"),
            formats.number(work.overdue),
            listed(request, "tasks.list", overdue="true"),
            _of(work.overdue, work.open),
            alert=work.overdue > 0,
        ),
        BigFigure(_("Completed tasks"), formats.number(work.completed), listed(request, "tasks.list", **within)),
        BigFigure(
            _("On-time rate"),
            formats.percent(on_time, work.completed),
            listed(request, "tasks.list", late="false", **within),
            _of(on_time, work.completed),
        ),
        BigFigure(
            _("First-time fix rate"),
            formats.percent(at_once, work.completed),
            listed(request, "tasks.list", fixed_at_once="true", **within),
            _of(at_once, work.completed),
        ),
        BigFigure(
            _("Satisfaction"),
            score,
            listed(request, "tasks.list", scored="true", **within),
            _("of 5, ${count} asked", mapping={"count": formats.number(work.scored)}),
        ),
    ]


def trends(request: Request, period: Period) -> tuple[Sequence[Period], list[Line]]:
    """The twelve weeks until the period's end, or until now, and a line for what came in and for what was completed."""
    today = request.ctx.now.astimezone(request.deployment.settings.timezone).date()
    weeks = weeks_until(min(period.last, today), WEEKS)
    lines = []
    for title, model, column, permission, route, name in (
        (_("Requests received"), RepairRequest, RepairRequest.created_at, Permission.REPAIRS_VIEW, "repairs.list", "created"),
        (_("Completed tasks"), Task, Task.completed_at, Permission.TASKS_VIEW, "tasks.list", "completed"),
    ):
        if request.actor.may(permission):
            counts = trend(request.ctx, model, column, permission, weeks)
            hrefs = [listed(request, route, **days(name, week)) for week in weeks]
            lines.append(Line(title, list(zip(counts, hrefs, strict=True))))
    return weeks, lines


def rankings(request: Request, period: Period) -> list[Ranking]:
    """Units, models and cities that stand out in the period."""
    found = []
    if request.actor.may(Permission.TASKS_VIEW):
        found.append(_units(request, period))
    if request.actor.may(Permission.REPAIRS_VIEW):
        found += [_models(request, period), _areas(request, period)]
    return found


def _units(request: Request, period: Period) -> Ranking:
    rows = []
    for each in units_of(request.ctx, period):
        within = {"unit_id": each.unit_id, **days("completed", period)}
        rows.append(
            (
                each.name,
                (formats.number(each.completed), listed(request, "tasks.list", **within)),
                (formats.number(each.late), listed(request, "tasks.list", late="true", **within)),
                formats.percent(each.completed - each.late, each.completed),
                formats.percent(each.fixed_at_once, each.completed),
                "–" if each.satisfaction is None else f"{each.satisfaction:.1f}",
            )
        )
    heads = (
        _("Unit"), _("Completed tasks"), _("Completed late"), _("On-time rate"), _("First-time fix rate"), _("Satisfaction"),
    )  # fmt: skip
    return Ranking(_("Units, the least punctual first"), heads, rows)


def _models(request: Request, period: Period) -> Ranking:
    english = request.locale_name == "en"
    rows = [
        (
            f"{each.number} {each.name_en if english and each.name_en else each.name}",
            (formats.number(each.faults), listed(request, "repairs.list", model_id=each.model_id, **days("created", period))),
            formats.number(each.pieces),
            formats.percent(each.faults, each.pieces),
        )
        for each in models_of(request.ctx, period)
    ]
    heads = (_("Model"), _("Requests"), _("Pieces in use"), _("Requests per 100 pieces"))
    return Ranking(_("Models reported most"), heads, rows)


def _areas(request: Request, period: Period) -> Ranking:
    english = request.locale_name == "en"
    rows = [
        (
            each.name_en if english and each.name_en else each.name_zh,
            (formats.number(each.requests), listed(request, "repairs.list", division=each.code, **days("created", period))),
        )
        for each in areas_of(request.ctx, period)
    ]
    return Ranking(_("Cities with the most requests"), (_("Division"), _("Requests")), rows)
