"""Exactly once by the client's key: the answer is stored in the transaction of its effect.

``space`` is the key space: a user, or for an anonymous reporter the secret that their client made. A process that dies
in between has committed neither effect nor key, so the key is free again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, String, bindparam, delete, func, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from .db import Base
from .errors import KeyInFlight, KeyReused
from .prepared import Prepared

KEPT_FOR = timedelta(days=30)
"""How long an answer is kept: longer than a phone may stay without a network."""


class StoredAnswer(Base):
    """The first, successful answer to one key."""

    __tablename__ = "idempotency_keys"

    space: Mapped[str] = mapped_column(String(80), primary_key=True)
    key: Mapped[str] = mapped_column(String(36), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    location: Mapped[str | None] = mapped_column(String(200))
    body: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(index=True)


_TABLE = StoredAnswer.__table__
_LOCK = Prepared(select(func.pg_try_advisory_xact_lock(bindparam("number", type_=BigInteger)).label("taken")))
_STORED = Prepared(select(_TABLE).where(_TABLE.c.space == bindparam("space"), _TABLE.c.key == bindparam("key")))
_STORE = Prepared(insert(_TABLE), [column.name for column in _TABLE.c])  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, body and Location of an answer; ``replayed`` tells that it was given before."""

    status: int
    body: Any
    """Plain values, or JSON that has been written already (:class:`orjson.Fragment`)."""
    location: str | None = None
    replayed: bool = False


def fingerprint(method: str, path: str, body: bytes) -> str:
    """What makes two requests the same, as a hash."""
    return hashlib.sha256(b"\0".join((method.encode(), path.encode(), body))).hexdigest()


def claim(session: Session, space: str, key: str, request_fingerprint: str) -> Answer | None:
    """The stored answer of this key, or None when the caller is the first and now carries the request out.

    Raises :class:`KeyReused` for another body and, on PostgreSQL, :class:`KeyInFlight` while the first one runs; on SQLite
    writers come one after the other, so the second waits and is given the first one's answer.
    """
    if session.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(hashlib.sha256(f"{space}\0{key}".encode()).digest()[:8], "big", signed=True)
        if not _LOCK.scalar(session, {"number": number}):
            raise KeyInFlight(retry_after=1)
    stored = _STORED.row(session, {"space": space, "key": key})
    if stored is None:
        return None
    if stored.fingerprint != request_fingerprint:
        raise KeyReused()
    return Answer(stored.status, stored.body, stored.location, replayed=True)


def store(session: Session, space: str, key: str, request_fingerprint: str, answer: Answer, now: datetime) -> None:  # noqa: PLR0917
    """Keep a successful answer. The primary key, not the look-up before, is what rules out a second one."""
    row = {
        "space": space,
        "key": key,
        "fingerprint": request_fingerprint,
        "status": answer.status,
        "location": answer.location,
        "body": answer.body,
        "created_at": now,
    }
    session.flush()
    _STORE.run(session, row)


def sweep(session: Session, now: datetime) -> int:
    """Forget answers older than :data:`KEPT_FOR`; returns how many."""
    result = session.execute(delete(StoredAnswer).where(StoredAnswer.created_at < now - KEPT_FOR))
    return int(result.rowcount)  # type: ignore[attr-defined]
