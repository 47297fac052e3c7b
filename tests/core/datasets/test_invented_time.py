"""How time passes in the invented deployment."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuhua_core.datasets.invented_time import ReportTimes, after_work

SHANGHAI = ZoneInfo("Asia/Shanghai")
FRIDAY = datetime(2026, 11, 20, 17, 0, tzinfo=SHANGHAI)

moments = st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.parametrize(("minutes", "day", "hour", "minute"), [(20, 20, 17, 20), (60, 21, 9, 0), (30 + 9 * 60 + 1, 23, 8, 31)])
def test_evenings_and_sundays_do_not_count(minutes, day, hour, minute):
    assert after_work(FRIDAY, minutes) == datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


def test_urgent_matters_go_on_in_the_evening_and_on_sundays():
    assert after_work(FRIDAY, 240, urgent=True) == datetime(2026, 11, 20, 21, 0, tzinfo=SHANGHAI)
    sunday = datetime(2026, 11, 22, 10, 0, tzinfo=SHANGHAI)
    assert after_work(sunday, 60, urgent=True) == sunday + timedelta(hours=1)


@given(moments, st.integers(0, 5000), st.booleans())
def test_work_ends_later_than_it_begins_and_within_working_hours(moment, minutes, urgent):
    done = after_work(moment, minutes, urgent=urgent)
    assert done >= moment - timedelta(seconds=1)
    local = done.astimezone(SHANGHAI)
    opens, closes = ((7, 0), (22, 0)) if urgent else ((8, 30), (17, 30))
    assert opens <= (local.hour, local.minute) <= closes
    assert urgent or local.weekday() < 6


@given(moments, st.integers(1, 400), st.lists(st.floats(0, 1), min_size=2, max_size=20))
def test_reports_come_in_order_between_the_two_ends(start, days, shares):
    end = start + timedelta(days=days)
    times = ReportTimes(start, end)
    found = [times.at(share) for share in sorted(shares)]
    assert found == sorted(found)
    assert start - timedelta(seconds=1) <= found[0]
    assert found[-1] <= end
