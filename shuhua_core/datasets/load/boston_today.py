"""The real set as if it had been published this week, for the demo: its order, spans and weekdays are kept, its year is not.

``shuhua import boston`` does not use this: there the times are those of the records.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from shuhua_core.datasets.boston import ServiceCase

_WEEK = timedelta(weeks=1)
_BACKLOG = timedelta(weeks=2)
"""So long past its deadline, or past its opening where it has none, an open case still waits in the demo."""
_NOTE = "Still open in the record when it was published; closed for the demonstration."


def as_of_today(cases: Sequence[ServiceCase], now: datetime) -> list[ServiceCase]:
    """The cases moved by so many whole weeks that the last thing the set tells of happened within the week before ``now``.

    The set was published with a backlog of months. Of its open cases, those that had waited too long by then are told so and
    closed a while after their deadline, without work, so that a leader looks at a service that is alive.
    """
    published = max((moment for case in cases for moment in (case.opened_at, case.closed_at) if moment), default=now)
    by = (now - published) // _WEEK * _WEEK
    return [_moved(_without_backlog(case, published), by) for case in cases]


def _without_backlog(case: ServiceCase, published: datetime) -> ServiceCase:
    if case.outcome != "open":
        return case
    closes_at = (case.due_at or case.opened_at) + _BACKLOG
    if closes_at > published:
        return case
    return replace(case, outcome="answered", open=False, closed_at=closes_at, closing_note=_NOTE)


def _moved(case: ServiceCase, by: timedelta) -> ServiceCase:
    return replace(
        case,
        opened_at=case.opened_at + by,
        due_at=case.due_at and case.due_at + by,
        closed_at=case.closed_at and case.closed_at + by,
    )
