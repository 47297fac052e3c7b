"""What a refusal of the database means: that somebody else was faster, and whether another attempt is worth it."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, IntegrityError

_OVERTAKEN = {"SQLITE_CONSTRAINT_FOREIGNKEY", "SQLITE_CONSTRAINT_PRIMARYKEY", "SQLITE_CONSTRAINT_UNIQUE"}


def is_transient(error: DBAPIError) -> bool:
    """SQLite was busy, or PostgreSQL rolled back for a deadlock or a serialization failure."""
    name = getattr(error.orig, "sqlite_errorname", None) or ""
    state = getattr(error.orig, "sqlstate", None) or ""
    return name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")) or state in {"40001", "40P01"}


def is_overtaken(error: IntegrityError) -> bool:
    """Whether somebody else took a unique value at the same moment, or merged away what was just to be named."""
    name, state = getattr(error.orig, "sqlite_errorname", None), getattr(error.orig, "sqlstate", None)
    return name in _OVERTAKEN or state in {"23503", "23505"}
