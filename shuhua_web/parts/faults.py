"""Faults by model, batch, part, symptom, cause and remedy (R01): what research and development looks at.

Counted are repairs that ended, or parts that were replaced; each line leads to its rows. The same figures as a chart, on
paper and as an Excel file.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from pyramid.request import Request
from pyramid.view import view_config
from sqlalchemy import and_, func, select

from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.choices import CodeList
from shuhua_core.kernel.errors import Invalid
from shuhua_core.parts.models import ReturnedPart
from shuhua_core.parts.schema import FINDINGS
from shuhua_core.repairs.faults import FAULTS
from shuhua_core.tasks.models import Task
from shuhua_core.tasks.schema import CAUSES, REMEDIES

from .. import formats
from ..i18n import _
from ..layout import crumbs
from ..listing import Listing
from ..listing.listing import collect
from ..records import Related
from ..tasks import listing as tasks
from .listing import JOB, MODEL, PARTS, PIECE

TITLE = _("Faults by model, part and cause")
LINES = 200
"""Groups on the page, the largest first; the Excel file has up to :data:`MOST`."""
MOST = 20_000
IN_CHART = 12
KINDS = 8
"""Colours of the chart; what is less frequent is added up."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """Something to group by."""

    title: Any
    column: Any
    parameter: str
    """The filter of the list that leads to the rows of one group."""
    words: CodeList | None = None


@dataclass(frozen=True, slots=True)
class Base:
    """What is counted."""

    title: Any
    listing: Listing
    route: str
    day: str
    """The filter for a span of days."""
    always: Mapping[str, str]
    covered: Any
    dimensions: Mapping[str, Dimension]
    at_first: Sequence[str]


BASES: Mapping[str, Base] = {
    "parts": Base(
        _("Parts replaced"),
        PARTS,
        "parts.list",
        "created",
        {},
        ReturnedPart.in_warranty,
        {
            "model": Dimension(_("Model"), MODEL.number, "model"),
            "batch": Dimension(_("Batch"), PIECE.batch, "batch"),
            "part": Dimension(_("Part"), ReturnedPart.name, "name"),
            "fault": Dimension(_("Kind of fault"), JOB.fault, "fault", FAULTS),
            "cause": Dimension(_("Cause"), JOB.cause_code, "cause_code", CAUSES),
            "remedy": Dimension(_("Remedy"), JOB.remedy_code, "remedy_code", REMEDIES),
            "finding": Dimension(_("Finding"), ReturnedPart.finding, "finding", FINDINGS),
        },
        ("model", "batch", "part"),
    ),
    "repairs": Base(
        _("Repairs ended"),
        tasks.TASKS,
        "tasks.list",
        "completed",
        {"done": "true"},
        Task.in_warranty,
        {
            "model": Dimension(_("Model"), tasks.MODEL.number, "model"),
            "batch": Dimension(_("Batch"), tasks.PIECE.batch, "batch"),
            "fault": Dimension(_("Kind of fault"), Task.fault, "fault", FAULTS),
            "cause": Dimension(_("Cause"), Task.cause_code, "cause_code", CAUSES),
            "remedy": Dimension(_("Remedy"), Task.remedy_code, "remedy_code", REMEDIES),
        },
        ("model", "cause"),
    ),
}


class FaultReport:
    """The figures that one address asks for. Raises Invalid for a span or filter that cannot be."""

    def __init__(self, request: Request) -> None:
        self.request = request
        asked = request.GET.get("of")
        self.of = asked if asked in BASES and (asked == "parts" or request.actor.may(Permission.TASKS_VIEW)) else "parts"
        self.base = BASES[self.of]
        given = [each for each in request.GET.getall("by") if each in self.base.dimensions]
        self.by = list(dict.fromkeys(given or self.base.at_first))[:3]
        values = collect(request.GET)
        names = self.base.listing.filter_parameters
        self.kept = [(name, each) for name in names for each in values.get(name, ()) if each]
        self.kept += [pair for pair in self.base.always.items() if pair not in self.kept]

    def groups(self, limit: int) -> list[Any]:
        """The groups, the largest first: the values of their dimensions, how many rows, and how many in warranty."""
        by = [self.base.dimensions[name].column for name in self.by]
        values: dict[str, list[str]] = {}
        for name, each in self.kept:
            values.setdefault(name, []).append(each)
        conditions = self.base.listing.conditions(self.request.ctx, values)
        total, covered = func.count().label("total"), func.count().filter(self.base.covered.is_(True)).label("covered")
        shown: list[Any] = [*(column.label(f"d{at}") for at, column in enumerate(by)), total, covered]
        query = self.base.listing.joined(select(*shown).where(and_(*conditions)))
        return list(self.request.ctx.session.execute(query.group_by(*by).order_by(total.desc(), *by).limit(limit)))

    def heads(self) -> list[Any]:
        """Headings of the columns."""
        dimensions = [self.base.dimensions[name].title for name in self.by]
        return [*dimensions, _("Number", context="how many"), _("Share"), _("In warranty")]

    def labels(self, group: Any) -> list[str]:
        """What the group is called, dimension by dimension."""
        return [self.label(name, group[at]) for at, name in enumerate(self.by)]

    def label(self, name: str, value: str | None) -> str:
        """A value as people read it."""
        words = self.base.dimensions[name].words
        if value is None:
            return self.request.tr(_("Not said", context="value"))
        return words.label(value, self.request.locale_name) if words is not None else value

    def linked(self, group: Any) -> Any:
        """The number with the way to its rows; where a value is not known, nothing asks for exactly these."""
        own = {self.base.dimensions[name].parameter: group[at] for at, name in enumerate(self.by)}
        shown = formats.number(group.total)
        if not all(own.values()):
            return shown
        pairs = [("view", "0"), *(pair for pair in self.kept if pair[0] not in own), *own.items()]
        return Markup('<a href="{}">{}</a>').format(self.request.route_path(self.base.route, _query=pairs), shown)

    def chart(self, groups: Sequence[Any]) -> dict[str, Any] | None:
        """The most frequent values of the first dimension, each divided by the second where there is one."""
        if not groups:
            return None
        sums: Counter[str] = Counter()
        parts: Counter[tuple[str, str]] = Counter()
        for group in groups:
            labels = self.labels(group)
            kind = labels[1] if len(labels) > 1 else self.request.tr(self.base.title)
            sums[labels[0]] += group.total
            parts[labels[0], kind] += group.total
        shown = [label for label, _number in sums.most_common(IN_CHART)]
        kinds: Counter[str] = Counter()
        for (_label, kind), number in parts.items():
            kinds[kind] += number
        frequent = [kind for kind, _number in kinds.most_common(KINDS)]
        series = [
            {"type": "bar", "stack": "all", "name": kind, "data": [parts[label, kind] for label in shown]} for kind in frequent
        ]
        rest = [sums[label] - sum(parts[label, kind] for kind in frequent) for label in shown]
        if any(rest):
            others = {"name": self.request.tr(_("All others")), "data": rest, "itemStyle": {"color": "#c9d0d8"}}
            series.append({"type": "bar", "stack": "all", **others})
        return {
            "legend": {"show": True},
            "xAxis": {"type": "value", "minInterval": 1},
            "yAxis": {"type": "category", "inverse": True, "axisLabel": {"interval": 0}, "data": shown},
            "series": series,
        }


@dataclass(frozen=True, slots=True)
class Question:
    """A choice above the figures."""

    name: str
    title: Any
    value: str
    options: Sequence[tuple[str, Any]] = ()
    place: int = 0

    @property
    def oid(self) -> str:
        """Its id on the page."""
        return f"filter-{self.name}-{self.place}"


def _questions(request: Request, report: FaultReport) -> list[Question]:
    bases = [(name, base.title) for name, base in BASES.items() if name == "parts" or request.actor.may(Permission.TASKS_VIEW)]
    dimensions = [(name, each.title) for name, each in report.base.dimensions.items()]
    asked = [*report.by, "", ""][:3]
    titles = (_("Group by"), _("Then by"), _("And by"))
    by = [
        Question("by", title, value, [*([] if at == 0 else [("", "–")]), *dimensions], at)
        for at, (title, value) in enumerate(zip(titles, asked, strict=True))
    ]
    day = report.base.day
    days = [
        Question(f"{day}_{end}", title, request.GET.get(f"{day}_{end}", ""))
        for end, title in (("from", _("From")), ("to", _("To")))
    ]
    return [Question("of", _("Counted"), report.of, bases), *by, *days]


@view_config(
    route_name="parts.faults",
    permission=Permission.PARTS_VIEW,
    request_method="GET",
    renderer="shuhua_web:parts/templates/faults.pt",
)
def faults(request: Request) -> dict[str, Any]:
    """How often what failed, by up to three dimensions, narrowed by the filters of the list behind it."""
    report = FaultReport(request)
    try:
        groups, error = report.groups(LINES), None
    except Invalid as refused:
        request.response.status_int = 422
        groups, error = [], next(iter(refused.errors.values()))
    whole = sum(group.total for group in groups)
    rows = [
        (*report.labels(group), report.linked(group), formats.percent(group.total, whole), formats.number(group.covered))
        for group in groups
    ]
    chart = report.chart(groups)
    shown = {question.name for question in _questions(request, report)}
    return {
        "title": TITLE,
        "crumbs": crumbs(request, (PARTS.title, "parts.list"), (TITLE, None)),
        "error": error,
        "questions": _questions(request, report),
        "hidden": [pair for pair in report.kept if pair[0] not in shown and pair not in report.base.always.items()],
        "rows_href": request.route_path(report.base.route, _query=[("view", "0"), *report.kept]),
        "file_href": request.route_path("parts.faults_file", _query=list(request.GET.items())),
        "chart": json.dumps(chart, ensure_ascii=False) if chart else None,
        "note": _("The ${n} most frequent groups; the Excel file has all.", mapping={"n": LINES})
        if len(groups) == LINES
        else None,
        "relations": [Related(report.base.title, report.heads(), rows, empty=_("Nothing was counted."))],
    }
