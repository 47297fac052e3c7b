"""Brings a database to the state that this version of the code needs, and back.

The schema never changes at run time; ``shuhua migrate up`` and ``shuhua init`` change it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from shuhua_core.kernel.db import Database
from shuhua_core.kernel.errors import ConfigurationError
from shuhua_core.kernel.i18n import _
from shuhua_core.kernel.text_index import is_of_an_index
from shuhua_core.models import Base

HERE = Path(__file__).parent


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the database up to ``revision``; all of it or, when a step fails, nothing."""
    with migrating(database) as connection:
        _run(connection, lambda config: command.upgrade(config, revision))


def downgrade(database: Database, revision: str) -> None:
    """Bring the database back to ``revision`` (``base`` is before the first)."""
    with migrating(database) as connection:
        _run(connection, lambda config: command.downgrade(config, revision))


def fits(database: Database) -> bool:
    """Whether the tables are those of the models; an unreleased version may differ at the same revision."""
    with database.engine.connect() as connection:
        ours = {"include_name": lambda name, kind, _parents: not is_of_an_index(name, kind)}
        return not compare_metadata(MigrationContext.configure(connection, opts=ours), Base.metadata)


@contextmanager
def migrating(database: Database) -> Iterator[Connection]:
    """A connection whose one transaction is the migration; it commits at the end of the block.

    Copying a table on SQLite (batch mode) would delete the rows that refer to it, so foreign keys are off from before BEGIN
    and checked before the commit.
    """
    sqlite = database.dialect == "sqlite"
    database.gate.acquire()
    try:
        with database.engine.execution_options(shuhua_write=True).connect() as connection:
            if sqlite:
                _foreign_keys(connection, "OFF")
            try:
                with connection.begin():
                    yield connection
                    if sqlite:
                        _check_foreign_keys(connection)
            finally:
                if sqlite:
                    _foreign_keys(connection, "ON")
    finally:
        database.gate.release()


def _run(connection: Connection, migrate: Callable[[Config], None]) -> None:
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.attributes["connection"] = connection
    migrate(config)


def _foreign_keys(connection: Connection, state: str) -> None:
    # On the driver's connection: through SQLAlchemy a transaction would have begun, in which the pragma does nothing.
    driver = connection.connection.driver_connection
    if driver is not None:
        driver.execute(f"PRAGMA foreign_keys={state}").close()


def _check_foreign_keys(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        tables = ", ".join(sorted({str(row[0]) for row in broken}))
        raise ConfigurationError(_("Rows of ${tables} would refer to nothing; nothing was changed.", mapping={"tables": tables}))
