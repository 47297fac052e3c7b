"""All rows of a database without what differs from one load of the same data to the next."""

from collections import Counter
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shuhua_core.kernel.db import Base
from shuhua_core.sites.models import Equipment

CHANCE = frozenset({"message_id", "source_id", "key", "txid", "token"})
"""Columns that hold random values or a transaction's id."""
PIECES = frozenset({"equipment_id", "replaces_id", "replaced_by_id", "replacement_id"})
"""Columns and values that name a piece by its id."""
LOGS = frozenset({"steps", "outbox", "audit", "messages"})
"""Tables in which nothing refers to a row by its id."""


def snapshot(session: Session) -> dict[str, Counter[str]]:
    """Rows by table, as text; pieces of equipment stand under their numbers, since their ids are given in two ways."""
    numbers = dict(session.execute(select(Equipment.id, Equipment.number)).all())
    return {
        table.name: Counter(_text(row, table.name, numbers) for row in _rows(session, table))
        for table in Base.metadata.sorted_tables
    }


def _rows(session: Session, table: Any) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in session.execute(select(table))]


def _text(row: dict[str, Any], table: str, numbers: dict[int, str]) -> str:
    if table == "equipment" or row.get("record_kind") == "equipment":
        name = "id" if table == "equipment" else "record_id"
        row[name] = numbers[row[name]]
    dropped = CHANCE | ({"id"} if table in LOGS else set())
    return repr(_plain({name: value for name, value in row.items() if name not in dropped}, numbers))


def _plain(value: Any, numbers: dict[int, str]) -> Any:
    if isinstance(value, dict):
        of_equipment = value.get("kind") == "equipment"
        return {
            name: numbers.get(each, each) if name in PIECES or (of_equipment and name == "record_id") else _plain(each, numbers)
            for name, each in sorted(value.items())
        }
    return [_plain(each, numbers) for each in value] if isinstance(value, list) else value
