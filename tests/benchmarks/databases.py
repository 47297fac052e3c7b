"""An empty database for each subject, on storage that keeps what it acknowledges, as production has it."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import sqlalchemy as sa

from tests import postgres
from tests.benchmarks.load import LoadError

Make = Callable[[str], str]
#: what PostgreSQL must have switched on, or its writes would not be comparable with SQLite's synchronous FULL
DURABLE = ("fsync", "synchronous_commit", "full_page_writes")


@contextlib.contextmanager
def databases(kind: str, folder: Path, server: str | None, *, durable: bool = True) -> Iterator[tuple[Make, str]]:
    """Gives a function that makes an empty database of a name and returns its address, and what the databases run on.

    `kind` is sqlite or postgresql; for the latter `server` is the address of one that runs, or None to start one of our own.
    A server that does not keep what it acknowledges is refused, unless `durable` is false because nothing is measured.
    """
    if kind == "sqlite":
        yield lambda name: f"sqlite:///{folder / name}.sqlite", f"SQLite {sqlite3.sqlite_version} on {_file_system(folder)}"
        return
    with contextlib.ExitStack() as stack:
        if server is None:
            own = postgres.start(durable=durable)
            stack.callback(own.stop)
        url = sa.make_url(server or own.url)
        engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
        stack.callback(engine.dispose)
        made: list[str] = []

        def make(name: str) -> str:
            with engine.connect() as connection:
                connection.exec_driver_sql(f'CREATE DATABASE "bench_{os.getpid()}_{name}"')
            made.append(f"bench_{os.getpid()}_{name}")
            return url.set(database=made[-1]).render_as_string(hide_password=False)

        def drop() -> None:
            with engine.connect() as connection:
                for name in made:
                    connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

        with engine.connect() as connection:
            version = connection.exec_driver_sql("SHOW server_version").scalar_one()
            for setting in DURABLE if durable else ():
                if connection.exec_driver_sql(f"SHOW {setting}").scalar_one() != "on":
                    raise LoadError(f"PostgreSQL runs with {setting} off: it would be measured without its durability")
        stack.callback(drop)
        yield make, f"PostgreSQL {version}" + ("" if server else f" on {_file_system(Path('/tmp'))}")


def _file_system(folder: Path) -> str:
    """The kind of file system that holds a folder; on tmpfs no write ever waits for a disk."""
    mounts = [line.split()[1:3] for line in Path("/proc/mounts").read_text().splitlines()]
    holders = [(Path(point), kind) for point, kind in mounts if folder.resolve().is_relative_to(point)]
    return max(holders, key=lambda holder: len(holder[0].parts))[1]
