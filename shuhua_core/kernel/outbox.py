"""Events on their way out: written with the change, delivered by the worker at least once, with a stable id."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, func, insert, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from .db import Base
from .events import Event
from .leaving import take_left
from .prepared import Prepared
from .types import BigInt

MAX_ATTEMPTS = 12
FIRST_BACKOFF = timedelta(seconds=5)
LONGEST_BACKOFF = timedelta(hours=6)


class OutboxEntry(Base):
    """One event and the state of its delivery. Ends with either ``done_at`` or ``gave_up_at``."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_open",
            "available_at",
            "id",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_outbox_feed", "txid", "id"),
        Index("ix_outbox_record", "record_kind", "record_id"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    message_id: Mapped[str] = mapped_column(String(36), unique=True)
    txid: Mapped[int] = mapped_column(BigInteger, default=0)
    """PostgreSQL's transaction id, so that readers can stay below the oldest running one; 0 on SQLite."""
    event: Mapped[str] = mapped_column(String(60))
    record_kind: Mapped[str] = mapped_column(String(30))
    record_id: Mapped[int] = mapped_column(BigInt)
    number: Mapped[str | None] = mapped_column(String(40))
    payload: Mapped[dict[str, Any]]
    actor_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    available_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    lease: Mapped[str | None] = mapped_column(String(36))
    ended_at: Mapped[datetime | None]
    """When it was delivered or given up."""
    gave_up: Mapped[bool] = mapped_column(default=False)
    last_error: Mapped[str | None] = mapped_column(String(300))
    delivered: Mapped[list[Any]] = mapped_column(default=list)
    """Names of the deliveries that went well already, so that a retry repeats only the others."""


def append(session: Session, model: type[Base], row: Mapping[str, Any]) -> None:
    """Append to a log that is read in commit order, with PostgreSQL's transaction id."""
    _appending(model, session.get_bind().dialect.name, tuple(row)).run(session, row)


@cache
def _appending(model: type[Base], dialect: str, columns: tuple[str, ...]) -> Prepared:
    statement = insert(model.__table__)  # type: ignore[arg-type]
    if dialect == "postgresql":
        statement = statement.values(txid=text("(pg_current_xact_id()::text)::bigint"))
    return Prepared(statement, columns)


def add(session: Session, event: Event, *, actor_id: int | None, now: datetime) -> None:
    """Write ``event`` to the outbox in the session's transaction.

    A replay of history (``session.info["silent"]``) writes entries that have ended already, so that nobody is notified. What is
    only tried (``session.info["tried"]``) is taken back in the end, and no entry is made of it.
    """
    if session.info.get("tried"):
        return
    payload: dict[str, Any] = {"action": event.action, "before": event.before, "after": event.after, "values": dict(event.values)}
    left = take_left(session, event.record_kind, event.record_id)
    if left:
        payload["left"] = left
    row = {
        "message_id": str(uuid.uuid4()),
        "event": event.name,
        "record_kind": event.record_kind,
        "record_id": event.record_id,
        "number": event.number,
        "payload": payload,
        "actor_id": actor_id,
        "created_at": now,
        "available_at": now,
        "ended_at": now if session.info.get("silent") else None,
        "delivered": [],
    }
    append(session, OutboxEntry, row)


def any_due(session: Session, now: datetime) -> bool:
    """Whether :func:`claim` would find anything; a cheap look before a writing transaction."""
    due = select(OutboxEntry.id).where(OutboxEntry.ended_at.is_(None), OutboxEntry.available_at <= now)
    return session.scalar(due.limit(1)) is not None


def claim(
    session: Session, *, now: datetime, limit: int = 50, lease_for: timedelta = timedelta(minutes=2)
) -> Sequence[OutboxEntry]:
    """Lease up to ``limit`` due entries in order of their ids; the caller commits, delivers, then settles each.

    An entry whose worker died comes back when its lease runs out, since a lease only moves ``available_at``.
    """
    entries = session.scalars(
        select(OutboxEntry)
        .where(OutboxEntry.ended_at.is_(None), OutboxEntry.available_at <= now)
        .order_by(OutboxEntry.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    lease = str(uuid.uuid4())
    for entry in entries:
        entry.lease = lease
        entry.attempts += 1
        entry.available_at = now + lease_for
    session.flush()
    return entries


def settle(
    session: Session, entry_id: int, lease: str, *, now: datetime, error: str | None = None, delivered: Sequence[str] = ()
) -> bool:
    """Note how a delivery ended. Returns False when the lease was lost to another worker meanwhile.

    A failed entry comes back after 5 s, 10 s, 20 s ... at most 6 h, and is given up, visibly, after 12 attempts.
    """
    entry = session.get(OutboxEntry, entry_id, with_for_update=True)
    if entry is None or entry.lease != lease or entry.ended_at is not None:
        return False
    entry.lease = None
    entry.delivered = list(delivered)
    if error is None:
        entry.ended_at, entry.last_error = now, None
    else:
        entry.last_error = error[:300]
        if entry.attempts >= MAX_ATTEMPTS:
            entry.ended_at, entry.gave_up = now, True
        else:
            entry.available_at = now + min(FIRST_BACKOFF * 2 ** (entry.attempts - 1), LONGEST_BACKOFF)
    return True


_CLEAR = text("SELECT pg_stat_clear_snapshot()")
_RUNNING = text(
    """
    SELECT (pg_snapshot_xmin(pg_current_snapshot())::text)::bigint AS oldest,
           (pg_snapshot_xmax(pg_current_snapshot())::text)::bigint AS next,
           (SELECT bool_or(query = '<insufficient privilege>') FROM pg_stat_activity
            WHERE datname = current_database()) AS hidden,
           ARRAY(SELECT (backend_xid::text)::bigint FROM pg_stat_activity
                 WHERE datname = current_database() AND backend_xid IS NOT NULL
                 UNION ALL SELECT (transaction::text)::bigint FROM pg_prepared_xacts WHERE database = current_database()) AS ids
    """
)


def feed_boundary(session: Session) -> int | None:
    """The transaction id below which every entry is visible to the next statement; None on SQLite, whose writers queue.

    Only transactions of this database hold it back: others of the same server may run for hours. Tests replace it by
    ``session.info["feed_boundary"]``.
    """
    if "feed_boundary" in session.info:
        return session.info["feed_boundary"]  # type: ignore[no-any-return]
    if session.get_bind().dialect.name != "postgresql":
        return None
    # The list of sessions is kept for a whole transaction unless it is cleared; it is read after the snapshot that gives
    # ``next``, so that whatever began before and is not in it has ended, and the next statement sees its rows.
    session.execute(_CLEAR)
    running = session.execute(_RUNNING).one()
    if running.hidden:
        oldest: int = running.oldest  # sessions of other roles, of which we may not see more: stay below everything
        return oldest
    next_id: int = running.next
    return min([next_id, *(full_id(each, next_id) for each in running.ids)])


def full_id(short: int, near: int) -> int:
    """The 64-bit transaction id near ``near``, of which PostgreSQL shows the lower half."""
    return near + (short - near + 2**31) % 2**32 - 2**31


def backlog(session: Session, now: datetime) -> tuple[int, int, datetime | None]:
    """(waiting, given up, creation of the oldest waiting) for the health page and the metrics."""
    waiting, oldest = session.execute(
        select(func.count(), func.min(OutboxEntry.created_at)).where(OutboxEntry.ended_at.is_(None))
    ).one()
    given_up = session.scalar(select(func.count()).where(OutboxEntry.gave_up.is_(True))) or 0
    return waiting, given_up, oldest


def retry_given_up(session: Session, entry_id: int, now: datetime) -> bool:
    """Give an entry that was given up another round. False when there is no such entry."""
    result = session.execute(
        update(OutboxEntry)
        .where(OutboxEntry.id == entry_id, OutboxEntry.gave_up.is_(True))
        .values(gave_up=False, ended_at=None, attempts=0, available_at=now)
    )
    return bool(result.rowcount)  # type: ignore[attr-defined]
