"""Records of the hot path, read and inserted by fixed statements, which then are objects of the session like all others.

SQLAlchemy spends most of the time of reading or inserting one object on what a request does not need: finding out what was
asked for, and in which order to write. What such a record is changed to later is written by the session as ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session, make_transient_to_detached
from sqlalchemy.orm.util import identity_key

from .prepared import Prepared


def load(session: Session, model: Any, record_id: int, *, for_update: bool = False) -> Any | None:
    """The object of ``model`` with this id, or None. Its row is locked for ``for_update``; the session must not hold it yet."""
    row = _reading(model, for_update).row(session, {"record_id": record_id})
    if row is None:
        return None
    record = model.__mapper__.class_manager.new_instance()
    _keep(session, record, row._asdict())
    return record


def can_load(session: Session, model: Any, record_id: int) -> bool:
    """Whether :func:`load` may be used: no part of the object stands elsewhere, and the session does not hold it yet."""
    held = identity_key(model, record_id) in session.identity_map
    return not (held or _collects(session) or model.__mapper__.relationships)


def _collects(session: Session) -> bool:
    """Whether it holds back what it writes (``kernel/collecting.py``)."""
    return hasattr(session, "hold_back")


def made(model: Any, values: Mapping[str, Any]) -> Any:
    """A new object with these values, as ``model(**values)`` makes one, in a tenth of the time."""
    mapper = model.__mapper__
    record = mapper.class_manager.new_instance()
    record.__dict__.update(values)
    for name, (check, _options) in mapper.validators.items():
        if name in values:
            record.__dict__[name] = check(record, name, values[name])
    return record


def insert_new(session: Session, record: Any) -> None:
    """Insert a new object, which gets its id, as ``session.add`` and ``session.flush`` would. What waits is written before."""
    # Only what SQLAlchemy has inserted does it forget when a savepoint is rolled back; one that collects knows the next ids.
    if _collects(session) or session.in_nested_transaction():
        session.add(record)
        session.flush()
        return
    model: Any = type(record)
    given = record.__dict__
    columns = [column for column in model.__table__.c if column.key != "id"]
    values = {column.key: given[column.key] if column.key in given else _default(column) for column in columns}
    record.id = _inserting(model).scalar(session, values)
    _keep(session, record, values)


def _keep(session: Session, record: Any, values: dict[str, Any]) -> None:
    record.__dict__.update(values)
    make_transient_to_detached(record)
    session.add(record)


def _default(column: Any) -> Any:
    if column.default is None:
        return None
    if not column.default.is_scalar:
        raise ValueError(f"{column.name}: a default that is made anew for each row has to be given")
    return column.default.arg


@cache
def _reading(model: Any, for_update: bool) -> Prepared:
    table = model.__table__
    query = select(table).where(table.c.id == bindparam("record_id"))
    return Prepared(query.with_for_update() if for_update else query)


@cache
def _inserting(model: Any) -> Prepared:
    table = model.__table__
    return Prepared(insert(table).returning(table.c.id), [column.key for column in table.c if column.key != "id"])
