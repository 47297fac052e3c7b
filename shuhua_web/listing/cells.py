"""Cells of a grid: a row's values as people read them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from pyramid.request import Request

from shuhua_core.kernel.context import Context
from shuhua_core.kernel.workflow import Workflow
from shuhua_web import formats
from shuhua_web.i18n import _
from shuhua_web.layout import TONES
from shuhua_web.records import Badge

from .columns import Column

if TYPE_CHECKING:
    from .listing import Listing


@dataclass(frozen=True, slots=True)
class RowAction:
    """A link in a row's last column."""

    title: Any
    href: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One value as it stands in the grid."""

    value: Any = ""
    css: str = ""
    href: str | None = None
    badge: Badge | None = None
    tip: str | None = None


@dataclass(frozen=True, slots=True)
class GridRow:
    """One row."""

    id: int
    cells: Sequence[Cell]
    actions: Sequence[RowAction]
    css: str = ""


def align(column: Column) -> str:
    """Numbers stand at the right."""
    return "grid-number" if column.kind in {"integer", "number", "amount"} else ""


class Words:
    """Texts of values in one request's language, read once for all rows."""

    def __init__(self, request: Request, ctx: Context, columns: Sequence[Column], workflow: Workflow | None) -> None:
        self.locale = request.locale_name
        self.zone = request.deployment.settings.timezone
        self._english = self.locale == "en"
        self._labels = {column.name: column.labels_for(ctx) for column in columns}
        self._states = workflow.states if workflow else {}
        self.yes, self.no = request.tr(_("Yes")), request.tr(_("No"))

    def label(self, column: Column, value: Any) -> str:
        """The label of a choice's word."""
        zh, en = self._labels[column.name].get(value, (value, value))
        return str(en if self._english else zh)

    def state(self, column: Column, value: str) -> tuple[str, str]:
        """(label, tone of its badge) of a state."""
        state = self._states.get(value)
        return (state.label(self.locale), TONES.get(state.tone, "ended")) if state else (self.label(column, value), "ended")

    def text(self, column: Column, row: Any) -> str:
        """The value of a row as plain text, as the grid shows it."""
        value = getattr(row, column.name)
        if column.show is not None:
            shown = column.show(row, self.locale)
            return shown.striptags() if isinstance(shown, Markup) else str(shown or "")
        if value is None:
            return ""
        if column.kind == "state":
            return self.state(column, value)[0]
        ways: dict[str, Callable[[Any], Any]] = {
            "moment": lambda each: formats.moment(each, self.zone),
            "date": formats.day,
            "amount": formats.amount,
            "integer": formats.number,
            "number": formats.number,
            "phone": formats.masked_phone,
            "boolean": lambda each: self.yes if each else self.no,
            "choice": lambda each: self.label(column, each),
        }
        way = ways.get(column.kind)
        return str(way(value) if way else value)


class Painter:
    """Makes the rows of a page."""

    def __init__(self, request: Request, listing: Listing, columns: Sequence[Column], workflow: Workflow | None) -> None:
        self._request, self._listing, self._columns = request, listing, columns
        self._words = Words(request, request.ctx, columns, workflow)

    def row(self, row: Any, row_actions: Callable[[Any], Sequence[RowAction]] | None) -> GridRow:
        """One row of the grid."""
        route = self._listing.record_route
        href = self._request.route_path(route, id=row.id) if route else None
        cells = [self._cell(column, row, href if index == 0 else None) for index, column in enumerate(self._columns)]
        css = self._listing.row_class(row, self._request.ctx.now) if self._listing.row_class else ""
        return GridRow(row.id, cells, row_actions(row) if row_actions else (), css)

    def _cell(self, column: Column, row: Any, href: str | None) -> Cell:
        first = "grid-first" if column is self._columns[0] else ""
        css = " ".join(filter(None, (first, align(column), "grid-long" if column.long else "")))
        if column.show is not None:
            return Cell(column.show(row, self._words.locale), css, href)
        value = getattr(row, column.name)
        if column.kind == "state" and value is not None:
            label, tone = self._words.state(column, value)
            return Cell(css=css, href=href, badge=Badge(label, tone))
        text = self._words.text(column, row)
        return Cell(text, css, href, tip=text if column.long else None)
