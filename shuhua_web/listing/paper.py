"""A list as PDF, to be printed or sent along: the same rows and columns as its Excel file, as people read them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Any

from pyramid.request import Request

from shuhua_core.kernel.errors import TooLarge
from shuhua_core.plugins import contracts
from shuhua_core.plugins.builtin.summary_table import MAX_PDF_ROWS, SummaryTablePdf
from shuhua_web.i18n import _
from shuhua_web.paper import build

from .export import Sheet

_WIDTHS = {
    "moment": 11,
    "date": 11,
    "phone": 13,
    "amount": 12,
    "integer": 8,
    "number": 9,
    "boolean": 6,
    "state": 10,
    "choice": 10,
}
"""In characters of half width; a moment stands in two lines, the number that begins a row in one."""
_FIRST, _LONG, _TEXT = 19, 26, 12
_NUMBERS = frozenset({"amount", "integer", "number"})


def write_pdf(request: Request, path: Path, sheet: Sheet, rows: Iterable[Any]) -> int:
    """Print the rows to ``path``; gives how many. Raises TooLarge for more than anybody would print."""
    found = list(islice(rows, MAX_PDF_ROWS + 1))
    if len(found) > MAX_PDF_ROWS:
        message = _(
            "More than ${n} rows cannot be printed. Narrow the list by a filter, or export it.", mapping={"n": MAX_PDF_ROWS}
        )
        raise TooLarge(message)
    settings = request.deployment.settings
    columns = [
        contracts.Column(
            heading,
            "number" if column.kind in _NUMBERS else "text",
            _FIRST if place == 0 else _WIDTHS.get(column.kind, _LONG if column.long else _TEXT),
        )
        for place, (column, heading) in enumerate(zip(sheet.columns, sheet.headings, strict=True))
    ]
    data = contracts.ReportData(
        title=sheet.title,
        locale=request.locale_name,
        printed_at=sheet.now.astimezone(settings.timezone),
        printed_by=request.actor.name,
        organisation=settings.maker,
        columns=columns,
        rows=[[sheet.words.text(column, row) for column in sheet.columns] for row in found],
    )
    path.write_bytes(build(request, SummaryTablePdf.name, data))
    return len(found)
