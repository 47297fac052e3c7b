"""Faults by model, batch and part (R01): what research and development looks at; each line leads to its rows."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup
from pyramid.request import Request
from pyramid.view import view_config
from sqlalchemy import and_, func, select

from shuhua_core.accounts.permissions import Permission
from shuhua_core.parts.models import ReturnedPart
from shuhua_core.parts.schema import FINDINGS

from .. import formats
from ..i18n import _
from ..layout import crumbs
from ..listing.listing import collect
from ..records import Table
from ..repairs.facts import word
from .listing import MODEL, PARTS, PIECE

LINES = 200
"""Groups on the page, the largest first; the rows of all of them are in the Excel file of the list."""


@view_config(
    route_name="parts.faults",
    permission=Permission.PARTS_VIEW,
    request_method="GET",
    renderer="shuhua_web:templates/tables.pt",
)
def faults(request: Request) -> dict[str, Any]:
    """How often which part of which model and batch was replaced, narrowed by the filters of the list."""
    values = collect(request.GET)
    kept = [(name, each) for name in PARTS.filter_parameters for each in values.get(name, ()) if each]
    groups = _groups(request, values)
    heads = (_("Model"), _("Batch"), _("Part"), _("Replaced"), _("In warranty"), _("Found"), _("Most frequent finding"))
    rows = [(_cells(request, group, kept), ()) for group in groups]
    return {
        "title": _("Faults by part"),
        "crumbs": crumbs(request, (PARTS.title, "parts.list"), (_("Faults by part"), None)),
        "intro": _("The rows behind a number, as an Excel file too, are in the list that it leads to."),
        "links": [(_("All rows"), request.route_path("parts.list", _query=kept))],
        "tables": [Table(_("Faults by part"), heads, rows)],
    }


def _groups(request: Request, values: Any) -> list[Any]:
    ctx = request.ctx
    by = (MODEL.number, PIECE.batch, ReturnedPart.name)
    counts = [func.count().filter(ReturnedPart.finding == finding).label(finding) for finding in FINDINGS]
    total = func.count().label("total")
    covered = func.count().filter(ReturnedPart.in_warranty.is_(True)).label("covered")
    named = [each.label(name) for each, name in zip(by, ("model", "batch", "part"), strict=True)]
    shown: list[Any] = [*named, total, covered, *counts]
    query = PARTS.joined(select(*shown).where(and_(*PARTS.conditions(ctx, values))))
    return list(ctx.session.execute(query.group_by(*by).order_by(total.desc(), *by).limit(LINES)))


def _cells(request: Request, group: Any, kept: list[tuple[str, str]]) -> tuple[Any, ...]:
    findings = {finding: getattr(group, finding) for finding in FINDINGS}
    most = max(findings, key=lambda finding: findings[finding])
    return (
        group.model or "",
        group.batch or "",
        group.part,
        _linked(request, group, kept),
        formats.number(group.covered),
        formats.number(sum(findings.values())),
        f"{word(FINDINGS, most, request.locale_name)} ({findings[most]})" if findings[most] else "",
    )


def _linked(request: Request, group: Any, kept: list[tuple[str, str]]) -> Any:
    """The number with the way to its rows; where model or batch is not known, nothing asks for exactly these."""
    own = {"model": group.model, "batch": group.batch, "name": group.part}
    shown = formats.number(group.total)
    if not all(own.values()):
        return shown
    narrowed = [*(pair for pair in kept if pair[0] not in own), *own.items()]
    return Markup('<a href="{}">{}</a>').format(f"{request.route_path('parts.list')}?{urlencode(narrowed)}", shown)
