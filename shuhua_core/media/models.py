"""One stored file."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from ..kernel.db import Base
from ..kernel.scope import ScopeColumns
from ..kernel.types import BigInt


class MediaFile(Base):
    """An uploaded picture: the original and what was drawn from it. Hangs on a record by (kind, id) once attached."""

    __tablename__ = "media_files"
    __table_args__ = (Index("ix_media_files_record", "record_kind", "record_id"),)
    __scope__: ClassVar[ScopeColumns] = ScopeColumns("media", own={"user_id": "uploader_id"})

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    """Random name of the files in the store; a name that a client sent is never used."""
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    content_type: Mapped[str] = mapped_column(String(40))
    width: Mapped[int]
    height: Mapped[int]
    record_kind: Mapped[str | None] = mapped_column(String(30))
    record_id: Mapped[int | None] = mapped_column(BigInt)
    uploader_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("users.id", ondelete="SET NULL"), index=True)
    uploader_space: Mapped[str | None] = mapped_column(String(80))
    """Hash of an anonymous reporter's secret, so that only they can attach it."""
    created_at: Mapped[datetime]


class MediaLink(Base):
    """A further record that a file is shown on: what an inspector photographed stands on the request that came of it too.

    The file itself hangs on one record; it is seen by whoever may see any of them.
    """

    __tablename__ = "media_links"

    media_id: Mapped[int] = mapped_column(BigInt, ForeignKey("media_files.id"), primary_key=True)
    record_kind: Mapped[str] = mapped_column(String(30), primary_key=True)
    record_id: Mapped[int] = mapped_column(BigInt, primary_key=True)

    __table_args__ = (Index("ix_media_links_record", "record_kind", "record_id"),)
