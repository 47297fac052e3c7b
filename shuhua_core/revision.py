"""At which revision a database is, and which one the code needs; without alembic, which a server would never use again."""

from __future__ import annotations

import ast
from pathlib import Path

from sqlalchemy import Connection, inspect

from .kernel.db import Database
from .kernel.errors import ConfigurationError
from .kernel.i18n import _

VERSIONS = Path(__file__).parent / "migrations" / "versions"


def current(connection: Connection) -> str | None:
    """The revision that the database is at; None before the first."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one_or_none()


def newest(folder: Path = VERSIONS) -> str | None:
    """The revision that this version of the code needs: the one after which none comes."""
    names = [_names(path) for path in folder.glob("*.py")]
    followed = {each.get("down_revision") for each in names}
    heads = {each["revision"] for each in names if "revision" in each} - followed
    if len(heads) > 1:
        raise ValueError(f"the revisions end in more than one: {', '.join(map(str, heads))}")
    return heads.pop() if heads else None


def _names(path: Path) -> dict[str, str | None]:
    """What a revision says of itself, read without running it."""
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        name, equals, value = line.partition(" = ")
        if equals and name.partition(":")[0] in {"revision", "down_revision"}:
            found[name.partition(":")[0]] = ast.literal_eval(value)
    return found


def require_current(database: Database) -> None:
    """Raise ConfigurationError unless the database is at the revision that the code needs."""
    with database.engine.connect() as connection:
        found = current(connection)
    if found != newest():
        raise ConfigurationError(
            _("The database is at revision ${found}, but needs ${wanted}. Run `shuhua migrate up`.",
              mapping={"found": str(found), "wanted": str(newest())})
        )  # fmt: skip
