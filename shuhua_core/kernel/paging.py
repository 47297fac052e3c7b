"""Keyset paging: a cursor names the last row seen by its sort value and id, so pages neither repeat nor skip rows."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, TypeDecorator, and_, bindparam, or_

from .errors import Invalid
from .i18n import _
from .types import BigInt, Money

DEFAULT_LIMIT = 20
MAXIMUM_LIMIT = 100

_INT64 = 2**63


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one page, the cursor of the next or None, and the total if it was asked for."""

    items: Sequence[Any]
    next: str | None = None
    total: int | None = None


def encode_cursor(value: Any, record_id: int) -> str:
    """An opaque cursor after the row with this sort value and id."""
    return base64.urlsafe_b64encode(json.dumps([_plain(value), record_id]).encode()).decode().rstrip("=")


def _plain(value: Any) -> dict[str, Any]:
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    return {"m": str(value)} if isinstance(value, Decimal) else {"v": value}


def _value(plain: dict[str, Any]) -> Any:
    if "t" in plain:
        return datetime.fromisoformat(plain["t"])
    if "d" in plain:
        return date.fromisoformat(plain["d"])
    return Decimal(plain["m"]) if "m" in plain else plain["v"]


def decode_cursor(cursor: str) -> tuple[Any, int]:
    """(sort value, id). Raises :class:`Invalid` when the cursor was not made here."""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        plain, record_id = json.loads(raw)
        value = _value(plain)
    except (ValueError, KeyError, TypeError, ArithmeticError, binascii.Error, RecursionError) as error:
        raise _not_valid() from error
    if isinstance(record_id, bool) or not isinstance(record_id, int) or abs(record_id) >= _INT64 or not _plausible(value):
        raise _not_valid()
    return value, record_id


def _plausible(value: Any) -> bool:
    """Whether a database takes it as a value at all."""
    if isinstance(value, datetime):
        return value.tzinfo is not None
    if isinstance(value, int):
        return abs(value) < _INT64
    if isinstance(value, str):
        return "\0" not in value and not any("\ud800" <= each <= "\udfff" for each in value)
    return value is None or isinstance(value, float | Decimal | date)


def _fits(value: Any, column: ColumnElement[Any]) -> bool:
    """Whether the column can hold the value; a cursor of another list does not fit."""
    kind = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    expected = Decimal if isinstance(column.type, Money) else kind.python_type
    if value is None or (expected is float and type(value) is int):
        return True
    return isinstance(value, expected) and isinstance(value, bool) is (expected is bool)


def _not_valid() -> Invalid:
    return Invalid({"cursor": _("This cursor is not valid. Start again from the first page.")})


def after(
    query: Select[Any],
    sort: Any,
    key: Any,
    *,
    descending: bool,
    cursor: str | None,
    limit: int,
    nullable: bool = True,
) -> Select[Any]:
    """``query`` sorted, cut off after the cursor, and limited to one row more than the page, which tells if there is a next one.

    Rows whose sort value is null come last in either direction. Say so where it cannot be null: PostgreSQL takes no index for
    NULLS LAST.
    """
    query = _ordered(query, sort, key, descending, nullable).limit(limit + 1)
    if cursor is None:
        return query
    value, record_id = decode_cursor(cursor)
    if not _fits(value, sort):
        raise _not_valid()
    if value is None:
        return query.where(sort.is_(None), key < record_id if descending else key > record_id)
    return query.where(_beyond(sort, key, value, record_id, descending, nullable))


def page_statement(
    query: Select[Any], sort: ColumnElement[Any], key: ColumnElement[int], *, descending: bool, begun: bool, nullable: bool = True
) -> Select[Any]:
    """Like :func:`after`, for a statement that is kept: what changes from page to page is given by :func:`page_values`.

    ``begun`` tells whether there is a cursor, whose sort value is not null.
    """
    query = _ordered(query, sort, key, descending, nullable).limit(bindparam("page_size", type_=Integer))
    if not begun:
        return query
    value, record_id = bindparam("cursor_value", type_=sort.type), bindparam("cursor_id", type_=BigInt)
    return query.where(_beyond(sort, key, value, record_id, descending, nullable))


def page_values(limit: int, place: tuple[Any, int] | None) -> dict[str, Any]:
    """Parameters of a :func:`page_statement`; ``place`` is the decoded cursor."""
    values = {"page_size": limit + 1}
    return values if place is None else {**values, "cursor_value": place[0], "cursor_id": place[1]}


def _ordered(query: Select[Any], sort: Any, key: Any, descending: bool, nullable: bool) -> Select[Any]:
    direction = sort.desc() if descending else sort.asc()
    return query.order_by(direction.nulls_last() if nullable else direction, key.desc() if descending else key.asc())


def _beyond(sort: Any, key: Any, value: Any, record_id: Any, descending: bool, nullable: bool) -> ColumnElement[bool]:  # noqa: PLR0917
    further = key < record_id if descending else key > record_id
    reached = or_(sort < value if descending else sort > value, and_(sort == value, further))
    return or_(reached, sort.is_(None)) if nullable else reached
