"""Statements of a list for programs that are built once: building one costs several times what running it does.

A statement is kept for the caller's rights, the words chosen in filters, and the order; the moment, the size of the page and
where it begins are values of it. What cannot be kept (a search, days, columns that depend on who asks) is left to the list.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, select

from shuhua_core.kernel import paging
from shuhua_core.kernel.context import Context
from shuhua_core.kernel.scope import visible
from shuhua_core.kernel.types import UtcDateTime

from .columns import is_function

if TYPE_CHECKING:
    from .listing import Listing

AT_MOST = 100
"""Statements that a list keeps before it begins anew."""
NOW: Any = bindparam("now", type_=UtcDateTime())
"""Stands for ``ctx.now`` in a statement that is kept."""
_PAGE = frozenset({"limit", "cursor", "sort", "total"})
_READ = frozenset({"phone", "amount", "number"})
"""Kinds of columns whose values are not for the encoder of the answers as they are."""


@dataclass(frozen=True, slots=True)
class _Kept:
    statement: Select[Any]
    scope: ColumnElement[bool]
    """Held as long as its identity is a part of the key."""


class KeptStatements:
    """The statements of one list."""

    def __init__(self, listing: Listing) -> None:
        self._listing = listing
        self._kept: dict[Hashable, _Kept] = {}
        self._columns = [column for column in listing.columns if column.api and column.name != "id"]
        self._names = ("id", *(column.name for column in self._columns))
        self._readers: list[tuple[str, Callable[[Any], Any]]] = [
            (column.name, column.reader()) for column in self._columns if column.kind in _READ
        ]
        self._depends = [column.depends for column in self._columns if column.depends is not None]
        self._possible = listing.always is None and all(
            column.depends is not None or not is_function(column.value) for column in self._columns
        )
        words = {name for question in listing.filters if question.fixed for name in question.parameters}
        self._words = words | ({listing.states.parameter} if listing.states else set())

    def page(
        self, ctx: Context, values: Mapping[str, Sequence[str]], sort: str, cursor: str | None, limit: int
    ) -> paging.Page | None:
        """A page of the list, None where its statement cannot be kept. The cursor has been found to fit. Raises Invalid."""
        chosen = tuple((name, tuple(each)) for name, each in values.items() if name not in _PAGE)
        place = paging.decode_cursor(cursor) if cursor is not None else None
        if not self._possible or any(name not in self._words for name, _each in chosen) or (place and place[0] is None):
            return None
        scope = visible(self._listing.model, ctx.actor, self._listing.permission)
        key = (id(scope), chosen, sort, place is not None, *(depends(ctx) for depends in self._depends))
        kept = self._kept.get(key)
        if kept is None:
            if len(self._kept) >= AT_MOST:
                self._kept.clear()
            kept = self._kept[key] = _Kept(self._build(ctx, values, sort, begun=place is not None), scope)
        # Through the connection, since these are columns and no objects: the session would only look at each row once more.
        bound = {"now": ctx.now, **paging.page_values(limit, place)}
        rows = ctx.session.connection().execute(kept.statement, bound).all()
        further = paging.encode_cursor(rows[limit - 1][-1], rows[limit - 1][0]) if len(rows) > limit else None
        return paging.Page([self._item(row) for row in rows[:limit]], further)

    def _item(self, row: Any) -> dict[str, Any]:
        item = dict(zip(self._names, row, strict=False))  # the value that is sorted by comes last, and is no member
        for name, read in self._readers:
            item[name] = read(item[name])
        return item

    def _build(self, ctx: Context, values: Mapping[str, Sequence[str]], sort: str, *, begun: bool) -> Select[Any]:
        listing = self._listing
        conditions = listing.conditions(ctx, values)
        _name, expression, descending = listing.sorting(ctx, sort)
        at = replace(ctx, now=NOW)
        columns = (column.expression(at).label(column.name) for column in self._columns)
        wanted = select(listing.model.id.label("id"), *columns, expression.label("sort_value")).where(and_(*conditions))
        query = listing.joined(wanted)
        return paging.page_statement(
            query, expression, listing.model.id, descending=descending, begun=begun, nullable=listing.sorts_nulls(sort)
        )
