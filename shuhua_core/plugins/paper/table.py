"""Tables on paper: a header row and rows of cells, with widths from the columns."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from shuhua_core.plugins.contracts import Cell, Column, ReportData

from .blocks import PAD, Align, Cells, Row
from .text import Typesetter

_WIDTHS = {"text": 16, "number": 9, "date": 11, "datetime": 17}


def cell_text(value: Cell) -> str:
    """A value as people read it: dates as ``2026-11-22``, moments as ``2026-11-22 16:56``, nothing as nothing."""
    match value:
        case None:
            return ""
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}"
        case date():
            return f"{value:%Y-%m-%d}"
        case Decimal():
            return f"{value:f}"
    return str(value)


def column_characters(column: Column) -> int:
    """The width of a column in characters of half width; at least that of its title."""
    return max(column.width or _WIDTHS[column.kind], min(30, sum(1 + (ord(one) > 255) for one in column.title) + 2))


def paper_characters(column: Column) -> int:
    """The same on paper, where a title takes several lines: at least its longest word, or half of what may break anywhere."""
    words = [sum(1 + (ord(one) > 255) for one in word) for word in column.title.split()]
    longest = max(words, default=0)
    if any(ord(one) > 255 for one in column.title):
        longest = 2 * -(-longest // 4)
    return max(column.width or _WIDTHS[column.kind], min(30, longest + 2))


def table_rows(setter: Typesetter, data: ReportData, width: float, size: float) -> tuple[Row, Iterable[Row]]:
    """The header, and the rows as they are read from ``data``; columns share ``width`` by what they ask for."""
    asked = [paper_characters(column) for column in data.columns]
    edges = 2 * PAD
    widths = [edges + (width - edges * len(asked)) * one / sum(asked) for one in asked]
    cells = Cells(setter, size)
    header = Row(
        tuple(
            cells.box(column.title, share, bold=True, align="centre") for column, share in zip(data.columns, widths, strict=True)
        ),
        keep_next=True,
    )
    return header, (_row(cells, data.columns, values, widths) for values in data.rows)


def _row(cells: Cells, columns: Sequence[Column], values: Sequence[Cell], widths: Sequence[float]) -> Row:
    return Row(
        tuple(
            cells.box(cell_text(value), width, align=_align(column))
            for column, value, width in zip(columns, values, widths, strict=True)
        )
    )


def _align(column: Column) -> Align:
    return "right" if column.kind == "number" else "left"
