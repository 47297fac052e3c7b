"""The figures of faults as an Excel file, for research and development."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from urllib.parse import quote

import xlsxwriter
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from shuhua_core.accounts.permissions import Permission

from ..listing.export import sheet_name
from ..listing.routes import TYPES
from .faults import MOST, TITLE, FaultReport

# What somebody typed, as the name of a part, never becomes a formula or a link.
SAFE = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


@view_config(route_name="parts.faults_file", permission=Permission.PARTS_VIEW, request_method="GET")
def faults_file(request: Request) -> Response:
    """All groups with their numbers. Raises Invalid."""
    report = FaultReport(request)
    groups = report.groups(MOST)
    whole = sum(group.total for group in groups)
    rows: list[list[Any]] = [
        [*report.labels(group), group.total, group.total / whole if whole else 0, group.covered] for group in groups
    ]
    buffer, title = BytesIO(), request.tr(TITLE)
    _write(buffer, title, [request.tr(each) for each in report.heads()], rows)
    response = Response(buffer.getvalue(), content_type=TYPES[".xlsx"], charset=None)
    day = request.ctx.now.astimezone(request.deployment.settings.timezone)
    name = quote(f"{title}_{day:%Y%m%d-%H%M}.xlsx")
    response.headers["Content-Disposition"] = f"attachment; filename=\"faults.xlsx\"; filename*=UTF-8''{name}"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _write(buffer: BytesIO, title: str, heads: list[str], rows: list[list[Any]]) -> None:
    book = xlsxwriter.Workbook(buffer, SAFE)
    page = book.add_worksheet(sheet_name(title))
    bold, share = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "0.0%"})
    page.set_column(0, len(heads) - 4, 22)
    page.set_column(len(heads) - 3, len(heads) - 1, 10)
    for column, head in enumerate(heads):
        page.write_string(0, column, head, bold)
    for line, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            if isinstance(value, str):
                page.write_string(line, column, value)
            else:
                page.write_number(line, column, value, share if isinstance(value, float) else None)
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, len(rows), len(heads) - 1)
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    book.close()
