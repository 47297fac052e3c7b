"""Counts what anybody may do without an account, so that a flood of it is slowed down.

Counters stand in the database: all processes share them. What is counted is kept as a keyed hash, never as an address. A
window ends by itself after its time, whatever is tried meanwhile, so nobody is shut out for good.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Integer, String, bindparam, column, delete, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from shuhua_core.kernel.db import Base
from shuhua_core.kernel.types import UtcDateTime


class RateCounter(Base):
    """How often something was done within the present window; ``key`` is a keyed hash of an address or a code."""

    __tablename__ = "rate_counters"

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int]
    window_ends_at: Mapped[datetime] = mapped_column(index=True)


_COUNT = (
    text(
        "INSERT INTO rate_counters (kind, key, count, window_ends_at) VALUES (:kind, :key, 1, :ends) "
        "ON CONFLICT (kind, key) DO UPDATE SET "
        "count = CASE WHEN rate_counters.window_ends_at <= :now THEN 1 ELSE rate_counters.count + 1 END, "
        "window_ends_at = CASE WHEN rate_counters.window_ends_at <= :now THEN :ends ELSE rate_counters.window_ends_at END "
        "RETURNING count AS tries, window_ends_at"
    )
    .bindparams(
        bindparam("kind", type_=String),
        bindparam("key", type_=String),
        bindparam("now", type_=UtcDateTime),
        bindparam("ends", type_=UtcDateTime),
    )
    .columns(column("tries", Integer), column("window_ends_at", UtcDateTime))
)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``most`` of ``kind`` for one ``value`` (an address, a code) within a window."""

    kind: str
    value: str
    most: int


def count(session: Session, secret: str, limits: Iterable[Limit], window: timedelta, now: datetime) -> int | None:
    """Count one try against each limit, in a transaction of its own; gives the seconds to wait when one is passed."""
    wait: list[int] = []
    # In one order for everybody, so that two tries never wait for each other crosswise.
    for limit in sorted(limits, key=lambda each: (each.kind, each.value)):
        key = hmac.new(secret.encode(), limit.value.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
        row = session.execute(_COUNT, {"kind": limit.kind, "key": key, "now": now, "ends": now + window}).one()
        if row.tries > limit.most:
            wait.append(max(1, round((row.window_ends_at - now).total_seconds())))
    return max(wait) if wait else None


def sweep(session: Session, now: datetime) -> None:
    """Forget windows that have ended."""
    session.execute(delete(RateCounter).where(RateCounter.window_ends_at <= now))
