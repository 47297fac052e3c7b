"""An empty database for each subject, on storage that keeps what it acknowledges, as production has it."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import sqlalchemy as sa

from tests.benchmarks.load import LoadError

Make = Callable[[str], str]
#: what PostgreSQL must have switched on, or its writes would not be comparable with SQLite's synchronous FULL
DURABLE = ("fsync", "synchronous_commit", "full_page_writes")


@contextlib.contextmanager
def databases(kind: str, folder: Path, server: str | None) -> Iterator[tuple[Make, str]]:
    """Gives a function that makes an empty database of a name and returns its address, and what the databases run on.

    `kind` is sqlite or postgresql; for the latter `server` is the address of one that runs, or None to start one in `folder`.
    """
    if kind == "sqlite":
        yield lambda name: f"sqlite:///{folder / name}.sqlite", f"SQLite {sqlite3.sqlite_version} on {_file_system(folder)}"
        return
    with contextlib.ExitStack() as stack:
        url = sa.make_url(server or stack.enter_context(_cluster(folder)))
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
            for setting in DURABLE:
                if connection.exec_driver_sql(f"SHOW {setting}").scalar_one() != "on":
                    raise LoadError(f"PostgreSQL runs with {setting} off: it would be measured without its durability")
        stack.callback(drop)
        yield make, f"PostgreSQL {version}" + ("" if server else f" on {_file_system(folder)}")


@contextlib.contextmanager
def _cluster(folder: Path) -> Iterator[str]:
    """A PostgreSQL of our own with its default settings, as the user postgres or nobody where we are root."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    found = shutil.which("pg_ctl")
    if not programs and not found:
        raise LoadError("no PostgreSQL on this machine: give --postgresql or measure with --database sqlite")
    program = programs[-1] if programs else Path(found or "").parent
    user = _server_user()
    home = folder / "postgresql"
    home.mkdir()
    if user:
        shutil.chown(home, user)
    data = home / "data"

    def call(name: str, *arguments: str) -> None:
        done = subprocess.run(
            [program / name, *arguments], cwd=home, user=user, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False
        )
        if done.returncode:
            raise LoadError(f"{name}: {done.stderr.decode(errors='replace').strip()}")

    call("initdb", "-D", str(data), "-U", "bench", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
    options = f"-c listen_addresses= -c unix_socket_directories={home} -p 5432"
    call("pg_ctl", "-D", str(data), "-l", str(home / "log"), "-o", options, "-w", "start")
    try:
        yield f"postgresql+psycopg://bench@/postgres?host={home}"
    finally:
        call("pg_ctl", "-D", str(data), "-m", "fast", "-w", "stop")


def _server_user() -> str | None:
    """PostgreSQL refuses to run as root: another user for it then, None where we may run it ourselves."""
    if os.geteuid():
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _file_system(folder: Path) -> str:
    """The kind of file system that holds a folder; on tmpfs no write ever waits for a disk."""
    mounts = [line.split()[1:3] for line in Path("/proc/mounts").read_text().splitlines()]
    holders = [(Path(point), kind) for point, kind in mounts if folder.resolve().is_relative_to(point)]
    return max(holders, key=lambda holder: len(holder[0].parts))[1]
