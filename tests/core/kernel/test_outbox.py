from datetime import timedelta

import pytest
from sqlalchemy import create_engine, func, select, text

from shuhua_core.kernel import outbox
from shuhua_core.kernel.actor import SYSTEM
from shuhua_core.kernel.events import Event
from shuhua_core.kernel.outbox import FIRST_BACKOFF, LONGEST_BACKOFF, MAX_ATTEMPTS, OutboxEntry


def publish(deployment, count=1, **info):
    with deployment.database.write() as session:
        session.info.update(info)
        ctx = deployment.context(session, SYSTEM)
        for number in range(count):
            ctx.publish(Event("things.changed", "thing", number + 1, values={"n": number}, personal={"note": "秘密"}))


def claim(deployment, **options):
    with deployment.database.write() as session:
        return outbox.claim(session, now=deployment.clock.now(), **options)


def settle(deployment, entry, lease=None, error=None, delivered=()):
    with deployment.database.write() as session:
        return outbox.settle(
            session, entry.id, lease or entry.lease, now=deployment.clock.now(), error=error, delivered=delivered
        )


def stored(deployment):
    with deployment.database.read() as session:
        return session.scalars(select(OutboxEntry).order_by(OutboxEntry.id)).all()


def later(deployment, delta):
    deployment.clock.set(deployment.clock.now() + delta)


def test_an_event_of_a_transaction_that_rolled_back_is_never_sent(deployment):
    def fail():
        with deployment.database.write() as session:
            deployment.context(session, SYSTEM).publish(Event("things.changed", "thing", 1))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert stored(deployment) == []


def test_a_reaction_that_vetoes_takes_the_event_along(deployment):
    def veto(_ctx, _event):
        raise ZeroDivisionError

    def fail():
        with deployment.database.write() as session:
            ctx = deployment.context(session, SYSTEM)
            type(ctx)(session, SYSTEM, ctx.now, {"things.changed": (veto,)}).publish(Event("things.changed", "thing", 1))

    with pytest.raises(ZeroDivisionError):
        fail()
    assert stored(deployment) == []


def test_personal_values_do_not_leave_by_the_outbox(deployment):
    publish(deployment)
    assert "秘密" not in str(stored(deployment)[0].payload)


def test_a_claimed_entry_is_nobody_elses_until_its_lease_runs_out(deployment):
    publish(deployment, 3)
    first = claim(deployment, limit=2)
    assert [entry.record_id for entry in first] == [1, 2]
    assert [entry.record_id for entry in claim(deployment)] == [3]
    assert list(claim(deployment)) == []
    later(deployment, timedelta(minutes=3))
    again = claim(deployment)
    assert [entry.record_id for entry in again] == [1, 2, 3]
    assert {entry.message_id for entry in first} <= {entry.message_id for entry in again}
    assert {entry.attempts for entry in again} == {2}


def test_who_lost_the_lease_cannot_settle(deployment):
    publish(deployment)
    (slow,) = claim(deployment)
    later(deployment, timedelta(minutes=3))
    (quick,) = claim(deployment)
    assert not settle(deployment, slow)
    assert settle(deployment, quick)
    assert not settle(deployment, quick)


def test_a_failed_delivery_comes_back_later_and_later_and_is_given_up_visibly(deployment):
    publish(deployment)
    waits = []
    for _attempt in range(MAX_ATTEMPTS - 1):
        (entry,) = claim(deployment)
        assert settle(deployment, entry, error="TimeoutError")
        waits.append(stored(deployment)[0].available_at - deployment.clock.now())
        deployment.clock.set(stored(deployment)[0].available_at)
    assert waits[:3] == [FIRST_BACKOFF, FIRST_BACKOFF * 2, FIRST_BACKOFF * 4]
    assert max(waits) <= LONGEST_BACKOFF
    (entry,) = claim(deployment)
    settle(deployment, entry, error="TimeoutError")
    with deployment.database.read() as session:
        assert outbox.backlog(session, deployment.clock.now())[:2] == (0, 1)
    later(deployment, timedelta(days=30))
    assert list(claim(deployment)) == []


