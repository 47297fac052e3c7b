"""A session that holds back what it writes for as long as nobody asks, for those who write many records in one transaction.

What is only ever appended (steps, outbox, audit) is sent in one go at the end, or when one of these is read. Where the session
is alone (``session.info["alone"]``: nobody else writes meanwhile what it reads), new and changed records wait too: for the next
question to the database, or for the end. So many changes of one record become one statement, and those of many records
one call of the driver.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import count
from typing import Any, ClassVar

from sqlalchemy import Insert, event, func, insert, inspect, select, text
from sqlalchemy.orm import Session, SessionTransaction, make_transient_to_detached
from sqlalchemy.orm.attributes import instance_state

from .db import Base
from .outbox import OutboxEntry
from .steps import Step

_IDS_AT_ONCE = 500
"""Ids that a session takes from PostgreSQL's sequence at once; those that it does not need are gaps."""
_GIVEN_IDS = text("SELECT seq FROM sqlite_sequence WHERE name = :table")
_TAKE_IDS = text("SELECT nextval(CAST(:sequence AS regclass)) FROM generate_series(1, :count)")


class CollectingSession(Session):
    """A session without autoflush, whose :meth:`send` is to be called before it commits."""

    appended: ClassVar[frozenset[Any]] = frozenset({Step.__table__, OutboxEntry.__table__})
    """Tables to whose end rows are written and that no service reads in between."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{**options, "autoflush": False, "expire_on_commit": False})
        self._alone = bool(self.info.get("alone"))
        self._collected: dict[Any, tuple[Insert, list[Mapping[str, Any]]]] = {}
        self._kept: dict[tuple[type[Any], Any], Any] = {}
        """What was loaded or sent, by its key: a session forgets what nobody else holds, and it is wanted again soon."""
        self._waiting: dict[type[Any], list[Any]] = {}
        """What was added and is sent without the session's unit of work, which takes longer than the database."""
        self._ids: dict[type[Any], Iterator[int]] = {}
        self._fresh: dict[tuple[type[Any], Any], Any] = {}
        """What was added and is not sent yet, by its key."""
        for name in ("loaded_as_persistent", "pending_to_persistent"):
            event.listen(self, name, self._keep)
        self.written = 0
        """Counts what was written; who compares it before and after knows whether anything was."""
        if self._alone and self.get_bind().dialect.name == "sqlite":
            event.listen(self, "after_begin", _put_off_foreign_keys)

    def add(self, instance: Any, **options: Any) -> None:
        """As the session does; alone, a new record gets its id and the defaults of its columns at once."""
        self.written += 1
        state = instance_state(instance)
        plain = self._alone and state.transient and not state.mapper.relationships and not self.in_nested_transaction()
        if plain:
            self._waiting.setdefault(type(instance), []).append(instance)
        else:
            super().add(instance, **options)
        if plain or (self._alone and state.pending):
            self._complete(instance)

    def get(self, entity: Any, ident: Any, **options: Any) -> Any:
        """The record with this key, also one that is not sent yet."""
        fresh = self._fresh.get((entity, ident))
        if fresh is not None:
            return fresh
        kept = None if options else self._kept.get((entity, ident))
        if kept is not None:
            state = instance_state(kept)
            if state.session_id == self.hash_key and not state.expired:
                return kept
        return super().get(entity, ident, **options)

    def flush(self, objects: Any = None) -> None:
        """As the session does; alone and outside a savepoint, nothing: all waits for the next question or for :meth:`send`."""
        if not self._alone or self.in_nested_transaction():
            self._insert_new()
            super().flush(objects)

    def hold_back(self, statement: Insert, row: Mapping[str, Any]) -> bool:
        """Whether a row of a log was taken, to be written by :meth:`send`; others are written at once."""
        if statement.table not in self.appended:
            return False
        self._collected.setdefault(statement.table, (statement, []))[1].append(row)
        self.written += 1
        return True

    def execute(self, statement: Any, params: Any = None, **options: Any) -> Any:
        """As the session does, except that a row of a log waits for :meth:`send`."""
        if isinstance(statement, Insert) and isinstance(params, Mapping) and self.hold_back(statement, params):
            return None
        self.written += getattr(statement, "is_dml", False)
        self._settle(statement)
        return super().execute(statement, params, **options)

    def scalar(self, statement: Any, params: Any = None, **options: Any) -> Any:
        """As the session does, after what was held back."""
        self._settle(statement)
        return super().scalar(statement, params, **options)

    def scalars(self, statement: Any, params: Any = None, **options: Any) -> Any:
        """As the session does, after what was held back."""
        self._settle(statement)
        return super().scalars(statement, params, **options)

    def delete(self, instance: Any) -> None:
        """As the session does, at once."""
        self.written += 1
        self._settle()
        super().delete(instance)
        super().flush()

    def begin_nested(self) -> SessionTransaction:
        """A savepoint, after what was held back."""
        self._settle()
        return super().begin_nested()

    def send(self) -> None:
        """Write everything that was held back; each log's rows in their order."""
        self._settle()
        self._append()

    def forget(self) -> None:
        """Drop what was held back and all records, after what was sent has been taken back."""
        self.expunge_all()
        for kept in (self._collected, self._kept, self._ids, self._fresh, self._waiting):
            kept.clear()

    def _settle(self, statement: Any = None) -> None:
        """Write what ``statement`` could ask about; of the logs only those that it reads first of all."""
        if self._alone:
            self.written += bool(self.dirty)
            self._insert_new()
            super().flush()
            self._fresh.clear()
        if self._collected and not self.appended.isdisjoint(getattr(statement, "columns_clause_froms", ())):
            self._append()

    def _append(self) -> None:
        collected, self._collected = self._collected, {}
        for statement, rows in collected.values():
            super().execute(statement, rows)

    def _insert_new(self) -> None:
        """Send new records, a table at a time in the order in which they refer to each other; then they are the session's."""
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, {}
        for model in sorted(waiting, key=lambda each: _places()[each.__tablename__]):
            rows = [_row(model, record) for record in waiting[model]]
            super().execute(insert(model.__table__), rows)
            for record in waiting[model]:
                make_transient_to_detached(record)
                super().add(record)
                self._keep(self, record)

    def _keep(self, _session: Session, record: Any) -> None:
        key = instance_state(record).key
        if key is not None:
            self._kept[key[0], key[1][0] if len(key[1]) == 1 else key[1]] = record

    def _complete(self, record: Any) -> None:
        model, given = type(record), record.__dict__
        for name, value in defaults(model).items():  # type: ignore[arg-type]
            if given.get(name) is None:
                setattr(record, name, value)
        if "id" in model.__table__.columns and record.id is None:
            if model not in self._ids:
                self._ids[model] = self._following_ids(model)
            record.id = next(self._ids[model])
        key = inspect(model).primary_key_from_instance(record)
        self._fresh[model, key[0] if len(key) == 1 else tuple(key)] = record

    def _following_ids(self, model: type[Any]) -> Iterator[int]:
        if self.get_bind().dialect.name == "sqlite":
            last = super().scalar(select(func.max(model.id))) or 0
            if model.__table__.dialect_options["sqlite"]["autoincrement"]:
                last = max(last, super().scalar(_GIVEN_IDS, {"table": model.__tablename__}) or 0)
            yield from count(last + 1)
        while True:
            yield from super().scalars(_TAKE_IDS, {"sequence": f"{model.__tablename__}_id_seq", "count": _IDS_AT_ONCE}).all()


