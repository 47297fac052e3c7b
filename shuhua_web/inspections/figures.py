"""What is due, coverage and activity, on the screens of the office."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from markupsafe import Markup
from pyramid.request import Request
from pyramid.view import view_config
from sqlalchemy import select

from shuhua_core.accounts.models import Organisation, User
from shuhua_core.accounts.permissions import Permission
from shuhua_core.inspections.due import Due, count_due, due_list, today_of
from shuhua_core.inspections.figures import GROUPS, Activity, Coverage, activity, coverage
from shuhua_core.kernel.errors import Invalid
from shuhua_core.places.queries import full_names

from .. import formats
from ..archives.pages import record_link
from ..i18n import _
from ..layout import crumbs
from ..records import Related
from .due_api import period
from .groups import names_of_groups

LINES = 300
IN_CHART = 20
DAYS = (0, 7, 14, 30, 90)
GROUP_TITLES = {"division": _("Division"), "unit": _("Responsible unit"), "plan": _("Plan")}
TEMPLATE = "shuhua_web:inspections/templates/figures.pt"


@dataclass(frozen=True, slots=True)
class Question:
    """A filter above the figures."""

    name: str
    title: Any
    value: str
    kind: str = "date"
    options: Sequence[tuple[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Number:
    """A big figure."""

    label: Any
    value: str
    alert: bool = False


def page(request: Request, title: Any, **values: Any) -> dict[str, Any]:
    """What the template takes."""
    chart = values.pop("chart", None)
    return {
        "title": title,
        "crumbs": crumbs(request, (_("Inspections"), "inspections.list"), (title, None)),
        "error": None,
        "figures": (),
        "relations": (),
        "chart": json.dumps(chart, ensure_ascii=False) if chart else None,
        "chart_title": title,
        **values,
    }


@view_config(route_name="inspections.due", permission=Permission.INSPECTIONS_VIEW, request_method="GET", renderer=TEMPLATE)
def due(request: Request) -> dict[str, Any]:
    """What is to be inspected, the most pressing first."""
    ctx = request.ctx
    days = int(request.GET["days"]) if request.GET.get("days") in {str(each) for each in DAYS} else 14
    mine = request.GET.get("whose", "mine" if request.actor.may(Permission.INSPECTIONS_CARRY_OUT) else "all") == "mine"
    until = today_of(ctx) + timedelta(days=days)
    found = due_list(ctx, mine=mine, until=until, limit=LINES)
    waiting, overdue = count_due(ctx, mine=mine, until=until)
    questions = (
        Question("whose", _("Whose"), "mine" if mine else "all", options=(("all", _("Everybody's")), ("mine", _("Mine")))),
        Question("days", _("Due within days"), str(days), options=[(str(each), formats.number(each)) for each in DAYS]),
    )
    figures = (Number(_("Due"), formats.number(waiting)), Number(_("Overdue"), formats.number(overdue), alert=overdue > 0))
    return page(request, _("Due inspections"), questions=questions, figures=figures, relations=[_due_table(request, found)])


def _due_table(request: Request, found: Sequence[Due]) -> Related:
    session = request.ctx.session
    areas = full_names(session, [each.site.division_code for each in found], request.locale_name)
    people = {each.responsible_id for each in found if each.responsible_id is not None}
    units = {each.responsible_unit_id for each in found if each.responsible_unit_id is not None}
    names = dict(session.execute(select(User.id, User.name).where(User.id.in_(people))).all())
    unit_names = {
        each.id: each.label(request.locale_name)
        for each in session.scalars(select(Organisation).where(Organisation.id.in_(units)))
    }
    rows = [
        (
            formats.day(each.due_on),
            request.tr(_("Overdue")) if each.overdue else "",
            record_link(request, "sites.view", each.site.id, f"{each.site.number} {each.site.name}"),
            areas.get(each.site.division_code or "", ""),
            formats.number(each.pieces),
            record_link(request, "plans.view", each.plan_id, each.plan_name),
            names.get(each.responsible_id or 0) or unit_names.get(each.responsible_unit_id or 0) or "",
        )
        for each in found
    ]
    heads = (
        _("Due on"),
        "",
        _("Installation point"),
        _("Division"),
        _("Pieces", context="inspection"),
        _("Plan"),
        _("Responsible"),
    )
    return Related(_("Due"), heads, rows, empty=_("Nothing is due."))


@view_config(route_name="inspections.coverage", permission=Permission.INSPECTIONS_VIEW, request_method="GET", renderer=TEMPLATE)
def show_coverage(request: Request) -> dict[str, Any]:
    """How much of what was due was done, by division, unit or plan."""
    by = request.GET.get("by") if request.GET.get("by") in GROUPS else GROUPS[0]
    (start, end), error = _period(request)
    questions = (
        *_period_questions(start, end),
        Question("by", _("Group by"), by, options=[(each, GROUP_TITLES[each]) for each in GROUPS]),
    )
    found = coverage(request.ctx, start, end, by)
    names = names_of_groups(request, by, found)
    whole = Coverage(None)
    for each in found:
        whole.add(each)
    figures = (
        Number(_("Due"), formats.number(whole.due)),
        Number(_("Done"), formats.number(whole.done)),
        Number(_("Coverage"), _share(whole.rate)),
        Number(_("In time"), _share(whole.on_time_rate)),
        Number(_("Overdue"), formats.number(whole.overdue), alert=whole.overdue > 0),
    )
    return page(
        request,
        _("Coverage of inspections"),
        questions=questions,
        error=error,
        figures=figures,
        chart=_coverage_chart(request, [each for each in found if each.due], names),
        relations=[_coverage_table(by, found, names)],
    )


def _share(rate: float | None) -> str:
    return "–" if rate is None else formats.percent(rate, 1)


def _coverage_chart(request: Request, found: Sequence[Coverage], names: dict[Any, str]) -> dict[str, Any] | None:
    shown = found[:IN_CHART]
    if not shown:
        return None
    parts = (
        (_("Done in time"), [each.on_time for each in shown]),
        (_("Done late"), [each.done - each.on_time for each in shown]),
        (_("Not done"), [each.due - each.done for each in shown]),
    )
    return {
        "legend": {"show": True},
        "xAxis": {"type": "value", "minInterval": 1},
        "yAxis": {"type": "category", "inverse": True, "data": [names[each.key] for each in shown]},
        "series": [{"type": "bar", "stack": "all", "name": request.tr(name), "data": data} for name, data in parts],
    }


def _coverage_table(by: str, found: Sequence[Coverage], names: dict[Any, str]) -> Related:
    rows = []
    for each in found:
        cells = [names[each.key], *map(formats.number, (each.due, each.done, each.on_time, each.overdue))]
        cells += [_share(each.rate), _share(each.on_time_rate), formats.number(each.inspections)]
        rows.append(cells if by == "plan" else [*cells, f"{formats.number(each.inspected)} / {formats.number(each.sites)}"])
    heads = [
        GROUP_TITLES[by],
        _("Due"),
        _("Done"),
        _("In time"),
        _("Overdue"),
        _("Coverage"),
        _("On-time rate"),
        _("Inspections"),
    ]
    return Related(_("Coverage"), heads if by == "plan" else [*heads, _("Sites inspected")], rows)


@view_config(route_name="inspections.activity", permission=Permission.INSPECTIONS_VIEW, request_method="GET", renderer=TEMPLATE)
def show_activity(request: Request) -> dict[str, Any]:
    """Who inspected how much, and from where."""
    (start, end), error = _period(request)
    found = activity(request.ctx, start, end)
    figures = (
        Number(_("Inspectors"), formats.number(len(found))),
        Number(_("Inspections"), formats.number(sum(each.inspections for each in found))),
        Number(_("Abnormal answers"), formats.number(sum(each.abnormal for each in found))),
        Number(_("Put out of use"), formats.number(sum(each.stopped for each in found))),
        Number(_("Made from afar"), formats.number(sum(each.far for each in found)), alert=any(each.far for each in found)),
    )
    return page(
        request,
        _("Activity of inspectors"),
        questions=_period_questions(start, end),
        error=error,
        figures=figures,
        chart=_activity_chart(found[:IN_CHART], start, end),
        relations=[_activity_table(request, found)],
    )


def _activity_chart(found: Sequence[Activity], start: date, end: date) -> dict[str, Any] | None:
    if not found:
        return None
    days = [start + timedelta(days=number) for number in range((end - start).days + 1)]
    return {
        "legend": {"show": True},
        "xAxis": {"type": "category", "data": [each.strftime("%m-%d") for each in days]},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": [
            {"type": "bar", "stack": "all", "name": each.name, "data": [each.by_day.get(day, 0) for day in days]}
            for each in found
        ],
    }


def _activity_table(request: Request, found: Sequence[Activity]) -> Related:
    zone = request.deployment.settings.timezone
    rows = []
    for each in found:
        counts = (each.inspections, each.sites, each.pieces, each.abnormal, each.stopped, each.far, each.unplaced, each.skewed)
        name = _person(request, each.user_id, each.name)
        rows.append((name, *map(formats.number, counts), formats.moment(each.last_at, zone)))
    heads = (
        _("Inspector"),
        _("Inspections"),
        _("Installation points"),
        _("Pieces", context="inspection"),
        _("Abnormal answers"),
        _("Put out of use"),
        _("Made from afar"),
        _("Without a position"),
        _("Clock in doubt"),
        _("Last"),
    )
    return Related(_("Activity"), heads, rows)


def _person(request: Request, user_id: int, name: str) -> Any:
    """A person's name with the way to their inspections, escaped."""
    href = request.route_path("inspections.list", _query={"inspector_id": user_id})
    return Markup('<a href="{}">{}</a>').format(href, name)


def _period_questions(start: date, end: date) -> tuple[Question, ...]:
    return Question("from", _("From"), start.isoformat()), Question("to", _("To"), end.isoformat())


def _period(request: Request) -> tuple[tuple[date, date], Any]:
    """The period that the address names, else this month, with what is wrong with it."""
    try:
        return period(request, _day(request, "from"), _day(request, "to")), None
    except Invalid as error:
        request.response.status_int = 422
        return period(request, None, None), next(iter(error.errors.values()))


def _day(request: Request, name: str) -> date | None:
    text = request.GET.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid({name: _("Enter a date such as 2026-11-22.")}) from None
