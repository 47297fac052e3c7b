"""The summary table: any list as an Excel file, or as a PDF to print."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any, BinaryIO, Literal

from xlsxwriter import Workbook

from shuhua_core.kernel.i18n import _, translator
from shuhua_core.plugins.contracts import Built, Cell, Column, Label, PermanentFailure, ReportData, ReportType
from shuhua_core.plugins.hookspecs import hookimpl
from shuhua_core.plugins.paper.blocks import Block, Cells, Row
from shuhua_core.plugins.paper.document import Document
from shuhua_core.plugins.paper.fonts import fonts
from shuhua_core.plugins.paper.table import cell_text, column_characters, paper_characters, table_rows
from shuhua_core.plugins.paper.text import Typesetter

MAX_PDF_ROWS = 5000
_MAX_SHEET_ROWS = 1_048_576
_MAX_CELL = 32_767
_MAX_DIGITS = 15  # Excel keeps no more
_WIDE_FROM = 95  # characters of half width that fit upright
_ACROSS = 1300  # points times characters of half width that fit across, with the cells' edges


class SummaryTable:
    """A list as xlsx. Only what a column calls a number or a date is one; all else is text and never a formula."""

    name = "summary_table"
    label = Label(zh="汇总表（Excel）", en="Summary table (Excel)")
    kind: Literal["table"] = "table"
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    extension = "xlsx"

    def build(self, data: ReportData, out: BinaryIO) -> Built:
        """Write the rows as they are read, never holding them all; those beyond a sheet's end go to a further sheet."""
        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        book = Workbook(out, options)
        book.set_properties({"title": data.title, "author": data.printed_by, "created": data.printed_at.astimezone(UTC)})
        writer = _SheetWriter(book, data)
        try:
            written = writer.write()
        finally:
            book.close()
        return Built(rows=written)


class SummaryTablePdf:
    """A list as PDF: upright, or across where the columns need it, with its header on every page."""

    name = "summary_table_pdf"
    label = Label(zh="汇总表（PDF）", en="Summary table (PDF)")
    kind: Literal["table"] = "table"
    media_type = "application/pdf"
    extension = "pdf"

    def build(self, data: ReportData, out: BinaryIO) -> Built:
        """Print the rows; PermanentFailure for more of them than anybody would print."""
        translate = translator(data.locale)
        setter = Typesetter(fonts())
        characters = sum(paper_characters(column) for column in data.columns)
        wide, size = characters > _WIDE_FROM, _size(characters)
        document = Document(data, setter, translate, wide=wide, subtitle=_chosen(data))
        header, rows = table_rows(setter, data, document.width, size)
        blocks: list[Block] = list(islice(rows, MAX_PDF_ROWS + 1))
        if len(blocks) > MAX_PDF_ROWS:
            message = _("More than ${count} rows cannot be printed. Filter the list, or choose Excel.", {"count": MAX_PDF_ROWS})
            raise PermanentFailure(translate(message))
        counted = len(blocks)
        count = translate(_("${count} rows", mapping={"count": counted}))
        blocks.append(Row((Cells(setter, 8).box(count, document.width),), framed=False))
        notes = []
        if setter.missing:
            notes.append(translate(_("Characters that the font does not have are printed as their code.")))
            blocks += [Row((Cells(setter, 8).box(note, document.width),), framed=False) for note in notes]
        pages = document.write(blocks, out, repeated=header)
        return Built(pages=pages, rows=counted, missing_characters=setter.missing, notes=tuple(notes))


def _size(characters: int) -> float:
    """As large as lets the columns have the width that they ask for; what is smaller than 6 points nobody reads."""
    return max(6.0, min(8.0, _ACROSS / characters)) if characters > _WIDE_FROM else 8.0


class _SheetWriter:
    def __init__(self, book: Workbook, data: ReportData) -> None:
        self._book = book
        self._data = data
        base = {"valign": "top", "border": 1}
        self._title = book.add_format({"bold": True, "font_size": 14})
        self._header = book.add_format({"bold": True, "border": 1, "bg_color": "#EEEEEE", "align": "center"})
        self._formats = {
            "text": book.add_format({**base, "num_format": "@", "text_wrap": True}),
            "number": book.add_format(base),
            "date": book.add_format({**base, "num_format": "yyyy-mm-dd"}),
            "datetime": book.add_format({**base, "num_format": "yyyy-mm-dd hh:mm"}),
        }

    def write(self) -> int:
        rows = iter(self._data.rows)
        written = 0
        while True:
            here, full = self._sheet(rows)
            written += here
            if not full:
                return written

    def _sheet(self, rows: Iterator[Sequence[Cell]]) -> tuple[int, bool]:
        """One sheet; gives how many rows it took and whether it is full."""
        sheet = self._book.add_worksheet()
        top = self._head(sheet)
        row = top
        for values in islice(rows, _MAX_SHEET_ROWS - top):
            for at, (column, value) in enumerate(zip(self._data.columns, values, strict=True)):
                self._cell(sheet, row, at, column, value)
            row += 1
        if row > top:
            sheet.autofilter(top - 1, 0, row - 1, len(self._data.columns) - 1)
        return row - top, row == _MAX_SHEET_ROWS

    def _head(self, sheet: Any) -> int:
        sheet.write_string(0, 0, self._data.title, self._title)
        row = 1
        for line in (_chosen(self._data), f"{self._data.printed_at:%Y-%m-%d %H:%M} {self._data.printed_by}".strip()):
            if line:
                sheet.write_string(row, 0, line)
                row += 1
        for at, column in enumerate(self._data.columns):
            sheet.set_column(at, at, column_characters(column))
            sheet.write_string(row, at, column.title, self._header)
        sheet.freeze_panes(row + 1, 0)
        sheet.repeat_rows(row)
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&C&P / &N")
        return row + 1

    def _cell(self, sheet: Any, row: int, at: int, column: Column, value: Cell) -> None:
        form = self._formats[column.kind]
        if column.kind == "number" and _is_number(value):
            sheet.write_number(row, at, value, form)
        elif column.kind in {"date", "datetime"} and isinstance(value, date):
            plain = value.replace(tzinfo=None) if isinstance(value, datetime) else value
            sheet.write_datetime(row, at, plain, form)
        elif value is None or value == "":
            sheet.write_blank(row, at, None, form)
        else:
            sheet.write_string(row, at, _shortened(cell_text(value)), self._formats["text"])


def _is_number(value: Cell) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return False
    try:
        return len(Decimal(str(value)).normalize().as_tuple().digits) <= _MAX_DIGITS and Decimal(str(value)).is_finite()
    except ArithmeticError:
        return False


def _shortened(text: str) -> str:
    return text if len(text) <= _MAX_CELL else f"{text[: _MAX_CELL - 1]}…"


def _chosen(data: ReportData) -> str:
    parts: Iterable[str] = (f"{field.label or field.key}: {field.value}" for field in data.filters)
    return "; ".join(parts)


@hookimpl
def shuhua_register_report_types() -> Sequence[ReportType]:
    """Both forms of the table."""
    return (SummaryTable(), SummaryTablePdf())
