"""A list as an Excel file: exactly what is filtered, with the chosen columns, all rows, with flat memory.

Cells are typed: codes and phones are text, days are days, amounts are numbers. Text is always written as text, so that
nothing that somebody typed into a form becomes a formula; what could be read as one later, when the sheet is saved as
CSV, carries Excel's own quote mark.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xlsxwriter

from shuhua_core.kernel.db import hold_transaction
from shuhua_core.kernel.errors import TooLarge
from shuhua_core.kernel.scope import visible
from shuhua_web.i18n import _

from .cells import Words
from .columns import Column

if TYPE_CHECKING:
    from .listing import Listing

MOST_ROWS = 200_000
"""Rows of one file; who needs more takes them by quarters or divisions."""
LONGEST_TEXT = 32_767
"""Characters that a cell can hold."""
_CHUNK = 1_000
_RISKY = ("=", "+", "-", "@", "\t", "\r")
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_WIDTHS = {
    "moment": 16,
    "date": 11,
    "amount": 13,
    "integer": 9,
    "number": 12,
    "boolean": 7,
    "state": 11,
    "choice": 12,
    "phone": 15,
}

Writer = Callable[[int, int, Any], None]
"""Writes the cell of a row, given the row of the list."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the file is made of besides its rows."""

    title: str
    columns: Sequence[Column]
    headings: Sequence[str]
    words: Words
    now: datetime
    whole_phones: bool = False
    """Whether phones are whole where the row's :func:`reveal_name` says that they may be."""


def write_file(path: Path, sheet: Sheet, rows: Iterable[Any]) -> int:
    """Write the rows to ``path``; gives how many. Raises TooLarge beyond :data:`MOST_ROWS`."""
    book = xlsxwriter.Workbook(
        str(path),
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    book.set_properties({"title": sheet.title, "created": sheet.now.astimezone(sheet.words.zone).replace(tzinfo=None)})
    try:
        count = _fill(book, sheet, rows)
    finally:
        book.close()
    if count > MOST_ROWS:
        raise TooLarge(
            _("These are more than ${n} rows. Narrow the list by a filter and export it in parts.", mapping={"n": MOST_ROWS})
        )
    return count


def _fill(book: Any, sheet: Sheet, rows: Iterable[Any]) -> int:
    page = book.add_worksheet(sheet_name(sheet.title))
    formats = _Formats(book)
    made = _Writers(page, formats, sheet)
    writers = [made.of(column) for column in sheet.columns]
    for index, column in enumerate(sheet.columns):
        page.set_column(index, index, _WIDTHS.get(column.kind, 36 if column.long else 18))
        page.write_string(0, index, sheet.headings[index], formats.heading)
    page.freeze_panes(1, 1)
    page.repeat_rows(0)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    count = 0
    for count, row in enumerate(rows, 1):
        if count > MOST_ROWS:
            break
        for index, write in enumerate(writers):
            write(count, index, row)
    page.autofilter(0, 0, count, len(writers) - 1)
    return count


def rows_of(session: Any, query: Any) -> Generator[Any, None, None]:
    """The rows of a query, fetched in portions, so that memory stays flat on both databases. To be closed by who stops early."""
    hold_transaction(session)
    with session.execute(query.execution_options(stream_results=True, yield_per=_CHUNK)) as found:
        yield from found


def sheet_name(title: str) -> str:
    """A title as Excel takes it for a sheet: 31 characters, without brackets and the like, not in apostrophes."""
    return _NOT_IN_NAMES.sub(" ", title).strip(" '")[:31].strip(" '") or "1"


def reveal_name(column: Column) -> str:
    """Name of the value that says whether a row's phone may be whole."""
    return f"reveal_{column.name}"


def export_columns(listing: Listing, columns: Sequence[Column], *, whole_phones: bool, actor: Any) -> Sequence[Column]:
    """The columns to ask the database for: the chosen ones, and for whole phones whether this actor may have each."""
    if not whole_phones:
        return columns
    found = list(columns)
    for column in columns:
        if column.reveal is not None:
            may = visible(listing.model, actor, column.reveal)
            found.append(Column(reveal_name(column), "", may, kind="boolean", office=False, api=False))
    return found


class _Formats:
    """The few looks of cells."""

    def __init__(self, book: Any) -> None:
        add = book.add_format
        self.heading = add({"bold": True, "bg_color": "#DCE6F1", "border": 1, "border_color": "#B8C4D2", "valign": "vcenter"})
        self.text = add({"num_format": "@"})
        self.quoted = add({"num_format": "@", "quote_prefix": True})
        self.moment = add({"num_format": "yyyy-mm-dd hh:mm"})
        self.date = add({"num_format": "yyyy-mm-dd"})
        self.amount = add({"num_format": "#,##0.00"})
        self.integer = add({"num_format": "#,##0"})
        self.number = add({"num_format": "General"})


class _Writers:
    """Functions that write the cells of a column, each chosen once for all rows."""

    def __init__(self, page: Any, formats: _Formats, sheet: Sheet) -> None:
        self._page, self._formats, self._sheet = page, formats, sheet

    def of(self, column: Column) -> Writer:
        """The one for a column."""
        if column.show is not None:
            return self._shown(column)
        ways = {
            "text": self._text,
            "phone": self._phone,
            "state": self._word,
            "choice": self._word,
            "boolean": self._word,
            "moment": self._moment,
            "date": self._date,
        }
        return ways.get(column.kind, self._number)(column)

    def _put(self, row: int, at: int, value: str | None) -> None:
        if value:
            look = self._formats.quoted if value.startswith(_RISKY) else self._formats.text
            self._page.write_string(row, at, value[:LONGEST_TEXT], look)

    def _text(self, column: Column) -> Writer:
        name, put = column.name, self._put
        return lambda row, at, record: put(row, at, getattr(record, name))

    def _shown(self, column: Column) -> Writer:
        words, put = self._sheet.words, self._put
        return lambda row, at, record: put(row, at, words.text(column, record))

    def _phone(self, column: Column) -> Writer:
        masked = self._shown(column)
        if not self._sheet.whole_phones or column.reveal is None:
            return masked
        name, may, put = column.name, reveal_name(column), self._put

        def write(row: int, at: int, record: Any) -> None:
            if getattr(record, may):
                put(row, at, getattr(record, name))
            else:
                masked(row, at, record)

        return write

    def _word(self, column: Column) -> Writer:
        name, words, put = column.name, self._sheet.words, self._put
        known: dict[Any, str] = {}

        def write(row: int, at: int, record: Any) -> None:
            value = getattr(record, name)
            if value not in known:
                known[value] = words.text(column, record)
            put(row, at, known[value])

        return write

    def _number(self, column: Column) -> Writer:
        name, look, put = column.name, getattr(self._formats, column.kind), self._page.write_number

        def write(row: int, at: int, record: Any) -> None:
            value = getattr(record, name)
            if value is not None:
                put(row, at, value, look)

        return write

    def _moment(self, column: Column) -> Writer:
        name, look, zone, put = column.name, self._formats.moment, self._sheet.words.zone, self._page.write_datetime

        def write(row: int, at: int, record: Any) -> None:
            value = getattr(record, name)
            if value is not None:
                put(row, at, value.astimezone(zone).replace(tzinfo=None), look)

        return write

    def _date(self, column: Column) -> Writer:
        name, look, put = column.name, self._formats.date, self._page.write_datetime

        def write(row: int, at: int, record: Any) -> None:
            value = getattr(record, name)
            if value is not None:
                put(row, at, value, look)

        return write
