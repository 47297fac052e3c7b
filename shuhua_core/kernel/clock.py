"""The one source of time. Everything stored is timezone-aware UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol

AHEAD = timedelta(minutes=10)
BEHIND = timedelta(days=30)
"""What was made without a network comes late, but not that late, and never before it was made."""
_MOST = 2**31 - 1


def is_skewed(captured_at: datetime | None, now: datetime) -> bool:
    """Whether the clock cannot be right that says that what comes now was made at ``captured_at``. It decides nothing else."""
    return captured_at is not None and not -BEHIND <= captured_at - now <= AHEAD


def skew_of(device_time: datetime, now: datetime) -> int:
    """Seconds by which a device's clock is ahead of ours; as much as a column holds."""
    return max(-_MOST, min(_MOST, round((device_time - now).total_seconds())))


def is_wrong(skew: int | None) -> bool:
    """Whether a clock that is ahead by so many seconds is wrong, and not just imprecise."""
    return skew is not None and abs(skew) > AHEAD.total_seconds()


class Clock(Protocol):
    """Says what time it is."""

    def now(self) -> datetime:
        """The present moment, timezone-aware UTC."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present moment, timezone-aware UTC."""
        return datetime.now(UTC)


class SetClock:
    """A clock that stands where it is put: for replays and tests."""

    def __init__(self, moment: datetime) -> None:
        self.set(moment)

    def set(self, moment: datetime) -> None:
        """Put the clock to ``moment`` (timezone-aware)."""
        if moment.tzinfo is None:
            raise ValueError("a clock needs a timezone-aware moment")
        self._moment = moment.astimezone(UTC)

    def now(self) -> datetime:
        """The moment that was set."""
        return self._moment
