"""The way of a file: it is sent and read, tried by the worker, shown, confirmed, and imported by the worker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response

from shuhua_core.imports.archives import ImportedArchive
from shuhua_core.imports.models import IMPORT_STATES, RUNNING, Import, ImportNote
from shuhua_core.imports.reading import read_file
from shuhua_core.imports.service import DATUMS, ImportService, rows_of
from shuhua_core.imports.sheets import refused, template
from shuhua_core.kernel.errors import Invalid, NotFound
from shuhua_core.kernel.schema import Choice, InputSchema, field
from shuhua_web import formats
from shuhua_web.api import record_id
from shuhua_web.forms import Upload, form_for
from shuhua_web.i18n import _
from shuhua_web.imports.shift import Shift, shift_of
from shuhua_web.layout import crumbs, flash
from shuhua_web.records import Badge, Table

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 100
TONES = {
    "trying": "working",
    "tried": "waiting",
    "importing": "working",
    "done": "done",
    "cancelled": "ended",
    "failed": "stopped",
}


class FileSchema(InputSchema):
    """A file without positions."""


class PlacedFileSchema(InputSchema):
    """A file that may have positions."""

    datum = field(
        Choice(DATUMS),
        _("Datum of the positions"),
        help=_("Ask whoever made the list: a wrong datum shifts every point by 100 to 700 m. Not needed without positions."),
    )


@dataclass(frozen=True, slots=True)
class Page:
    """What the template shows of an import."""

    entry: Import
    running: bool
    percent: int
    badge: Badge
    figures: Sequence[tuple[Any, str]]
    tables: Sequence[Table]
    shift: Shift | None
    can_confirm: bool
    can_cancel: bool
    errors_href: str | None


def send_file(archive: ImportedArchive, request: Request) -> Any:
    """Take a file, read it, and go to its trial."""
    name = archive.name
    upload = Upload(
        "file",
        _("Excel file"),
        multiple=False,
        accept=".xlsx,.csv",
        help=_("Of the template, or as the list exports it: one record a row. CSV will do too."),
    )
    form = form_for(
        PlacedFileSchema if archive.placed else FileSchema,
        request,
        submit=_("Try it, save nothing"),
        uploads=(upload,),
        cancel=request.route_path(f"{name}.list"),
    )
    rows: list[list[str]] = []

    def read(_data: dict[str, Any]) -> None:
        # Before the writing session opens: reading a large file takes seconds, in a process of its own.
        if not form.files["file"]:
            raise Invalid({"file": _("Choose a file.")})
        rows.extend(read_file(form.files["file"][0].file))

    def save(data: dict[str, Any]) -> str:
        sent = form.files["file"][0].filename or ""
        service = ImportService(request.ctx, name)
        entry = service.start(rows, filename=sent, locale=request.locale_name, datum=data.get("datum"))
        return request.route_path(f"{name}.import.view", id=entry.id)

    way = crumbs(request, (archive.title, f"{name}.list"), (_("Import"), None))
    intro = _("First comes a trial that saves nothing and shows what would be added, changed and refused.")
    page = {"crumbs": way, "intro": intro, "links": [(_("Template"), request.route_path(f"{name}.import.template"))]}
    title = _("Import: ${archive}", mapping={"archive": request.tr(archive.title)})
    return form.answer(save, before=read) or form.page(title, **page)


def get_template(archive: ImportedArchive, request: Request) -> Response:
    """The file to fill in."""
    return _file(template(archive, request.locale_name), f"{archive.name}.xlsx")


def view_import(archive: ImportedArchive, request: Request) -> dict[str, Any]:
    """How far it is, and what became of its rows or would become of them."""
    service = ImportService(request.ctx, archive.name)
    entry = service.get(record_id(request))
    notes = {kind: service.notes(entry.id, kind, SHOWN) for kind in ("refused", "changed", "added")}
    kept = entry.kept
    page = Page(
        entry=entry,
        running=entry.state in RUNNING,
        percent=100 * entry.position // max(entry.total, 1),
        badge=Badge(IMPORT_STATES[entry.state][request.locale_name == "en"], TONES.get(entry.state, "working")),
        figures=_figures(entry),
        tables=_tables(notes),
        shift=shift_of(entry, request) if kept and entry.datum else None,
        can_confirm=kept and entry.state == "tried" and entry.added + entry.changed > 0,
        can_cancel=entry.state in (*RUNNING, "tried"),
        errors_href=request.route_path(f"{archive.name}.import.errors", id=entry.id) if kept and entry.refused else None,
    )
    title = _("Import: ${archive}", mapping={"archive": request.tr(archive.title)})
    way = crumbs(
        request, (archive.title, f"{archive.name}.list"), (_("Import"), f"{archive.name}.import"), (entry.filename, None)
    )
    return {"title": title, "crumbs": way, "page": page, "archive": archive}


def confirm(archive: ImportedArchive, request: Request) -> Response:
    """Have it imported."""
    ImportService(request.ctx, archive.name).confirm(record_id(request))
    return _back(archive, request)


def cancel(archive: ImportedArchive, request: Request) -> Response:
    """Stop it."""
    ImportService(request.ctx, archive.name).cancel(record_id(request))
    flash(request, _("The import was cancelled. What it had saved stays."))
    return _back(archive, request)


def get_errors(archive: ImportedArchive, request: Request) -> Response:
    """The refused rows with their reasons, to put right and send again."""
    service = ImportService(request.ctx, archive.name)
    entry = service.get(record_id(request))
    if not entry.kept:
        raise NotFound
    reasons = {note.row: note.detail for note in service.notes(entry.id, "refused")}
    return _file(refused(entry, rows_of(request.dbsession, entry), archive, reasons), f"{archive.name}-errors.xlsx")


def _back(archive: ImportedArchive, request: Request) -> Response:
    return HTTPSeeOther(request.route_path(f"{archive.name}.import.view", id=record_id(request)))


def _figures(entry: Import) -> Sequence[tuple[Any, str]]:
    saved = entry.state in ("importing", "done")
    return [
        (_("Rows"), formats.number(entry.total)),
        (_("Added") if saved else _("Would be added"), formats.number(entry.added)),
        (_("Changed") if saved else _("Would be changed"), formats.number(entry.changed)),
        (_("Unchanged"), formats.number(entry.unchanged)),
        (_("Refused"), formats.number(entry.refused)),
    ]


def _tables(notes: dict[str, Sequence[ImportNote]]) -> Sequence[Table]:
    heads = [_("Row"), _("Record", context="import")]
    tables = []
    if notes["refused"]:
        rows = [((str(each.row), each.label, "; ".join(each.detail)), ()) for each in notes["refused"]]
        tables.append(Table(_("Refused, and why"), [*heads, _("Reason for the refusal")], rows, note=_first(notes["refused"])))
    if notes["changed"]:
        changes = [
            (each, [f"{head}: {old or '—'} → {new or '—'}" for head, old, new in each.detail]) for each in notes["changed"]
        ]
        rows = [((str(each.row), each.label, "; ".join(pairs)), ()) for each, pairs in changes]
        tables.append(Table(_("Changed"), [*heads, _("Old → new")], rows, note=_first(notes["changed"])))
    if notes["added"]:
        added: list[tuple[tuple[str, ...], tuple[()]]] = [((str(each.row), each.label), ()) for each in notes["added"]]
        tables.append(Table(_("New"), heads, added, note=_first(notes["added"])))
    return tables


def _changes(note: ImportNote) -> str:
    return "; ".join(f"{heading}: {old or '—'} → {new or '—'}" for heading, old, new in note.detail)


def _first(notes: Sequence[ImportNote]) -> Any:
    return _("The first ${n} are shown.", mapping={"n": SHOWN}) if len(notes) == SHOWN else None


def _file(content: bytes, name: str) -> Response:
    response = Response(body=content, content_type=XLSX)
    response.content_disposition = f"attachment; filename={name}"
    return response
