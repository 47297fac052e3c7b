"""The real set, replayed through the services."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice

import pytest
from sqlalchemy import func, select

from shuhua_core.accounts.actors import load_actor_by_login
from shuhua_core.audit.models import AuditEntry
from shuhua_core.datasets import boston
from shuhua_core.datasets.boston import ServiceCase
from shuhua_core.datasets.load import boston_load
from shuhua_core.datasets.load.boston_load import BostonReplay, acceptable, external_number
from shuhua_core.datasets.load.divisions_load import known_divisions, load_divisions
from shuhua_core.datasets.load.report import ImportReport
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.kernel.outbox import OutboxEntry
from shuhua_core.kernel.scope import visible
from shuhua_core.kernel.steps import Step
from shuhua_core.messages.models import Message
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.tasks.models import RepairTask, Task
from tests.core.datasets.conftest import Empty
from tests.core.datasets.snapshot import snapshot

STATES = {"completed": "closed", "answered": "closed", "rejected": "rejected"}


@cache
def whole() -> list[ServiceCase]:
    """The set, read once."""
    return boston.read()[0]


@pytest.fixture(scope="module")
def cases() -> list[ServiceCase]:
    """Every hundred-and-twentieth case of the set, with all duplicates and what they are duplicates of."""
    found = whole()
    named = {case.duplicate_of for case in found if case.duplicate_of}
    return [case for n, case in enumerate(found) if n % 120 == 0 or case.outcome == "duplicate" or case.case_id in named]


def load(deployment: Deployment, cases: Sequence[ServiceCase]) -> ImportReport:
    for _count in load_divisions(deployment, known_divisions()["boston"]):
        pass
    report = ImportReport()
    for _done in BostonReplay(deployment, report).run(acceptable(deployment, cases, report)):
        pass
    return report


def one(outcome: str = "completed", **changes: object) -> ServiceCase:
    case = next(case for case in whole() if case.outcome == outcome and case.position and case.due_at)
    return replace(case, **changes)


def test_each_case_comes_as_far_as_its_record_tells(empty: Empty, cases: list[ServiceCase]) -> None:
    deployment = empty()
    report = load(deployment, cases)
    assert (report.read, report.added, report.known) == (len(cases), len(cases), 0)
    with deployment.database.read() as session:
        repairs = {each.external_number: each for each in session.scalars(select(RepairRequest))}
        links = select(RepairTask.repair_id, Task.completed_at).join(Task, Task.id == RepairTask.task_id)
        done = dict(session.execute(links).all())
    for case in cases:
        repair = repairs[external_number(case)]
        assert repair.created_at == case.opened_at
        assert repair.division_code == case.division
        assert (repair.longitude is not None) == (case.position is not None)
        if case.outcome in STATES:
            assert repair.state == STATES[case.outcome]
        elif case.outcome == "duplicate":
            assert repair.state in ("merged", "rejected")
        else:
            assert repair.state in ("pending_review", "in_progress")
        if case.outcome == "completed":
            assert done[repair.id] == case.closed_at


def test_duplicates_go_to_the_case_they_name_or_to_the_nearest_open_one(empty: Empty, cases: list[ServiceCase]) -> None:
    deployment = empty()
    report = load(deployment, cases)
    with deployment.database.read() as session:
        merged = session.scalars(select(RepairRequest).where(RepairRequest.state == "merged")).all()
        targets = {each.id: each for each in session.scalars(select(RepairRequest))}
    assert merged
    assert all(targets[each.merged_into_id].created_at < each.ended_at for each in merged)
    by_number = {external_number(case): case for case in cases}
    named = [each for each in merged if by_number[each.external_number].duplicate_of is not None]
    assert any(
        targets[each.merged_into_id].external_number == f"boston311:{by_number[each.external_number].duplicate_of}"
        for each in named
    )
    duplicates = sum(case.outcome == "duplicate" for case in cases)
    assert len(merged) + sum(each.field == "duplicate_of" for each in report.refused) == duplicates


def test_deadlines_are_those_of_the_record(empty: Empty) -> None:
    deployment, case = empty(), one()
    load(deployment, [case])
    with deployment.database.read() as session:
        assert session.scalars(select(Task.due_at)).all() == [case.due_at]


def test_notices_of_history_arrive_read_and_nothing_waits_in_the_outbox(empty: Empty) -> None:
    deployment = empty()
    load(deployment, [one()])
    with deployment.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Message)) > 0
        assert session.scalar(select(func.count()).where(Message.read_at.is_(None))) == 0
        assert session.scalar(select(func.count()).where(OutboxEntry.ended_at.is_(None))) == 0
        assert session.scalar(select(func.count()).select_from(Step)) > 0
        assert session.scalar(select(func.count()).select_from(AuditEntry)) >= session.scalar(
            select(func.count()).select_from(Step)
        )


def test_a_second_import_changes_nothing(empty: Empty, cases: list[ServiceCase]) -> None:
    deployment, some = empty(), cases[:40]
    load(deployment, some)
    with deployment.database.read() as session:
        before = snapshot(session)
    report = load(deployment, some)
    assert (report.added, report.known) == (0, len(some))
    with deployment.database.read() as session:
        assert snapshot(session) == before


def test_an_interrupted_import_goes_on_where_it_stopped(
    empty: Empty, cases: list[ServiceCase], monkeypatch: pytest.MonkeyPatch
) -> None:
    some = cases[:40]
    finished, stopped = empty(), empty()
    monkeypatch.setattr(boston_load, "CHUNK", 30)
    load(finished, some)
    for _count in load_divisions(stopped, known_divisions()["boston"]):
        pass
    list(islice(BostonReplay(stopped, ImportReport()).run(some), 4))
    load(stopped, some)
    found = []
    for deployment in (finished, stopped):
        with deployment.database.read() as session:
            found.append(Counter(map(tuple, session.execute(select(RepairRequest.external_number, RepairRequest.state)))))
            found.append(Counter(map(tuple, session.execute(select(Task.state, Task.completed_at)))))
    assert found[:2] == found[2:]


def test_the_branch_of_the_set_is_apart_from_the_makers_own(empty: Empty) -> None:
    deployment = empty()
    load(deployment, [one()])
    with deployment.database.read() as session:
        actor = load_actor_by_login(session, "dispatcher_boston")
        seen = session.scalar(select(func.count()).where(visible(RepairRequest, actor, "repairs.view")))
        path = session.scalars(select(RepairRequest.organisation_path)).one()
    assert seen == 1
    assert path == actor.organisation_path


def test_a_case_that_cannot_be_a_request_is_refused_with_its_field(empty: Empty) -> None:
    deployment = empty()
    report = load(deployment, [one(title="x" * 3000), one(case_id="101009999999")])
    assert report.added == 1
    assert [(each.field, each.row) for each in report.refused] == [("symptom", one().case_id)]


def test_an_open_case_waits_for_review_or_for_somebody_to_do_it(empty: Empty) -> None:
    deployment = empty()
    opened = datetime(2015, 6, 1, 15, tzinfo=UTC)
    load(
        deployment,
        [
            one("open", case_id=f"10100900000{digit}", opened_at=opened + timedelta(minutes=digit), due_at=None)
            for digit in range(10)
        ],
    )
    with deployment.database.read() as session:
        assert Counter(session.scalars(select(RepairRequest.state))) == {"pending_review": 3, "in_progress": 7}
        assert set(session.scalars(select(Task.state))) == {"unallocated", "pending_accept", "accepted", "assigned"}
