import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm.session import make_transient

from shuhua_core.audit.chain import START, lay, state, verify
from shuhua_core.audit.models import AuditChain, AuditEntry, SecurityEntry
from shuhua_core.audit.security import write_security
from shuhua_core.kernel.actor import SYSTEM
from shuhua_core.kernel.events import Event


def publish(deployment, count=1, **values):
    with deployment.database.write() as session:
        ctx = deployment.context(session, SYSTEM)
        for number in range(count):
            ctx.publish(Event("things.changed", "thing", number + 1, f"T-{number + 1}", values=values))


def chain(deployment, limit=200):
    with deployment.database.write() as session:
        return lay(session, limit)


def protection_off(session):
    """What only somebody with full power over the database can do."""
    if session.get_bind().dialect.name == "sqlite":
        for table in ("audit", "audit_chain"):
            for what in ("update", "delete"):
                session.execute(text(f"DROP TRIGGER {table}_no_{what}"))
    else:
        session.execute(text("SET session_replication_role = replica"))


def test_every_event_leaves_an_entry_in_its_own_transaction(deployment):
    def fail_after_publishing():
        with deployment.database.write() as session:
            deployment.context(session, SYSTEM).publish(Event("things.changed", "thing", 1))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_publishing()
    publish(deployment)
    with deployment.database.read() as session:
        entry = session.scalars(select(AuditEntry)).one()
        assert (entry.event, entry.record_kind, entry.actor_kind, entry.at) == (
            "things.changed",
            "thing",
            "system",
            deployment.clock.now(),
        )


def test_personal_values_stay_outside_of_the_hash_so_that_erasing_breaks_nothing(deployment):
    with deployment.database.write() as session:
        deployment.context(session, SYSTEM).publish(Event("things.changed", "thing", 1, personal={"note": "电话 139 0000 0000"}))
    chain(deployment)
    with deployment.database.write() as session:
        entry = session.scalars(select(AuditEntry)).one()
        assert "139" not in str(entry.detail)
        entry.personal = None
    with deployment.database.read() as session:
        assert verify(session) is None


def test_the_chain_grows_in_batches_and_holds(deployment):
    publish(deployment, 5)
    assert [chain(deployment, 2), chain(deployment, 2), chain(deployment, 2), chain(deployment, 2)] == [2, 2, 1, 0]
    publish(deployment, 1, amount=1.5, nested={"b": [1, None], "a": "文"})
    assert chain(deployment) == 1
    with deployment.database.read() as session:
        assert verify(session, batch=2) is None
        assert (state(session).links, state(session).waiting) == (6, 0)
        assert state(session).head != START


def test_an_empty_chain_holds(deployment):
    assert chain(deployment) == 0
    with deployment.database.read() as session:
        assert verify(session) is None
        assert state(session).head == START


@pytest.mark.parametrize(
    "statement",
    [
        update(AuditEntry).values(event="things.forged"),
        update(AuditEntry).values(detail={"forged": True}),
        delete(AuditEntry),
        update(AuditChain).values(hash=START),
        delete(AuditChain),
    ],
    ids=["event", "detail", "entry", "link", "links"],
)
def test_the_database_refuses_to_change_the_log(deployment, statement):
    publish(deployment)
    chain(deployment)
    with pytest.raises(DatabaseError, match="append-only"), deployment.database.write() as session:
        session.execute(statement)


@pytest.mark.postgres  # SQLite: it has no TRUNCATE: DELETE above is all there is
def test_the_database_refuses_to_empty_the_log_at_once(deployment):
    publish(deployment)
    with pytest.raises(DatabaseError, match="append-only"), deployment.database.write() as session:
        session.execute(text("TRUNCATE audit CASCADE"))


@pytest.mark.parametrize("model", [AuditEntry, AuditChain, SecurityEntry])
def test_the_mapper_refuses_to_delete_a_line(deployment, model):
    publish(deployment)
    chain(deployment)
    write_security(deployment.database, "sign_in.failed", now=deployment.clock.now())
    with pytest.raises(RuntimeError, match="append-only"), deployment.database.write() as session:
        session.delete(session.scalars(select(model)).first())


def test_the_mapper_refuses_to_change_an_entry(deployment):
    publish(deployment)
    with pytest.raises(RuntimeError, match="never changed"), deployment.database.write() as session:
        session.scalars(select(AuditEntry)).one().number = "T-2"


@pytest.mark.parametrize(
    ("forge", "broken_at"),
    [
        (update(AuditEntry).where(AuditEntry.number == "T-3").values(number="T-9"), 3),
        (update(AuditEntry).where(AuditEntry.number == "T-1").values(actor_id=7), 1),
        (update(AuditChain).where(AuditChain.position == 2).values(previous_hash=START), 2),
        (delete(AuditChain).where(AuditChain.position == 4), 4),
    ],
    ids=["changed", "first", "relinked", "removed"],
)
def test_a_forged_line_is_found_at_its_position(deployment, forge, broken_at):
    publish(deployment, 5)
    chain(deployment)
    with deployment.database.write() as session:
        protection_off(session)
        session.execute(forge)
    with deployment.database.read() as session:
        assert verify(session) == broken_at


@pytest.mark.postgres  # SQLite: its writers come one after the other
def test_an_entry_of_a_transaction_that_still_runs_holds_the_chain_back(deployment):
    slow = deployment.database.write_session()
    deployment.context(slow, SYSTEM).publish(Event("things.changed", "thing", 1, "slow"))
    publish(deployment, 1)
    assert chain(deployment) == 0
    slow.commit()
    slow.close()
    assert chain(deployment) == 2
    with deployment.database.read() as session:
        numbers = session.scalars(
            select(AuditEntry.number).join(AuditChain, AuditChain.audit_id == AuditEntry.id).order_by(AuditChain.position)
        ).all()
        assert numbers == ["slow", "T-1"]
        assert verify(session) is None


@pytest.mark.postgres  # SQLite: it has no transaction ids
def test_a_database_restored_into_a_younger_server_goes_on_with_its_chain(deployment):
    publish(deployment, 3)
    with deployment.database.write() as session:
        protection_off(session)
        session.execute(update(AuditEntry).values(txid=AuditEntry.txid + 10**9))
    assert chain(deployment, 2) == 2
    publish(deployment, 2)
    assert chain(deployment) == 3
    publish(deployment, 1)
    assert chain(deployment) == 1
    with deployment.database.read() as session:
        assert verify(session) is None
        assert state(session).waiting == 0


@pytest.mark.postgres  # SQLite: the gate lets one in at a time
def test_two_workers_lay_one_chain(deployment):
    publish(deployment, 2)
    with deployment.database.write() as first:
        assert lay(first) == 2
        assert chain(deployment) == 0
    with deployment.database.read() as session:
        assert session.scalar(select(func.max(AuditChain.position))) == 2


def test_the_security_log_survives_the_refusal_of_its_cause(deployment):
    with pytest.raises(ZeroDivisionError), deployment.database.write():
        raise ZeroDivisionError
    write_security(
        deployment.database,
        "authz.object_denied",
        now=deployment.clock.now(),
        record_kind="task",
        record_id=7,
        address="192.0.2.7",
        request_id="r1",
        detail={"route": "api.task"},
    )
    with deployment.database.read() as session:
        entry = session.scalars(select(SecurityEntry)).one()
        make_transient(entry)
        assert (entry.kind, entry.record_id, entry.detail) == ("authz.object_denied", 7, {"route": "api.task"})
