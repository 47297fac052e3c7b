"""Imports and what became of their rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from shuhua_core.kernel.db import Base
from shuhua_core.kernel.types import BigInt, PlainJson, code_string

IMPORT_STATES = {
    "trying": ("试导入中", "Being tried"),
    "tried": ("待确认", "To be confirmed"),
    "importing": ("导入中", "Being imported"),
    "done": ("已导入", "Imported"),
    "cancelled": ("已取消", "Cancelled"),
    "failed": ("失败", "Failed"),
}
RUNNING = ("trying", "importing")
"""States in which the worker has something to do."""


class Import(Base):
    """A file that somebody sent, its rows as text, and how far it is."""

    __tablename__ = "imports"
    __table_args__ = (Index("ix_imports_archive_sha256", "archive", "sha256"), Index("ix_imports_state_id", "state", "id"))

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    archive: Mapped[str] = mapped_column(String(20))
    """Name in :data:`shuhua_core.imports.archives.ARCHIVES`."""
    user_id: Mapped[int] = mapped_column(BigInt, ForeignKey("users.id", ondelete="CASCADE"), index=True)
    """Whose it is: nobody else sees it, and each row is saved with what this user may do then."""
    locale: Mapped[str] = mapped_column(String(10))
    filename: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(code_string(64))
    """Of the rows as they were read, and of the datum."""
    datum: Mapped[str | None] = mapped_column(String(10))
    """Of the positions in it, as the sender said."""
    heads: Mapped[list[Any]]
    kept: Mapped[bool] = mapped_column(default=True)
    """Whether its rows are still there (:class:`ImportPart`); they are forgotten after some days."""
    total: Mapped[int]
    unnumbered: Mapped[int]
    """Rows without a number: imported twice, they would be doubled."""
    state: Mapped[str] = mapped_column(String(20))
    position: Mapped[int] = mapped_column(default=0)
    """Rows done in the trial, or in the import."""
    added: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    """Until when a worker has it in hand."""
    created_at: Mapped[datetime] = mapped_column(index=True)
    updated_at: Mapped[datetime]


class ImportPart(Base):
    """Some hundred rows of a file, packed by :mod:`shuhua_core.imports.reading`, so that nobody needs all of them in memory."""

    __tablename__ = "import_parts"

    import_id: Mapped[int] = mapped_column(BigInt, ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """How many rows come before it."""
    content: Mapped[bytes] = mapped_column(LargeBinary)


class ImportNote(Base):
    """What became of one row: of every refused one, and of the first ones that were added or changed."""

    __tablename__ = "import_notes"
    __table_args__ = (Index("ix_import_notes_import_id_outcome", "import_id", "outcome", "row"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    import_id: Mapped[int] = mapped_column(BigInt, ForeignKey("imports.id", ondelete="CASCADE"))
    row: Mapped[int]
    """Its number in the file."""
    outcome: Mapped[str] = mapped_column(String(10))
    """``refused``, ``added`` or ``changed``."""
    label: Mapped[str] = mapped_column(String(200))
    """Number and name of the record."""
    detail: Mapped[list[Any]] = mapped_column(PlainJson)
    """Reasons, or [heading, old, new] of each field that changed."""
