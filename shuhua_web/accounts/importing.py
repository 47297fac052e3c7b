"""Users from an Excel file: template, dry run, import, and the bad rows back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from pyramid.renderers import render_to_response
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from shuhua_core.accounts.importing import COLUMNS, REASON, Line, Report, bad_rows, import_users, read_rows, template
from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.errors import Invalid, Malformed
from shuhua_core.kernel.schema import Boolean, Choice, InputSchema, deserialize, field
from shuhua_web import formats
from shuhua_web.forms import Upload, form_for
from shuhua_web.i18n import _
from shuhua_web.layout import crumbs
from shuhua_web.records import PostButton, Table

EDIT = Permission.ACCOUNTS_EDIT
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MODES = {"try": ("试导入（不保存）", "Try only, save nothing"), "import": ("正式导入", "Import")}
SHOWN = 100


class ImportSchema(InputSchema):
    """What to do with the file."""

    mode = field(Choice(MODES), _("What to do"), default="try")
    invite = field(Boolean(), _("Send an invitation to those who are added"), default=False)


@view_config(route_name="users.import", permission=EDIT, renderer="shuhua_web:templates/form.pt")
def import_file(request: Request) -> Any:
    """Take a file, and show what was done or would be."""
    upload = Upload("file", _("Excel file"), multiple=False, accept=".xlsx", help=_("Of the template, with one user a row."))
    form = form_for(ImportSchema, request, submit=_("Go on"), uploads=(upload,), cancel=request.route_path("users.list"))
    reports: list[tuple[Report, bool]] = []
    rows: list[Line] = []

    def read(_data: dict[str, Any]) -> None:
        if not form.files["file"]:
            raise Invalid({"file": _("Choose a file.")})
        rows.extend(read_rows(form.files["file"][0].file))

    def save(data: dict[str, Any]) -> str:
        values = deserialize(ImportSchema, data)
        dry_run = values["mode"] == "try"
        report = import_users(request.ctx, rows, request.locale_name, dry_run=dry_run, invite=values["invite"])
        reports.append((report, dry_run))
        return str(request.path)

    response = form.answer(save, once=False, before=read)
    if reports:
        return _page(request, *reports[0])
    way = crumbs(request, (_("Users"), "users.list"), (_("Import"), None))
    return response or form.page(
        _("Import users"), intro=_("A user whose login there is already is changed, not doubled."), crumbs=way
    )


@view_config(route_name="users.import.template", permission=EDIT, request_method="GET")
def get_template(request: Request) -> Response:
    """The file to fill in."""
    return _file(template(request.ctx, request.locale_name), "users.xlsx")


@view_config(route_name="users.import.errors", permission=EDIT, request_method="POST")
def get_errors(request: Request) -> Response:
    """The bad rows, which the page of the import carries, as a file."""
    try:
        lines = json.loads(request.POST.get("rows", ""))
    except ValueError as error:
        raise Malformed from error
    if not isinstance(lines, list) or not all(isinstance(row, list) and all(isinstance(c, str) for c in row) for row in lines):
        raise Malformed
    return _file(bad_rows(lines, request.locale_name), "errors.xlsx")


def _page(request: Request, report: Report, dry_run: bool) -> Response:
    at = 1 if request.locale_name == "en" else 0
    heads = [_("Row"), *(labels[at] for labels in COLUMNS.values()), REASON[at]]
    tables = [Table(_("Rows with errors"), heads, [(_cells(line), ()) for line in report.bad[:SHOWN]], empty=_("None."))]
    if report.bad:
        carried = json.dumps([_cells(line)[1:] for line in report.bad], ensure_ascii=False)
        button = PostButton(_("Download"), request.route_path("users.import.errors"), "primary", {"rows": carried})
        words = request.tr(_("The rows with errors, with the reason in a last column"))
        tables.append(Table(_("To put right"), [_("File")], [((words,), (button,))]))
    values = {
        "title": _("Result of the trial") if dry_run else _("Result of the import"),
        "crumbs": crumbs(request, (_("Users"), "users.list"), (_("Import"), "users.import")),
        "intro": _("Nothing was saved yet.") if dry_run else None,
        "links": [(_("Import"), request.route_path("users.import")), (_("Users"), request.route_path("users.list"))],
        "figures": [
            (_("Added"), formats.number(report.count("added"))),
            (_("Changed"), formats.number(report.count("changed"))),
            (_("With errors"), formats.number(len(report.bad))),
        ],
        "tables": tables,
    }
    return render_to_response("shuhua_web:templates/tables.pt", values, request=request)


def _cells(line: Line) -> Sequence[str]:
    return [str(line.number), *(line.cells.get(name, "") for name in COLUMNS), "; ".join(line.errors)]


def _file(content: bytes, name: str) -> Response:
    response = Response(body=content, content_type=XLSX)
    response.content_disposition = f"attachment; filename={name}"
    return response
