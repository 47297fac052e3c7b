"""The dispatch sheet (派工单): one task on A4, to be carried along and signed.

Fields it knows by key stand where everybody expects them, empty ones as space to write in; fields with a label of their
own follow, then sections, then a table where one is given (several pieces at one site), then the signatures.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import BinaryIO, Literal

from shuhua_core.kernel.i18n import _, translator
from shuhua_core.plugins.contracts import Built, Field, Label, Photo, ReportData, ReportType
from shuhua_core.plugins.hookspecs import hookimpl
from shuhua_core.plugins.paper.blocks import Block, Cells, Pictures, Row, Signatures
from shuhua_core.plugins.paper.document import Document
from shuhua_core.plugins.paper.fonts import fonts
from shuhua_core.plugins.paper.pictures import Picture, PictureUnreadable
from shuhua_core.plugins.paper.table import cell_text, table_rows
from shuhua_core.plugins.paper.text import Typesetter
from shuhua_core.plugins.paper.units import mm

LABELS = {
    "number": _("Task number"),
    "date": _("Date"),
    "customer": _("Customer"),
    "contact": _("Contact"),
    "site": _("Site"),
    "address": _("Address"),
    "equipment_number": _("Equipment number"),
    "model": _("Model"),
    "batch": _("Batch"),
    "installed_on": _("Installed on"),
    "warranty_until": _("Warranty to"),
    "safe_life_until": _("Safe life to"),
    "fault": _("Fault"),
    "severity": _("Severity"),
    "repairer": _("Repairer"),
    "arrive_by": _("Arrive by"),
    "finish_by": _("Finish by"),
    "unit": _("Unit"),
    "parts": _("Parts to carry"),
}
"""The fields the sheet knows."""

_ROWS: tuple[tuple[str, ...], ...] = (
    ("number", "date"),
    ("customer", "contact"),
    ("site",),
    ("address",),
    ("equipment_number", "model"),
    ("batch", "installed_on"),
    ("warranty_until", "safe_life_until"),
    ("fault",),
)
_ROWS_AFTER_PICTURES: tuple[tuple[str, ...], ...] = (
    ("severity", "repairer"),
    ("arrive_by", "finish_by"),
    ("unit",),
    ("parts",),
)
_HIGH = {"fault": 16 * mm, "parts": 12 * mm}
_LABEL_WIDTH = 27 * mm
_PICTURE_HEIGHT = 42 * mm


class TaskSheet:
    """A task as a PDF of framed fields, black and white."""

    name = "task_sheet"
    label = Label(zh="派工单", en="Dispatch sheet")
    kind: Literal["sheet"] = "sheet"
    media_type = "application/pdf"
    extension = "pdf"

    def build(self, data: ReportData, out: BinaryIO) -> Built:
        """Print the sheet; what could not be printed as given is in the notes of the result."""
        return _Sheet(data).write(out)


class _Sheet:
    def __init__(self, data: ReportData) -> None:
        self._data = data
        self._translate = translator(data.locale)
        self._setter = Typesetter(fonts())
        self._cells = Cells(self._setter)
        self._document = Document(data, self._setter, self._translate)
        self._notes: list[str] = []

    def write(self, out: BinaryIO) -> Built:
        *first, last = self._blocks()
        # Nobody should sign a page that says nothing.
        blocks: list[Block] = [*first, replace(last, keep_next=True), self._signatures()]
        if self._setter.missing:
            self._notes.append(self._translate(_("Characters that the font does not have are printed as their code.")))
        blocks += [self._note(note) for note in self._notes]
        pages = self._document.write(blocks, out)
        return Built(pages=pages, missing_characters=self._setter.missing, notes=tuple(self._notes))

    def _blocks(self) -> Iterable[Row | Pictures]:
        data = self._data
        yield from (self._known(keys) for keys in _ROWS)
        yield from self._pictures(data.photos)
        yield from (self._known(keys) for keys in _ROWS_AFTER_PICTURES)
        yield from self._pairs([field for field in data.fields if field.key not in LABELS])
        for section in data.sections:
            yield Row((self._cells.box(section.title, self._document.width, bold=True),), keep_next=True)
            yield from self._pairs(section.fields)
        if data.columns:
            header, rows = table_rows(self._setter, data, self._document.width, self._cells.size)
            yield header
            yield from rows

    def _signatures(self) -> Signatures:
        names = (_("Dispatcher"), _("Repairer"), _("Customer"))
        date = self._translate(_("Date"))
        face = self._setter.face().name
        return Signatures([self._translate(name) for name in names], date, self._document.width, face)

    def _known(self, keys: Sequence[str]) -> Row:
        fields = [Field(key, self._value(key), self._translate(LABELS[key])) for key in keys]
        return self._row(fields, max(_HIGH.get(key, 0.0) for key in keys))

    def _value(self, key: str) -> str:
        return self._data.value(key) or (self._data.number or "" if key == "number" else "")

    def _pairs(self, fields: Sequence[Field]) -> Iterable[Row]:
        """Two to a row; a long value has a row of its own."""
        row: list[Field] = []
        for field in fields:
            if len(field.value) > 24 or "\n" in field.value:
                if row:
                    yield self._row(row)
                    row = []
                yield self._row([field])
                continue
            row.append(field)
            if len(row) == 2:
                yield self._row(row)
                row = []
        if row:
            yield self._row(row)

    def _row(self, fields: Sequence[Field], min_height: float = 0.0) -> Row:
        value_width = self._document.width / len(fields) - _LABEL_WIDTH
        boxes = []
        for field in fields:
            boxes.append(self._cells.box(field.label or field.key, _LABEL_WIDTH, bold=True))
            boxes.append(self._cells.box(cell_text(field.value), value_width))
        return Row(tuple(boxes), min_height=min_height)

    def _pictures(self, photos: Sequence[Photo]) -> Iterable[Pictures]:
        share = self._document.width / 3
        readable: list[tuple[Picture, list[str]]] = []
        for place, photo in enumerate(photos, start=1):
            try:
                picture = Picture.read(photo.content, share, _PICTURE_HEIGHT)
            except PictureUnreadable:
                self._notes.append(self._translate(_("Picture ${number} cannot be printed.", mapping={"number": place})))
                continue
            readable.append((picture, self._setter.lines(photo.caption, share - 4 * mm, 8)[:2]))
        for start in range(0, len(readable), 3):
            group = readable[start : start + 3]
            pictures, captions = zip(*group, strict=True)
            yield Pictures(pictures, captions, self._document.width, _PICTURE_HEIGHT, self._setter.face().name)

    def _note(self, text: str) -> Row:
        return Row((Cells(self._setter, size=8).box(text, self._document.width),), framed=False)


@hookimpl
def shuhua_register_report_types() -> Sequence[ReportType]:
    """One sheet."""
    return (TaskSheet(),)
