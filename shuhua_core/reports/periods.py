"""Weeks, months, quarters and years of a deployment's calendar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

KINDS = ("week", "month", "quarter", "year")
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True)
class Period:
    """From its first day to its last, both included."""

    kind: str
    first: date
    last: date

    @property
    def before(self) -> Period:
        """The period of the same kind that ends the day before."""
        return period_of(self.kind, self.first - timedelta(days=1))

    @property
    def after(self) -> Period:
        """The period of the same kind that begins the day after."""
        return period_of(self.kind, self.last + timedelta(days=1))

    @property
    def name(self) -> str:
        """``2026-W47``, ``2026-11``, ``2026-Q4`` or ``2026``."""
        if self.kind == "week":
            year, week, _day = self.first.isocalendar()
            return f"{year}-W{week:02}"
        if self.kind == "quarter":
            return f"{self.first.year}-Q{self.first.month // 3 + 1}"
        return self.first.strftime("%Y-%m" if self.kind == "month" else "%Y")

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """The moment at which it begins and the one at which the next begins, in UTC."""
        return midnight(self.first, zone), midnight(self.last + timedelta(days=1), zone)


def period_of(kind: str, day: date) -> Period:
    """The period of that kind (one of :data:`KINDS`) in which the day lies; a week begins on Monday."""
    if kind == "week":
        monday = day - timedelta(days=day.weekday())
        return Period(kind, monday, monday + timedelta(days=6))
    months = _MONTHS[kind]
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    following = first.month + months
    beyond = date(first.year + (following > 12), following - 12 * (following > 12), 1)
    return Period(kind, first, beyond - timedelta(days=1))


def weeks_until(day: date, count: int) -> Sequence[Period]:
    """That many weeks, the last the one in which the day lies."""
    last = period_of("week", day).first
    return [period_of("week", last - timedelta(weeks=back)) for back in reversed(range(count))]


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When a day begins there, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)
