"""A seeded database made once a process, and quick copies of it."""

import os
import shutil
import sqlite3
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Protocol

from sqlalchemy import Engine, create_engine, make_url

from shuhua_core import models, seed
from shuhua_core.kernel.db import Database

SEEDED_AT = datetime(2026, 1, 1, tzinfo=UTC)


class Template(Protocol):
    """Where databases of tests come from."""

    def copy(self, of: str | None = None) -> str:
        """Address of a fresh copy, or of a copy of the copy at ``of``, to which nobody is connected."""

    def empty(self) -> str:
        """Address of a database without tables."""

    def drop(self, url: str) -> None:
        """Remove a copy."""

    def close(self) -> None:
        """Remove the template itself."""


def fill(url: str) -> None:
    """Make all tables at ``url`` and seed them."""
    database = Database(url)
    with database.write() as session:
        models.Base.metadata.create_all(session.connection())
        seed.seed(session, SEEDED_AT)
    database.dispose()


class SqliteTemplate:
    """A file, copied."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)
        self._file = folder / "template.sqlite"
        fill(f"sqlite:///{self._file}")
        with sqlite3.connect(self._file) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()

    def copy(self, of: str | None = None) -> str:
        path = self._folder / f"test{next(self._numbers)}.sqlite"
        shutil.copyfile(self._file if of is None else Path(make_url(of).database), path)
        return f"sqlite:///{path}"

    def empty(self) -> str:
        return f"sqlite:///{self._folder / f'empty{next(self._numbers)}.sqlite'}"

    def drop(self, url: str) -> None:
        path = Path(make_url(url).database)
        for each in path.parent.glob(path.name + "*"):
            each.unlink()

    def close(self) -> None:
        shutil.rmtree(self._folder)


class PostgresTemplate:
    """A database, copied by the server."""

    def __init__(self, server_url: str) -> None:
        self._server = make_url(server_url)
        self._engine: Engine = create_engine(self._server, isolation_level="AUTOCOMMIT")
        self._numbers = count(1)
        self._name = f"shuhua_{os.getpid()}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
        self._run(f'CREATE DATABASE "{self._name}"')
        fill(self._url(self._name))

    def copy(self, of: str | None = None) -> str:
        return self._create(self._name if of is None else str(make_url(of).database))

    def empty(self) -> str:
        return self._create("template0")

    def _create(self, source: str) -> str:
        name = f"{self._name}_{next(self._numbers)}"
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
        return self._url(name)

    def drop(self, url: str) -> None:
        self._run(f'DROP DATABASE "{make_url(url).database}" WITH (FORCE)')

    def close(self) -> None:
        self._run(f'DROP DATABASE "{self._name}" WITH (FORCE)')
        self._engine.dispose()

    def _url(self, name: str) -> str:
        return self._server.set(database=name).render_as_string(hide_password=False)

    def _run(self, statement: str) -> None:
        with self._engine.connect() as connection:
            connection.exec_driver_sql(statement)
