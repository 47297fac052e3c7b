"""Puts a million rows into a table in seconds: by the driver alone, without its indexes, which are made at the end.

Foreign keys are not tested meanwhile: whoever fills knows that the records are there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain, islice
from typing import Any

import sqlalchemy as sa

from shuhua_core.kernel.collecting import defaults
from shuhua_core.kernel.db import Database
from shuhua_core.kernel.text_index import INDEXES

_PORTION = 10_000


@contextmanager
def alone(database: Database) -> Iterator[sa.Connection]:
    """A connection that begins no transaction by itself, as that of the house does."""
    engine = sa.create_engine(database.url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        yield connection


@contextmanager
def filling(database: Database, tables: Iterable[sa.Table]) -> Iterator[sa.Connection]:
    """A connection for :func:`put`; behind it the tables have their indexes again, and the planner its statistics."""
    tables = list(tables)
    with alone(database) as connection:
        sqlite = database.dialect == "sqlite"
        for statement in _before(tables) if sqlite else ("SET session_replication_role = replica",):
            connection.exec_driver_sql(statement)
        for table in tables:
            for index in table.indexes:
                index.drop(connection, checkfirst=True)
            if not sqlite and table.name in INDEXES:
                connection.exec_driver_sql(f"DROP INDEX {INDEXES[table.name].name}")
        yield connection
        if not sqlite:
            connection.exec_driver_sql("SET maintenance_work_mem = '1GB'")
        make_indexes(connection, tables)
        for statement in ("ANALYZE", "PRAGMA wal_checkpoint(TRUNCATE)") if sqlite else ("VACUUM ANALYZE", "CHECKPOINT"):
            connection.exec_driver_sql(statement)


def _before(tables: Iterable[sa.Table]) -> Iterator[str]:
    yield from ("PRAGMA foreign_keys=OFF", "PRAGMA synchronous=OFF", "PRAGMA cache_size=-1000000")
    for table in tables:
        if table.name in INDEXES:
            yield f"DROP TRIGGER {INDEXES[table.name].name}_insert"


def make_indexes(connection: sa.Connection, tables: Iterable[sa.Table]) -> int:
    """Those of the models that are not there, after those are gone that no model knows any more; gives how many were made."""
    made = 0
    for table in tables:
        known = {index.name: index for index in table.indexes}
        text = INDEXES[table.name].name if table.name in INDEXES else ""
        indexes = sa.inspect(connection).get_indexes(table.name)
        there = {str(each["name"]) for each in indexes if "duplicates_constraint" not in each}
        for name in there - known.keys() - {text}:
            connection.exec_driver_sql(f"DROP INDEX {name}")
        for name in known.keys() - there:
            known[name].create(connection)
        made += len(known.keys() - there)
        if text:
            _make_text_index(connection, table.name)
    return made


def _make_text_index(connection: sa.Connection, name: str) -> None:
    index = INDEXES[name]
    if connection.dialect.name == "sqlite":
        triggers = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all()
        if f"{index.name}_insert" not in triggers:
            rows = f"INSERT INTO {index.name} (rowid, grams) SELECT id, {index.grams(name)} FROM {name}"
            connection.exec_driver_sql(rows)
            connection.exec_driver_sql(next(each for each in index.create_statements("sqlite") if f"{index.name}_insert" in each))
    elif not connection.scalar(sa.text("SELECT to_regclass(:name)"), {"name": index.name}):
        connection.exec_driver_sql(index.create_statements("postgresql")[-1])


def put(connection: sa.Connection, model: Any, rows: Iterable[Mapping[str, Any]]) -> None:
    """The rows, all with the same columns; defaults that are plain values are added."""
    rows = iter(rows)
    first = next(rows, None)
    if first is None:
        return
    table, dialect = model.__table__, connection.dialect
    plain = {name: value for name, value in defaults(model).items() if name not in first}
    columns = [table.c[name] for name in (*first, *plain)]
    ways = [column.type.dialect_impl(dialect).bind_processor(dialect) for column in columns]
    rest = tuple(plain.values())

    def raw() -> Iterator[list[Any]]:
        for row in chain([first], rows):
            values = (*row.values(), *rest)
            yield [value if way is None else way(value) for way, value in zip(ways, values, strict=True)]

    names = ", ".join(column.name for column in columns)
    driver: Any = connection.connection.dbapi_connection
    if dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        insert, given = f"INSERT INTO {table.name} ({names}) VALUES ({marks})", raw()
        while portion := list(islice(given, _PORTION)):
            driver.execute("BEGIN")
            driver.executemany(insert, portion)
            driver.execute("COMMIT")
        return
    with driver.cursor() as cursor:
        with cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
            for values in raw():
                copy.write_row(values)
        sequence = f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), (SELECT max(id) FROM {table.name}))"
        cursor.execute(sequence)
