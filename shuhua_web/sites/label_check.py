"""Labels that somebody should look at, on one page: on nothing yet, bound twice, scanned far from their site, never scanned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pyramid.request import Request
from pyramid.view import view_config
from sqlalchemy import ColumnElement

from shuhua_core.accounts.permissions import Permission
from shuhua_core.sites.labels.models import Label
from shuhua_web import formats
from shuhua_web.archives.pages import record_link
from shuhua_web.i18n import _
from shuhua_web.layout import crumbs
from shuhua_web.listing import counting
from shuhua_web.records import Fact, Related

from .label_pages import LABELS

SHOWN = 10
CHECKS: Mapping[str, tuple[Any, Mapping[str, str], Any]] = {
    "blank": (_("On no piece yet"), {"state": "blank"}, Label.created_at),
    "twice": (_("Bound twice"), {"twice": "true"}, Label.bound_at),
    "far": (_("Scanned far from its site"), {"far": "true"}, Label.farthest),
    "never": (_("Never scanned"), {"never": "true"}, Label.bound_at),
}
"""Name -> title, filters of the list, and by what the most telling come first."""


@view_config(
    route_name="labels.check",
    permission=Permission.LABELS_EDIT,
    request_method="GET",
    renderer="shuhua_web:templates/record.pt",
)
def check(request: Request) -> dict[str, Any]:
    """How many of each there are, and the first of them. Five statements."""
    wanted = {name: LABELS.conditions(request.ctx, _values(query)) for name, (_title, query, _by) in CHECKS.items()}
    counts = counting.apart(LABELS, request.ctx, wanted)
    hrefs = {name: request.route_path("labels.list", _query=query) for name, (_title, query, _by) in CHECKS.items()}
    facts = [Fact(title, counting.shown(counts.get(name, 0)), hrefs[name]) for name, (title, _query, _by) in CHECKS.items()]
    return {
        "title": _("Labels to look at"),
        "crumbs": crumbs(request, (LABELS.title, "labels.list"), (_("Labels to look at"), None)),
        "groups": [("", facts)],
        "relations": [_first(request, name, wanted[name], hrefs[name]) for name in CHECKS],
    }


def _values(query: Mapping[str, str]) -> dict[str, Sequence[str]]:
    return {name: [value] for name, value in query.items()}


def _first(request: Request, name: str, conditions: Sequence[ColumnElement[bool]], href: str) -> Related:
    title, _query, by = CHECKS[name]
    query = LABELS.query(request.ctx, conditions).order_by(by.desc().nulls_last(), Label.id.desc()).limit(SHOWN)
    found = request.dbsession.execute(query).all()
    heads, told = (_BLANK, _blank) if name == "blank" else (_BOUND, _bound)
    rows = [(record_link(request, "labels.view", row.id, row.code), *told(request, row)) for row in found]
    return Related(title, (_("Code"), *heads), rows, more_href=href if rows else None, empty=_("There are none."))


_BLANK = (_("Batch of labels"), _("Created at"))
_BOUND = (_("Equipment"), _("Installation point"), _("Bound at"), _("Scans"), _("Farthest scan, m"))


def _blank(request: Request, row: Any) -> tuple[str, ...]:
    return row.batch or "", formats.moment(row.created_at, request.deployment.settings.timezone)


def _bound(request: Request, row: Any) -> tuple[str, ...]:
    return (
        " ".join(each for each in (row.equipment, row.name) if each),
        row.site or "",
        formats.moment(row.bound_at, request.deployment.settings.timezone),
        formats.number(row.scans),
        formats.number(row.farthest) if row.farthest is not None else "",
    )
