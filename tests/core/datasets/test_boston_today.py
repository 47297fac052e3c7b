"""The real set as the demo shows it: moved to now, without its backlog of months, and else as it was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache

from shuhua_core.datasets import boston
from shuhua_core.datasets.boston import ServiceCase
from shuhua_core.datasets.load.boston_load import BostonReplay
from shuhua_core.datasets.load.boston_today import as_of_today
from shuhua_core.datasets.load.divisions_load import known_divisions, load_divisions
from shuhua_core.datasets.load.report import ImportReport
from shuhua_core.kernel.steps import Step
from tests.core.datasets.conftest import Empty

NOW = datetime(2026, 11, 30, 9, 30, tzinfo=UTC)


@cache
def whole() -> list[ServiceCase]:
    return boston.read()[0]


def test_all_moves_by_the_same_whole_weeks_to_end_within_the_week_before_now() -> None:
    moved = as_of_today(whole(), NOW)
    spans = {after.opened_at - before.opened_at for before, after in zip(whole(), moved, strict=True)}
    assert len(spans) == 1
    assert spans.pop() % timedelta(weeks=1) == timedelta()
    last = max(moment for case in moved for moment in (case.opened_at, case.closed_at) if moment)
    assert NOW - timedelta(weeks=1) < last <= NOW
    for before, after in zip(whole(), moved, strict=True):
        if before.outcome != "open":
            assert (after.outcome, after.closing_note, after.address) == (before.outcome, before.closing_note, before.address)
            assert before.closed_at is None or after.closed_at - after.opened_at == before.closed_at - before.opened_at


def test_an_open_case_of_the_backlog_is_closed_and_says_so_and_a_fresh_one_waits() -> None:
    moved = {case.case_id: case for case in as_of_today(whole(), NOW)}
    opened = [case for case in whole() if case.outcome == "open"]
    waiting = [moved[case.case_id] for case in opened if moved[case.case_id].outcome == "open"]
    closed = [moved[case.case_id] for case in opened if moved[case.case_id].outcome == "answered"]
    assert len(waiting) + len(closed) == len(opened)
    assert 50 < len(waiting) < 150
    assert all((case.due_at or case.opened_at) > NOW - timedelta(weeks=3) for case in waiting)
    assert all("closed for the demonstration" in case.closing_note and case.closed_at <= NOW for case in closed)


def test_nothing_of_a_replay_lies_ahead_of_now(empty: Empty) -> None:
    deployment = empty()
    for _count in load_divisions(deployment, known_divisions()["boston"]):
        pass
    now = deployment.clock.now()
    cases = as_of_today(whole(), now)
    late = sorted((case for case in cases if case.closed_at), key=lambda case: case.closed_at)[-30:]
    replay = BostonReplay(deployment, ImportReport())
    assert sum(replay.run(late)) == replay.count(late)
    with deployment.database.read() as session:
        steps = [step.at for step in session.query(Step)]
    assert steps
    assert max(steps) <= now
