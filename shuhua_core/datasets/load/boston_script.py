"""When what happened to a case of the real set: its record tells the beginning and the end, a plain rule the steps between."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from shuhua_core.datasets.boston import ServiceCase

_OPEN_STEPS = (0, 0, 0, 1, 1, 1, 2, 3, 4, 4)
"""How far an open case has come, by the last digit of its number: the record only tells that it is open."""
_STEPS = ("approve", "allocate", "accept", "assign")
_SHARES = {"approve": 0.1, "allocate": 0.2, "accept": 0.3, "assign": 0.4, "start": 0.7}
"""When a step is taken, as a share of the time from opening to closing."""
_SOONEST = {
    "approve": timedelta(hours=4),
    "allocate": timedelta(hours=6),
    "accept": timedelta(hours=12),
    "assign": timedelta(hours=16),
}
"""But not later than this after the opening, however long the case took."""
_NO_FAULT = re.compile(r"no (?:problem|issue|fault)s? found|not found|nothing wrong|working properly", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that happens to a case."""

    at: datetime
    case: ServiceCase
    action: str


def deeds(cases: Iterable[ServiceCase], confirm_days: int) -> list[Deed]:
    """All that happens to the cases, in order of time; what happens to one case at one moment stays in order."""
    found = [deed for case in cases for deed in _of(case, timedelta(days=confirm_days, minutes=1))]
    found.sort(key=lambda deed: deed.at)
    return found


def _of(case: ServiceCase, confirm_after: timedelta) -> Iterator[Deed]:
    opened, closed = case.opened_at, case.closed_at
    yield Deed(opened, case, "report")
    if case.outcome == "open" or closed is None:
        steps = _STEPS[: _OPEN_STEPS[int(case.case_id[-1])]] if case.outcome == "open" else _STEPS[:1]
        for action in steps:
            yield Deed(opened + _SOONEST[action], case, action)
        return
    span = closed - opened
    if case.outcome == "completed":
        for action, share in _SHARES.items():
            yield Deed(opened + min(span * share, _SOONEST.get(action, span)), case, action)
        yield Deed(closed, case, "complete")
        yield Deed(closed + confirm_after, case, "confirm")
    elif case.outcome == "answered":
        yield Deed(closed, case, "answer")
        yield Deed(closed + confirm_after, case, "confirm")
    else:
        yield Deed(closed, case, "reject" if case.outcome == "rejected" else "merge")


def result_of(case: ServiceCase) -> dict[str, str]:
    """How the work ended, as the record tells. It never says why something broke, so nothing is made up."""
    note = case.closing_note if len(case.closing_note) > 1 else "Case resolved"
    return {
        "result": "no_fault" if _NO_FAULT.search(note) else "repaired",
        "cause_code": "unknown",
        "remedy": note[:1000],
    }
