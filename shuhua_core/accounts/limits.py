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
from typing import Any

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
        "INSERT INTO rate_counters (kind, key, count, window_ends_at) VALUES (:kind, :key, :step, :ends) "
        "ON CONFLICT (kind, key) DO UPDATE SET "
        "count = CASE WHEN rate_counters.window_ends_at <= :now THEN :step ELSE rate_counters.count + :step END, "
        "window_ends_at = CASE WHEN rate_counters.window_ends_at <= :now THEN :ends ELSE rate_counters.window_ends_at END "
        "RETURNING count AS tries, window_ends_at"
    )
    .bindparams(
        bindparam("kind", type_=String),
        bindparam("key", type_=String),
        bindparam("step", type_=Integer),
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


def count(  # noqa: PLR0917
    session: Session, secret: str, limits: Iterable[Limit], window: timedelta, now: datetime, once: str | None = None
) -> int | None:
    """Count one try against each limit, in a transaction of its own; gives the seconds to wait when one is passed.

    ``once`` names what is sent: sent again within the window, because an answer was lost, it is not counted again.
    """
    wait: list[int] = []

    def counted(kind: str, value: str, step: int) -> Any:
        key = hmac.new(secret.encode(), value.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
        return session.execute(_COUNT, {"kind": kind, "key": key, "step": step, "now": now, "ends": now + window}).one()

    step = 1 if once is None or counted("once", once, 1).tries == 1 else 0
    # In one order for everybody, so that two tries never wait for each other crosswise.
    for limit in sorted(limits, key=lambda each: (each.kind, each.value)):
        row = counted(limit.kind, limit.value, step)
        if row.tries > limit.most:
            wait.append(max(1, round((row.window_ends_at - now).total_seconds())))
    return max(wait) if wait else None


def sweep(session: Session, now: datetime) -> None:
    """Forget windows that have ended."""
    session.execute(delete(RateCounter).where(RateCounter.window_ends_at <= now))
