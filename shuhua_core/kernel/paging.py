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

from sqlalchemy import ColumnElement, Select, and_, or_

from .errors import Invalid
from .i18n import _

DEFAULT_LIMIT = 20
MAXIMUM_LIMIT = 100


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
        if not isinstance(record_id, int) or isinstance(value, dict | list):
            raise ValueError(cursor)
    except (ValueError, KeyError, TypeError, ArithmeticError, binascii.Error, RecursionError) as error:
        raise Invalid({"cursor": _("This cursor is not valid. Start again from the first page.")}) from error
    return value, record_id


def after(
    query: Select[Any], sort: ColumnElement[Any], key: ColumnElement[int], *, descending: bool, cursor: str | None, limit: int
) -> Select[Any]:
    """``query`` sorted, cut off after the cursor, and limited to one row more than the page, which tells if there is a next one.

    Rows whose sort value is null come last in either direction.
    """
    direction = sort.desc() if descending else sort.asc()
    query = query.order_by(direction.nulls_last(), key.desc() if descending else key.asc()).limit(limit + 1)
    if cursor is None:
        return query
    value, record_id = decode_cursor(cursor)
    further = key < record_id if descending else key > record_id
    if value is None:
        return query.where(sort.is_(None), further)
    beyond = sort < value if descending else sort > value
    return query.where(or_(beyond, and_(sort == value, further), sort.is_(None)))
