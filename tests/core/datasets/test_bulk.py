"""The two ways of loading an invented deployment."""

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from shuhua_core.datasets.invent import Plan, plan
from shuhua_core.datasets.load import bulk
from shuhua_core.datasets.load.bulk import BulkLoad, deeds
from shuhua_core.datasets.load.replay import Replay
from shuhua_core.kernel.actor import SYSTEM
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.repairs.service import RepairService
from shuhua_core.sites.cells import fold_waiting
from shuhua_core.sites.models import Equipment
from shuhua_core.tasks.models import Task
from tests.conftest import NOW
from tests.core.datasets.conftest import Empty, load_divisions_of
from tests.core.datasets.snapshot import snapshot


def run(parts: Iterator[tuple[str, Iterator[int], int]]) -> dict[str, tuple[int, int]]:
    """Runs all parts; what was done and what was announced, by name."""
    return {name: (sum(steps), total) for name, steps, total in parts}


def loaded(empty: Empty, planned: Plan, way: type[BulkLoad] | type[Replay]) -> Deployment:
    deployment = empty()
    load_divisions_of(deployment, planned)
    run(way(deployment, planned).parts())
    fold_waiting(deployment)
    return deployment


@pytest.mark.parametrize(("seed", "repairs"), [(1, 60), (7, 160)])
def test_both_ways_make_the_same_rows(empty: Empty, seed: int, repairs: int) -> None:
    planned = plan(seed, sites=24, repairs=repairs, ends_at=NOW, years=1)
    found = []
    for way in (Replay, BulkLoad):
        deployment = loaded(empty, planned, way)
        with deployment.database.read() as session:
            found.append(snapshot(session))
    services, in_bulk = found
    assert services.keys() == in_bulk.keys()
    for table, rows in services.items():
        if table == "numbers" and deployment.database.dialect == "postgresql":
            continue  # there the services take numbers in blocks
        assert rows - in_bulk[table] == {}, table
        assert in_bulk[table] - rows == {}, table
    filled = {table for table, rows in in_bulk.items() if rows}
    with deployment.database.read() as session:
        assert {"replaced", "watched", "to_scrap", "in_stock", "to_install", "removed", "scrapped"} & set(
            session.scalars(select(Equipment.state))
        )
    assert {"repairs", "tasks", "followups", "steps", "outbox", "audit", "messages", "contacts", "media_files"} <= filled


def test_the_records_end_in_the_states_of_the_plan(empty: Empty) -> None:
    planned = plan(3, sites=20, repairs=60, ends_at=NOW, years=1)
    deployment = loaded(empty, planned, BulkLoad)
    with deployment.database.read() as session:
        states = list(session.scalars(select(RepairRequest.state).order_by(RepairRequest.id)))
        tasks = sorted(session.scalars(select(Task.state)))
    assert states == [repair.final_state for repair in planned.repairs()]
    assert tasks == sorted(state for repair in planned.repairs() for state in repair.task_states)


def test_work_goes_on_after_a_bulk_load(empty: Empty) -> None:
    planned = plan(4, sites=10, repairs=20, ends_at=NOW, years=1)
    deployment = loaded(empty, planned, BulkLoad)
    with deployment.database.write() as session:
        system = deployment.context(session, SYSTEM)
        made = RepairService(system).report({"symptom": "摆腿松动", "division_code": None})
        assert made.id == session.scalar(select(func.max(RepairRequest.id)))


def test_deeds_come_in_the_order_of_the_timeline() -> None:
    planned = plan(5, sites=30, repairs=200, ends_at=NOW, years=1)
    streamed = [(repair.key, step) for repair, step in deeds(planned)]
    assert streamed == [(repair.key, step) for _at, repair, step in planned.timeline()]


def test_a_bulk_load_keeps_little_in_memory(empty: Empty) -> None:
    planned = plan(6, sites=60, repairs=300, ends_at=NOW, years=2)
    deployment = empty()
    load_divisions_of(deployment, planned)
    most = 0
    original = bulk.BulkHistory.forget

    def watched(self: bulk.BulkHistory) -> None:
        nonlocal most
        original(self)
        most = max(most, self.kept())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bulk, "DEEDS_AT_ONCE", 200)
        patch.setattr(bulk.BulkHistory, "forget", watched)
        run(BulkLoad(deployment, planned).parts())
    assert 0 < most < 100
