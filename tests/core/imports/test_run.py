"""The worker's part of an import: stretches that continue, one worker at a time, and an end that leaves whole chunks."""

import pytest
from sqlalchemy import func, select

from shuhua_core.accounts.models import User
from shuhua_core.archives.models import Customer
from shuhua_core.archives.service import CustomerService
from shuhua_core.audit.models import AuditEntry
from shuhua_core.imports import run
from shuhua_core.imports.models import Import
from shuhua_core.imports.rows import RowSaver
from shuhua_core.imports.service import KEPT, ImportService, rows_of, sweep
from shuhua_core.kernel.actor import SYSTEM
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.testing.world import build_world

ROWS = [["编号", "名称", "电话"], *([f"KH-R-{n}", f"第{n}小学", "139 0000 0001"] for n in range(250))]


@pytest.fixture
def actor(deployment: Deployment):
    """The dispatcher of a small world."""
    with deployment.database.write() as session:
        return build_world(session).actor("dispatcher")


@pytest.fixture
def confirmed(deployment: Deployment, actor, monkeypatch):
    """Id of an import that has been tried and confirmed; from here on each stretch is one chunk."""
    with deployment.database.write() as session:
        entry = ImportService(deployment.context(session, actor), "customers").start(ROWS, filename="a.xlsx", locale="en")
    while run.run_due(deployment):
        pass
    with deployment.database.write() as session:
        ImportService(deployment.context(session, actor), "customers").confirm(entry.id)
    monkeypatch.setattr(run, "STRETCH_SECONDS", -1.0)
    monkeypatch.setattr(run, "CHUNK", 100)
    return entry.id


def state_of(deployment, import_id):
    with deployment.database.read() as session:
        entry = session.get_one(Import, import_id)
        count = session.scalar(select(func.count()).select_from(Customer).where(Customer.number.startswith("KH-R-")))
        return entry.state, entry.position, entry.added, count


def test_a_stretch_goes_on_where_the_last_one_ended(deployment, confirmed):
    assert state_of(deployment, confirmed) == ("importing", 0, 0, 0)
    seen = []
    while run.run_due(deployment):
        seen.append(state_of(deployment, confirmed))
    assert seen == [("importing", 100, 100, 100), ("importing", 200, 200, 200), ("done", 250, 250, 250)]


def test_no_second_worker_takes_an_import_that_one_has_in_hand(deployment, confirmed):
    with deployment.database.write() as session:
        session.get_one(Import, confirmed).lease_until = deployment.clock.now() + run.LEASE
    assert run.run_due(deployment) == 0


def test_a_fault_of_ours_ends_it_and_leaves_whole_chunks(deployment, confirmed, monkeypatch):
    run.run_due(deployment)
    saved, save = [], RowSaver.save

    def fall(self, cells):
        saved.append(cells)
        if len(saved) == 50:
            raise RuntimeError("a fault")
        return save(self, cells)

    monkeypatch.setattr(RowSaver, "save", fall)
    run.run_due(deployment)
    assert state_of(deployment, confirmed) == ("failed", 100, 100, 100)
    assert run.run_due(deployment) == 0


def test_it_ends_when_its_owner_is_disabled(deployment, actor, confirmed):
    run.run_due(deployment)
    with deployment.database.write() as session:
        session.get_one(User, actor.user_id).active = False
    run.run_due(deployment)
    assert state_of(deployment, confirmed)[:2] == ("cancelled", 100)


def test_rows_are_the_same_as_those_that_were_typed(deployment, actor, confirmed):
    while run.run_due(deployment):
        pass
    with deployment.database.write() as session:
        ctx = deployment.context(session, actor)
        typed = CustomerService(ctx).create({"number": "KH-T", "name": "第7小学", "phone": "139 0000 0001"})
        brought = session.scalars(select(Customer).where(Customer.number == "KH-R-7")).one()
        own = {"id", "number", "created_at", "updated_at"}
        columns = [column.key for column in Customer.__table__.columns if column.key not in own]
        assert [getattr(typed, name) for name in columns] == [getattr(brought, name) for name in columns]
        session.flush()
        entries = {
            each.record_id: (each.event, each.actor_id)
            for each in session.scalars(select(AuditEntry).where(AuditEntry.record_kind == "customer"))
        }
        assert entries[typed.id] == entries[brought.id]


def test_rows_are_forgotten_after_some_days_and_the_import_is_not(deployment, confirmed):
    deployment.clock.set(deployment.clock.now() + KEPT * 2)
    with deployment.database.write() as session:
        sweep(deployment.context(session, SYSTEM))
    with deployment.database.read() as session:
        entry = session.get_one(Import, confirmed)
        assert (entry.kept, entry.total) == (False, 250)
        assert list(rows_of(session, entry)) == []
