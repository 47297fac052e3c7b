"""When things happen in the invented deployment: when people report, and how working hours pass."""

from bisect import bisect_left, bisect_right
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from shuhua_core.datasets.invented_world import ZONE

_HOUR = timedelta(hours=1)
# Reports by month, weekday from Monday and hour, in no unit: spring and autumn bring people out of doors.
_MONTHS = (0.6, 0.5, 0.9, 1.1, 1.3, 1.2, 1.1, 1.0, 1.2, 1.3, 1.0, 0.8)
_WEEKDAYS = (1.2, 1.1, 1.0, 1.0, 1.0, 0.8, 0.7)
_HOURS = (1, 1, 1, 1, 1, 2, 6, 14, 30, 40, 42, 30, 16, 20, 34, 38, 36, 30, 26, 22, 14, 8, 4, 2)

# Minutes of the day in which people work: the office Monday to Saturday, urgent matters every day and longer.
_OFFICE = (8 * 60 + 30, 17 * 60 + 30)
_URGENT = (7 * 60, 22 * 60)
_SUNDAY = 6


class ReportTimes:
    """The moments of so many reports between two moments, in order: denser in season, on weekdays and by day."""

    def __init__(self, starts_at: datetime, ends_at: datetime) -> None:
        begin = starts_at.astimezone(UTC)
        count = max(1, -(-(ends_at - begin) // _HOUR))
        self._begins = [begin + hour * _HOUR for hour in range(count)]
        self._ends_at = ends_at.astimezone(UTC)
        self._sums = list(accumulate(self._weight(hour) for hour in self._begins))

    def at(self, share: float) -> datetime:
        """The moment by which ``share`` (0 to 1) of all reports have come."""
        wanted = share * self._sums[-1]
        hour = min(bisect_right(self._sums, wanted), len(self._begins) - 1)
        before = self._sums[hour - 1] if hour else 0.0
        within = (wanted - before) / (self._sums[hour] - before)
        begin = self._begins[hour]
        moment = begin + min(_HOUR, self._ends_at - begin) * within
        return moment.replace(microsecond=0)

    def share_of(self, moment: datetime) -> float:
        """The share of all reports that have come by then."""
        hour = max(0, bisect_left(self._begins, moment) - 1)
        return self._sums[hour] / self._sums[-1]

    def _weight(self, hour: datetime) -> float:
        local = hour.astimezone(ZONE)
        part = min(1.0, (self._ends_at - hour) / _HOUR)
        return part * _MONTHS[local.month - 1] * _WEEKDAYS[local.weekday()] * _HOURS[local.hour]


def after_work(moment: datetime, minutes: float, *, urgent: bool = False) -> datetime:
    """The moment when so many working minutes have passed since ``moment``, to the second, in UTC."""
    opens, closes = _URGENT if urgent else _OFFICE
    local = moment.astimezone(ZONE)
    day = local.replace(hour=0, minute=0, second=0, microsecond=0)
    now = max((local - day).total_seconds() / 60, opens)
    while True:
        works = urgent or day.weekday() != _SUNDAY
        if works and now + minutes <= closes:
            return (day + timedelta(seconds=round((now + minutes) * 60))).astimezone(UTC)
        if works:
            minutes -= max(0.0, closes - now)
        day += timedelta(days=1)
        now = opens