def test_what_was_given_up_can_have_another_round(deployment):
    publish(deployment)
    for _attempt in range(MAX_ATTEMPTS):
        (entry,) = claim(deployment)
        settle(deployment, entry, error="TimeoutError")
        later(deployment, LONGEST_BACKOFF)
    with deployment.database.write() as session:
        assert outbox.retry_given_up(session, entry.id, deployment.clock.now())
        assert not outbox.retry_given_up(session, entry.id, deployment.clock.now())
    assert len(claim(deployment)) == 1


def test_what_went_well_is_remembered_for_the_retry(deployment):
    publish(deployment)
    (entry,) = claim(deployment)
    settle(deployment, entry, error="b: TimeoutError", delivered=["a"])
    assert stored(deployment)[0].delivered == ["a"]


def test_a_replay_of_history_notifies_nobody(deployment):
    publish(deployment, silent=True)
    assert list(claim(deployment)) == []
    assert stored(deployment)[0].ended_at is not None


@pytest.mark.postgres
def test_two_workers_claim_different_entries_at_the_same_moment(deployment):
    publish(deployment, 4)
    with deployment.database.write() as first, deployment.database.write() as second:
        one = {entry.id for entry in outbox.claim(first, now=deployment.clock.now(), limit=2)}
        other = {entry.id for entry in outbox.claim(second, now=deployment.clock.now(), limit=2)}
    assert len(one) == len(other) == 2
    assert not one & other


@pytest.mark.postgres
def test_a_transaction_of_another_database_of_the_server_holds_nothing_back(deployment, template):
    other = create_engine(template.copy())
    with other.connect() as connection:
        connection.exec_driver_sql("SELECT pg_current_xact_id()")
        publish(deployment)
        with deployment.database.read() as session:
            boundary = outbox.feed_boundary(session)
            assert session.scalars(select(OutboxEntry.txid)).one() < boundary
    other.dispose()
    template.drop(other.url.render_as_string(hide_password=False))


@pytest.mark.postgres
def test_the_boundary_of_one_transaction_moves_with_the_others(deployment):
    """PostgreSQL keeps its list of sessions for a whole transaction: an old list would hide who has begun since."""
    with deployment.database.read() as reader:
        first = outbox.feed_boundary(reader)
        slow = deployment.database.write_session()
        deployment.context(slow, SYSTEM).publish(Event("things.changed", "thing", 1))
        publish(deployment)
        mine = slow.scalar(text("SELECT (pg_current_xact_id()::text)::bigint"))
        assert first <= mine
        assert outbox.feed_boundary(reader) == mine
        slow.commit()
        slow.close()
        assert outbox.feed_boundary(reader) > mine


@pytest.mark.parametrize(
    ("short", "near", "full"),
    [
        (7, 9, 7),
        (9, 7, 9),
        (2**32 - 1, 2**32 + 5, 2**32 - 1),
        (3, 2**32 + 5, 2**32 + 3),
        (2, 2**32 - 1, 2**32 + 2),
        (5, 3 * 2**32 + 5, 3 * 2**32 + 5),
    ],
)
def test_a_transaction_id_is_put_together_across_the_turn_of_its_lower_half(short, near, full):
    assert outbox.full_id(short, near) == full


@pytest.mark.postgres
def test_a_running_transaction_holds_the_boundary_of_the_feed_below_itself(deployment):
    slow = deployment.database.write_session()
    deployment.context(slow, SYSTEM).publish(Event("things.changed", "thing", 1))
    publish(deployment)
    below = select(func.count()).select_from(OutboxEntry)
    with deployment.database.read() as session:
        assert session.scalar(below.where(OutboxEntry.txid < outbox.feed_boundary(session))) == 0
    slow.commit()
    slow.close()
    with deployment.database.read() as session:
        assert session.scalar(below.where(OutboxEntry.txid < outbox.feed_boundary(session))) == 2
