"""Any record on paper: what its page shows, field by field, with its history.

A record's page is a dictionary (``shuhua_web/records.py``); the same dictionary is printed, so that paper and screen cannot
differ and no room has to write a sheet for its archive.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup
from pyramid.request import Request

from shuhua_core.plugins.builtin.sheets import RECORD
from shuhua_core.plugins.contracts import Column, Field, ReportData, Section

from ..i18n import _
from ..records import Fact, LifeLine, Phone, Related, TimelineStep
from .sheets import answer, head

PARAMETER = "paper"


def record_renderer(_info: Any) -> Any:
    """Pyramid's factory of the renderer."""

    def render(page: Mapping[str, Any], system: Mapping[str, Any]) -> bytes:
        request = system["request"]
        made = answer(request, RECORD.name, record_data(request, page))
        response = request.response
        response.content_type, response.charset = "application/pdf", None
        response.headers.update({name: made.headers[name] for name in ("Content-Disposition", "Cache-Control")})
        return bytes(made.body)

    return render


def record_data(request: Request, page: Mapping[str, Any]) -> ReportData:
    """A record's page as what a sheet prints."""
    tr = request.tr
    steps: Sequence[TimelineStep] = page.get("steps") or ()
    life: Sequence[LifeLine] = page.get("life") or ()
    history = [Column(tr(_("Time")), width=16), Column(tr(_("Who")), width=14), Column(tr(_("History")), width=60)]
    title, number = _names(request, page)
    badge = page.get("badge")
    fields = [Field("state", _text(request, badge.label), tr(_("State")))] if badge else []
    return ReportData(
        **head(request, title, number, request.matched_route.name, int(request.matchdict["id"])),
        fields=fields,
        sections=[*_groups(request, page), *_related(request, page)],
        columns=history if steps or life else (),
        rows=[
            *((step.at, _text(request, step.who), _told(request, step)) for step in reversed(steps)),
            *((line.at, _text(request, line.who), _lived(request, line)) for line in reversed(life)),
        ],
    )


def _lived(request: Request, line: LifeLine) -> str:
    """What happened in a line of a life, with all that is known of it."""
    ahead = request.tr(_("(to come)")) if line.ahead else None
    first = " ".join(_text(request, each) for each in (line.what, line.number, line.badge, ahead) if each)
    return "\n".join([first, *([line.note] if line.note else []), *line.lines])


def _names(request: Request, page: Mapping[str, Any]) -> tuple[str, str]:
    """The kind of the record, as its list is called, and what the record itself is called."""
    way = page.get("crumbs") or ()
    return (_text(request, way[max(0, len(way) - 2)].title) if way else ""), _text(request, page["title"])


def _groups(request: Request, page: Mapping[str, Any]) -> Iterator[Section]:
    """The groups of facts; a task's page has those of the requests that it serves as well."""
    served = [(each.title, each.facts) for each in page.get("requests") or ()]
    for heading, facts in [*(page.get("groups") or [("", page.get("facts") or ())]), *served]:
        fields = list(_fields(request, facts))
        if fields:
            yield Section(_text(request, heading) or request.tr(_("Details")), fields)


def _fields(request: Request, facts: Iterable[Fact]) -> Iterator[Field]:
    for place, fact in enumerate(facts):
        value = _text(request, fact.value)
        if value:
            yield Field(str(place), value, _text(request, fact.label))


def _related(request: Request, page: Mapping[str, Any]) -> Iterator[Section]:
    """Each row of a short list as a line of its own."""
    found: Sequence[Related] = page.get("relations") or ()
    for related in found:
        lines = [" · ".join(filter(None, (_text(request, cell) for cell in row))) for row in related.rows]
        if lines:
            yield Section(_text(request, related.title), [Field("rows", "\n".join(lines), str(len(lines)))])


def _told(request: Request, step: TimelineStep) -> str:
    moved = f"{_text(request, step.before)} → {_text(request, step.after)}" if step.moved else ""
    return "\n".join(part for part in (f"{_text(request, step.what)}  {moved}".strip(), step.note or "") if part)


def _text(request: Request, value: Any) -> str:
    """A value of a page as plain text: marks removed, phones masked."""
    if value is None:
        return ""
    if isinstance(value, Phone):
        return value.shown
    if isinstance(value, Markup):
        return value.striptags()
    return str(request.tr(value)) if hasattr(value, "interpolate") else str(value)
