"""Ranges of Morton keys as a table, so that a query joins them."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, TextClause, bindparam, column, text

SPANS = 32
"""Ranges that a box is looked for in."""
MOST_SPANS = 256


def span_table(found: Collection[tuple[int, int]]) -> Any:
    """The ranges (at most :data:`MOST_SPANS`) as a table with columns ``lo`` and ``hi``, where ``lo <= key < hi``.

    Joined as rows and not written as OR, for which SQLite would leave a covering index. As many rows as one of two sizes,
    the last of them empty, so that a statement is compiled once and not 8 ms long for each view.
    """
    size = SPANS if len(found) <= SPANS else MOST_SPANS
    padded = [*found, *[(0, 0)] * (size - len(found))]
    ends = {f"{end}{number}": key for number, pair in enumerate(padded) for end, key in zip(("lo", "hi"), pair, strict=True)}
    return _rows(size).bindparams(**ends).columns(column("lo", BigInteger), column("hi", BigInteger)).cte("span")


@cache
def _rows(size: int) -> TextClause:
    rows = text(" UNION ALL ".join(f"SELECT :lo{number} AS lo, :hi{number} AS hi" for number in range(size)))
    return rows.bindparams(*(bindparam(f"{end}{number}", type_=BigInteger) for number in range(size) for end in ("lo", "hi")))
