"""The leader's page (R15): a period's figures, the trend, who and what stands out, the map; and the same on one sheet."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from shuhua_core.accounts.permissions import Permission
from shuhua_core.plugins.builtin.sheets import RECORD
from shuhua_core.plugins.contracts import Column, Field, ReportData, Section
from shuhua_core.reports.periods import KINDS, Period, period_of

from .. import formats
from ..i18n import _
from ..layout import crumbs
from ..map.views import map_of_all
from ..paper import answer
from .figures import big_figures, rankings, trends
from .parts import Ranking

KIND_TITLES = {"week": _("Week"), "month": _("Month"), "quarter": _("Quarter"), "year": _("Year")}


@dataclass(frozen=True, slots=True)
class Choice:
    """A link to another period."""

    title: Any
    href: str
    current: bool = False


def chosen_period(request: Request) -> Period:
    """The period that the address names by its kind and a day in it, else this week."""
    today = request.ctx.now.astimezone(request.deployment.settings.timezone).date()
    kind = request.GET.get("period", "")
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        day = today
    # What has not begun has no figures, and the calendar has an end.
    day = day if date(2000, 1, 1) <= day <= today else today
    return period_of(kind if kind in KINDS else KINDS[0], day)


def _address(request: Request, period: Period, route: str = "reports.overview") -> str:
    return str(request.route_path(route, _query={"period": period.kind, "day": period.first.isoformat()}))


def _name(request: Request, period: Period) -> str:
    """The period as people call it: ``2026-W47``, 2026 年第 47 周."""
    year, _mark, part = period.name.partition("-")
    if period.kind == "week":
        return request.tr(_("${year}-W${week}", mapping={"year": year, "week": part[1:]}))
    if period.kind == "quarter":
        return request.tr(_("${year}-Q${quarter}", mapping={"year": year, "quarter": part[1:]}))
    return period.name


def _days(period: Period) -> str:
    return f"{formats.day(period.first)} – {formats.day(period.last)}"


@view_config(
    route_name="reports.overview",
    permission=Permission.REPORTS_VIEW,
    request_method="GET",
    renderer="shuhua_web:reports/templates/overview.pt",
)
def overview(request: Request) -> dict[str, Any]:
    """The page."""
    period = chosen_period(request)
    today = request.ctx.now.astimezone(request.deployment.settings.timezone).date()
    ranked = rankings(request, period)
    return {
        "title": _("Overview"),
        "crumbs": crumbs(request, (_("Overview"), None)),
        "period": f"{_name(request, period)} ({_days(period)})",
        "kinds": [
            Choice(KIND_TITLES[kind], _address(request, period_of(kind, min(period.last, today))), kind == period.kind)
            for kind in KINDS
        ],
        "before": _address(request, period.before),
        "after": _address(request, period.after) if period.after.first <= today else None,
        "sheet": _address(request, period, "reports.sheet"),
        "figures": big_figures(request, period),
        "trend": json.dumps(_trend_chart(request, period), ensure_ascii=False),
        "rankings": ranked,
        "map": map_of_all(request) if request.actor.may(Permission.SITES_VIEW) else None,
    }


def _trend_chart(request: Request, period: Period) -> dict[str, Any]:
    weeks, lines = trends(request, period)
    return {
        "legend": {"show": True},
        "xAxis": {"type": "category", "data": [each.first.strftime("%m-%d") for each in weeks]},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": [
            {"type": "line", "name": request.tr(line.title), "data": [{"value": n, "href": h} for n, h in line.points]}
            for line in lines
        ],
    }


@view_config(route_name="reports.sheet", permission=Permission.REPORTS_VIEW, request_method="GET")
def sheet(request: Request) -> Response:
    """The same figures on paper."""
    period = chosen_period(request)
    tr, settings = request.tr, request.deployment.settings
    weeks, lines = trends(request, period)
    figures = [
        Field(str(place), f"{each.value}  {tr(each.hint) if each.hint else ''}".strip(), tr(each.label))
        for place, each in enumerate(big_figures(request, period))
    ]
    data = ReportData(
        title=tr(_("Service report")),
        locale=request.locale_name,
        printed_at=request.ctx.now.astimezone(settings.timezone),
        printed_by=request.actor.name,
        organisation=settings.maker,
        number=period.name,
        qr_text=settings.origin.rstrip("/") + _address(request, period),
        fields=[Field("period", _days(period), tr(_("Period")))],
        sections=[Section(tr(_("Figures")), figures), *(_section(request, each) for each in rankings(request, period))],
        columns=[Column(tr(_("Week from")), width=14), *(Column(tr(line.title), width=14) for line in lines)],
        rows=[
            (formats.day(week.first), *(formats.number(line.points[place][0]) for line in lines))
            for place, week in enumerate(weeks)
        ],
    )
    return answer(request, RECORD.name, data)


def _section(request: Request, ranking: Ranking) -> Section:
    """A ranking as a section: a numbered line each, which its first column names, the others behind it with their headings."""
    tr, heads = request.tr, ranking.heads
    fields = []
    for place, (name, *cells) in enumerate(ranking.plain, 1):
        told = (f"{tr(head)} {cell}" for head, cell in zip(heads[1:], cells, strict=True))
        fields.append(Field(str(place), " · ".join([name, *told]), str(place)))
    return Section(tr(ranking.title), fields or [Field("none", tr(_("None.")), "")])
