"""One record on A4: framed fields where everybody expects them, pictures, a table, and frames to sign in.

A :class:`SheetForm` is the layout of one kind of sheet, as data. Fields that it knows by key stand at their place, empty ones
as space to write in; fields with a label of their own follow, then sections, then a table where one is given, then the
signatures, those drawn on a screen in their frames.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import BinaryIO, Literal

from translationstring import TranslationString

from shuhua_core.kernel.i18n import _, translator
from shuhua_core.plugins.contracts import Built, Field, Label, Photo, ReportData
from shuhua_core.plugins.paper.blocks import Block, Cells, Pictures, Row, Signatures
from shuhua_core.plugins.paper.document import Document
from shuhua_core.plugins.paper.fonts import fonts
from shuhua_core.plugins.paper.pictures import Picture, PictureUnreadable
from shuhua_core.plugins.paper.table import cell_text, table_rows
from shuhua_core.plugins.paper.text import Typesetter
from shuhua_core.plugins.paper.units import mm

_LABEL_WIDTH = 27 * mm
_PICTURE_HEIGHT = 42 * mm
_SIGNATURE_HEIGHT = 9 * mm
_LONG = 24
"""A value with more characters has a row of its own."""


@dataclass(frozen=True, slots=True)
class SheetForm:
    """A kind of sheet, as a report type: a record becomes a PDF of framed fields, black and white."""

    name: str
    label: Label
    labels: Mapping[str, TranslationString] = field(default_factory=dict)
    """The fields it knows by key."""
    rows: Sequence[Sequence[str]] = ()
    """Keys of the rows above the pictures."""
    rows_after: Sequence[Sequence[str]] = ()
    """Keys of the rows below the pictures."""
    rows_below: Sequence[Sequence[str]] = ()
    """Keys of the rows below the table."""
    high: Mapping[str, float] = field(default_factory=dict)
    """Least heights of rows that people write in, by key, in points."""
    signatures: Mapping[str, TranslationString] = field(default_factory=dict)
    """Who signs: key and title of each frame."""
    kind: Literal["sheet"] = "sheet"
    media_type: str = "application/pdf"
    extension: str = "pdf"

    def build(self, data: ReportData, out: BinaryIO) -> Built:
        """Print the sheet; what could not be printed as given is in the notes of the result."""
        return _Sheet(self, data).write(out)


class _Sheet:
    def __init__(self, form: SheetForm, data: ReportData) -> None:
        self._form = form
        self._data = data
        self._translate = translator(data.locale)
        self._setter = Typesetter(fonts())
        self._cells = Cells(self._setter)
        self._document = Document(data, self._setter, self._translate)
        self._notes: list[str] = []

    def write(self, out: BinaryIO) -> Built:
        blocks: list[Block] = list(self._blocks())
        if self._form.signatures:
            if blocks:
                # Nobody should sign a page that says nothing.
                blocks[-1] = replace(blocks[-1], keep_next=True)  # type: ignore[type-var]
            blocks.append(self._signatures())
        if self._setter.missing:
            self._notes.append(self._translate(_("Characters that the font does not have are printed as their code.")))
        blocks += [self._note(note) for note in self._notes]
        pages = self._document.write(blocks, out)
        return Built(pages=pages, missing_characters=self._setter.missing, notes=tuple(self._notes))

    def _blocks(self) -> Iterable[Row | Pictures]:
        data = self._data
        yield from (self._known(keys) for keys in self._form.rows)
        yield from self._pictures(data.photos)
        yield from (self._known(keys) for keys in self._form.rows_after)
        yield from self._pairs([each for each in data.fields if each.key not in self._form.labels])
        for section in data.sections:
            yield Row((self._cells.box(section.title, self._document.width, bold=True),), keep_next=True)
            yield from self._pairs(section.fields)
        if data.columns:
            header, rows = table_rows(self._setter, data, self._document.width, self._cells.size)
            yield header
            yield from rows
        yield from (self._known(keys) for keys in self._form.rows_below)

    def _signatures(self) -> Signatures:
        drawn = {each.key: each for each in self._data.signatures}
        pictures, dates = [], []
        for key in self._form.signatures:
            signed = drawn.get(key)
            pictures.append(self._drawn(signed.content) if signed else None)
            dates.append(" ".join(each for each in (self._translate(_("Date")), signed.at if signed else "") if each))
        names = [self._translate(title) for title in self._form.signatures.values()]
        return Signatures(names, dates, self._document.width, self._setter.face().name, pictures)

    def _drawn(self, content: bytes) -> Picture | None:
        try:
            return Picture.read(content, self._document.width / max(len(self._form.signatures), 1), _SIGNATURE_HEIGHT)
        except PictureUnreadable:
            self._notes.append(self._translate(_("A signature cannot be printed.")))
            return None

    def _known(self, keys: Sequence[str]) -> Row:
        labels = self._form.labels
        return self._row(
            [Field(key, self._value(key), self._translate(labels[key])) for key in keys],
            max(self._form.high.get(key, 0.0) for key in keys),
        )

    def _value(self, key: str) -> str:
        return self._data.value(key) or (self._data.number or "" if key == "number" else "")

    def _pairs(self, fields: Sequence[Field]) -> Iterable[Row]:
        """Two to a row; a long value has a row of its own."""
        row: list[Field] = []
        for each in fields:
            if len(each.value) > _LONG or "\n" in each.value:
                if row:
                    yield self._row(row)
                    row = []
                yield self._row([each])
                continue
            row.append(each)
            if len(row) == 2:
                yield self._row(row)
                row = []
        if row:
            yield self._row(row)

    def _row(self, fields: Sequence[Field], min_height: float = 0.0) -> Row:
        value_width = self._document.width / len(fields) - _LABEL_WIDTH
        boxes = []
        for each in fields:
            boxes.append(self._cells.box(each.label or each.key, _LABEL_WIDTH, bold=True))
            boxes.append(self._cells.box(cell_text(each.value), value_width))
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
