"""Stored files, and uploads on their way."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from ..kernel.db import Base
from ..kernel.scope import ScopeColumns
from ..kernel.types import BigInt

HELD = "held_request"
"""Kind of record on which a file only waits, kept from being removed: whoever sent it may still hang it where it belongs."""


class MediaFile(Base):
    """An uploaded photo, video or sound: the original and what was made of it. Hangs on a record by (kind, id) once attached."""

    __tablename__ = "media_files"
    __table_args__ = (Index("ix_media_files_record", "record_kind", "record_id"),)
    __scope__: ClassVar[ScopeColumns] = ScopeColumns("media", own={"user_id": "uploader_id"})

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    """Random name of the files in the store; a name that a client sent is never used."""
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    kind: Mapped[str] = mapped_column(String(10))
    """``photo``, ``video`` or ``audio``, by content."""
    content_type: Mapped[str] = mapped_column(String(40))
    """Of the original."""
    shown_type: Mapped[str | None] = mapped_column(String(40))
    """Of the variant ``content``, of a video or sound that browsers play."""
    state: Mapped[str] = mapped_column(String(12))
    """``processing`` until the worker has looked at it, then ``ready`` or ``refused``."""
    reason: Mapped[str | None] = mapped_column(String(20))
    """Why it was refused, a word of ``refusals.REASONS``."""
    width: Mapped[int | None]
    height: Mapped[int | None]
    """Of the picture that is displayed."""
    seconds: Mapped[float | None]
    record_kind: Mapped[str | None] = mapped_column(String(30))
    record_id: Mapped[int | None] = mapped_column(BigInt)
    uploader_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("users.id", ondelete="SET NULL"), index=True)
    uploader_space: Mapped[str | None] = mapped_column(String(80))
    """Hash of an anonymous reporter's secret, so that only they can attach it."""
    created_at: Mapped[datetime] = mapped_column(index=True)


class MediaUpload(Base):
    """A file that is being sent in pieces. How far it has come the disk alone knows: that is the offset."""

    __tablename__ = "media_uploads"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(43), unique=True)
    """Random, in the address."""
    key: Mapped[str] = mapped_column(String(40), unique=True)
    """Random name in the store, which stays that of the finished file."""
    length: Mapped[int]
    sha256: Mapped[str | None] = mapped_column(String(64))
    """What the client says that the whole has; what it really has once it is finished."""
    state: Mapped[str] = mapped_column(String(12))
    """``open``, then ``finished``, ``expired`` or ``dropped`` (not what was announced)."""
    media_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("media_files.id", ondelete="SET NULL"))
    uploader_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("users.id", ondelete="CASCADE"), index=True)
    uploader_space: Mapped[str | None] = mapped_column(String(80), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class MediaLink(Base):
    """A further record that a file is shown on: what an inspector photographed stands on the request that came of it too.

    The file itself hangs on one record; it is seen by whoever may see any of them.
    """

    __tablename__ = "media_links"

    media_id: Mapped[int] = mapped_column(BigInt, ForeignKey("media_files.id", ondelete="CASCADE"), primary_key=True)
    record_kind: Mapped[str] = mapped_column(String(30), primary_key=True)
    record_id: Mapped[int] = mapped_column(BigInt, primary_key=True)

    __table_args__ = (Index("ix_media_links_record", "record_kind", "record_id"),)