@cache
def _places() -> Mapping[str, int]:
    """Of each table among all, those first that others refer to."""
    return {table.name: place for place, table in enumerate(Base.metadata.sorted_tables)}


def _row(model: Any, record: Any) -> dict[str, Any]:
    given = record.__dict__
    row = {column.key: given.get(column.key) for column in model.__table__.columns}
    for name, made in _made_defaults(model).items():
        if name not in given:
            row[name] = record.__dict__[name] = made(_Given(row))
    return row


class _Given:
    """What a default that is made of other columns asks."""

    def __init__(self, row: Mapping[str, Any]) -> None:
        self._row = row

    def get_current_parameters(self) -> Mapping[str, Any]:
        """The row."""
        return self._row


def _put_off_foreign_keys(session: Session, _transaction: Any, connection: Any) -> None:
    """A record may be sent before the one that it names, as long as both are there at the end."""
    connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")


@cache
def _made_defaults(model: Any) -> dict[str, Callable[[Any], Any]]:
    """The defaults of the model's columns that are made for each row."""
    return {
        column.key: column.default.arg
        for column in model.__table__.columns
        if column.default is not None and column.default.is_callable
    }


@cache
def defaults(model: type[Base]) -> dict[str, Any]:
    """The plain defaults of the model's columns."""
    return {
        column.key: column.default.arg
        for column in model.__table__.columns
        if column.default is not None and column.default.is_scalar
    }
