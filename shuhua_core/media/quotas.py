"""How much one uploader may have on disk that belongs to no record yet."""

from __future__ import annotations

import hashlib

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from ..kernel.errors import TooMany
from ..kernel.settings import Settings
from .models import MediaFile, MediaUpload


def check_quota(session: Session, settings: Settings, user_id: int | None, space: str | None, length: int) -> None:
    """Raises TooMany where an upload of ``length`` bytes would be one too many.

    Counted is what is on its way and what hangs on nothing; people without an account together have a limit too, since secrets
    can be made up. Call it in the transaction that adds the upload.
    """
    _one_at_a_time(session, f"user:{user_id}" if user_id is not None else "anonymous")
    if user_id is not None:
        own = (MediaUpload.uploader_id == user_id, MediaFile.uploader_id == user_id)
        _check(session, own, settings.uploads_open, settings.uploads_open_bytes - length)
        return
    most, most_bytes = settings.uploads_open_public, settings.uploads_open_public_bytes
    _check(session, (MediaUpload.uploader_space == space, MediaFile.uploader_space == space), most, most_bytes - length)
    everybody = (MediaUpload.uploader_id.is_(None), MediaFile.uploader_space.is_not(None))
    _check(session, everybody, 50 * most, 10 * most_bytes - length)


def _check(session: Session, whose: tuple[ColumnElement[bool], ColumnElement[bool]], most: int, room: int) -> None:
    on_way = select(func.count(), func.coalesce(func.sum(MediaUpload.length), 0)).where(whose[0], MediaUpload.state == "open")
    free = select(func.coalesce(func.sum(MediaFile.size), 0)).where(whose[1], MediaFile.record_kind.is_(None))
    count, sending = session.execute(on_way).one()
    if count >= most or sending + (session.scalar(free) or 0) > room:
        raise TooMany(retry_after=600)


def _one_at_a_time(session: Session, owner: str) -> None:
    """On PostgreSQL two requests would each not see the other's upload; on SQLite writers come one after the other anyway."""
    if session.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(hashlib.sha256(f"uploads\0{owner}".encode()).digest()[:8], "big", signed=True)
        session.execute(select(func.pg_advisory_xact_lock(number)))
