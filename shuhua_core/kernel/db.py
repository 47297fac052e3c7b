"""Engines, sessions and the gate before which all writers queue.

Measured reasons (docs/adr/0002-sqlite.md): WAL with ``synchronous=FULL``; the driver's own transactions off; every writing
transaction starts with ``BEGIN IMMEDIATE`` behind one OS file lock that all processes of a SQLite deployment share.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import orjson
from sqlalchemy import Connection, Engine, MetaData, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from . import jsonio
from .gate import WriteGate
from .prepared import told
from .types import BigInt, PlainJson, UtcDateTime

SessionT = TypeVar("SessionT", bound=Session)
TESTED_AFTER = 5.0
"""Seconds without use after which a connection to PostgreSQL is tested before it is used."""


class Base(DeclarativeBase):
    """Base of all models. Constraint names follow one convention, so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {int: BigInt, datetime: UtcDateTime, dict[str, Any]: PlainJson, list[Any]: PlainJson}


class Database:
    """One database of one deployment: ``read()`` and ``write()`` are all that most code needs.

    ``info`` is put on every session (the deployment, for one).
    """

    def __init__(self, url: str, *, busy_timeout: float = 10.0, pool_size: int = 10) -> None:
        self.url = make_url(url)
        self.dialect = self.url.get_backend_name()
        self.info: dict[str, Any] = {}
        self.gate = WriteGate(self._lock_path(), busy_timeout)
        self.engine = _make_engine(url, self.dialect, busy_timeout, pool_size)
        self._writing_engine = self.engine.execution_options(shuhua_write=True)
        self._read_sessions = sessionmaker(self.engine.execution_options(shuhua_read=True), expire_on_commit=False)
        self._write_sessions = sessionmaker(self._writing_engine, expire_on_commit=False)

    def _lock_path(self) -> Path | None:
        if self.dialect != "sqlite":
            return None
        if not self.url.database or self.url.database == ":memory:":
            raise ValueError("a SQLite deployment needs a file: the worker is another process")
        return Path(self.url.database + ".write-lock")

    def read_session(self) -> Session:
        """A session for reading; the caller closes it."""
        return self._read_sessions(info=dict(self.info))

    def write_session(self) -> Session:
        """A session for writing; the caller has passed the gate, and closes it before releasing the gate."""
        return self._write_sessions(info=dict(self.info))

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for reading: of one state of the database on SQLite, of one for each statement on PostgreSQL."""
        with self.read_session() as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that commits at the end of the block and rolls back when the block raises.

        Raises :class:`Busy` when the gate could not be passed in time.
        """
        with self.write_in(Session) as session:
            yield session

    @contextmanager
    def write_in(self, kind: type[SessionT], **info: Any) -> Iterator[SessionT]:
        """Like :meth:`write` with a session of this kind, whose ``info`` says more."""
        self.gate.acquire()
        try:
            with kind(self._writing_engine, expire_on_commit=False, info={**self.info, **info}) as session, session.begin():
                yield session
        finally:
            self.gate.release()

    def dispose(self) -> None:
        """Close all connections."""
        self.engine.dispose()
        self.gate.close()


def _make_engine(url: str, dialect: str, busy_timeout: float, pool_size: int) -> Engine:
    options: dict[str, Any] = {
        "pool_size": pool_size,
        "max_overflow": pool_size,
        # The connection that was used last is used next: those that nobody needs keep no memory and no seat at the server busy.
        "pool_use_lifo": True,
        "json_serializer": jsonio.dump_stored,
        "json_deserializer": orjson.loads,
    }
    if dialect == "sqlite":
        engine = create_engine(url, connect_args={"timeout": busy_timeout}, **options)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        engine = create_engine(url, **options)
        event.listen(engine, "connect", _prepare_postgresql)
        event.listen(engine, "begin", _begin_postgresql)
        event.listen(engine, "checkout", partial(_test_idle, engine.dialect))
    event.listen(engine, "checkin", _end_transaction)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in (
        *("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY"),
        # A cache of 4 MiB a connection; what it does not hold, the operating system does, once for all of them.
        "cache_size=-4096",
        # Pages that many transactions write again and again are copied into the database once in 16 MB, not once in 4.
        *("wal_autocheckpoint=4000", "journal_size_limit=67108864"),
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _prepare_postgresql(connection: Any, _record: Any) -> None:
    """The driver begins nothing by itself: :func:`_begin_postgresql` does."""
    connection.autocommit = True


def _test_idle(dialect: Any, connection: Any, record: Any, _proxy: Any) -> None:
    """Have a connection that was not used for a while answer first. Asked at each use, that is a trip more for nothing."""
    if time.monotonic() - record.info.get("used_at", 0.0) < TESTED_AFTER:
        return
    try:
        dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as error:
        raise DisconnectionError from error


def _end_transaction(connection: Any, record: Any) -> None:
    """A COMMIT that failed can leave its transaction open; SQLAlchemy would pool the connection with the write lock in hand."""
    if connection is not None:
        connection.rollback()
    if record is not None:
        record.info["used_at"] = time.monotonic()


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get("shuhua_write")
    statement = "BEGIN IMMEDIATE" if writing else "BEGIN"
    try:
        connection.connection.dbapi_connection.execute(statement).close()  # type: ignore[union-attr]
    except sqlite3.OperationalError as error:
        raise OperationalError(statement, None, error) from error


def _begin_postgresql(connection: Connection) -> None:
    """Begin, unless the session only reads: each statement sees a state of its own anyway, and so two trips are spared."""
    if not connection.get_execution_options().get("shuhua_read"):
        _begin_now(connection)


def hold_transaction(session: Session) -> None:
    """Begin a transaction in a session that only reads, as PostgreSQL wants it for rows that are fetched in portions."""
    connection = session.connection()
    if connection.dialect.name == "postgresql" and connection.get_execution_options().get("shuhua_read"):
        _begin_now(connection)


def _begin_now(connection: Connection) -> None:
    driver: Any = connection.connection.dbapi_connection
    try:
        driver.execute("BEGIN").close()
    except connection.dialect.loaded_dbapi.Error as error:
        raise told(connection, driver, "BEGIN", error) from error
