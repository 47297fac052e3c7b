"""Ranges of Morton keys as a table, so that a query joins them."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import BigInteger, column, text
from sqlalchemy.orm import Session

SPANS = 32
"""Ranges that a box is looked for in."""
MOST_SPANS = 256
"""Ranges that single cells are looked for in."""

# Joined as rows and not written as OR, for which SQLite would leave the covering index; in one parameter, so that
# the statement is the same for each view and is compiled once.
_ROWS = {
    "sqlite": "SELECT json_extract(value, '$[0]') AS lo, json_extract(value, '$[1]') AS hi FROM json_each(:spans)",
    "postgresql": (
        "SELECT CAST(value->>0 AS bigint) AS lo, CAST(value->>1 AS bigint) AS hi "
        "FROM jsonb_array_elements(CAST(:spans AS jsonb)) AS found (value)"
    ),
}


def span_table(session: Session, found: Collection[tuple[int, int]]) -> Any:
    """The ranges as a table with columns ``lo`` and ``hi``, where ``lo <= key < hi``."""
    rows = text(_ROWS[session.get_bind().dialect.name]).bindparams(spans=json.dumps([*found]))
    return rows.columns(column("lo", BigInteger), column("hi", BigInteger)).cte("span")
