import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError, StatementError

from shuhua_core.kernel.db import Database, hold_transaction
from shuhua_core.kernel.errors import Busy
from shuhua_core.kernel.numbering import NumberSeries
from shuhua_core.kernel.types import Money, UtcDateTime
from shuhua_core.kernel.workflow_store import WorkflowVersion

HOLDER = """
import sys, time
from pathlib import Path
from shuhua_core.kernel.gate import WriteGate
gate = WriteGate(Path(sys.argv[1]), 10)
gate.acquire()
print("held", flush=True)
time.sleep(60)
"""
FORKER = """
import os, signal, sys, time
from pathlib import Path
from shuhua_core.kernel.errors import Busy
from shuhua_core.kernel.gate import WriteGate
gate = WriteGate(Path(sys.argv[1]), 0.3)
gate.acquire()
gate.release()
told, tell = os.pipe()
child = os.fork()
if child == 0:
    gate.acquire()
    os.write(tell, b"held")
    time.sleep(60)
print(os.read(told, 4).decode(), flush=True)
try:
    gate.acquire()
    print("let in")
except Busy:
    print("refused")
finally:
    os.kill(child, signal.SIGKILL)
"""


def count_up(database):
    """A read followed by a write, as all business is."""
    with database.write() as session:
        row = session.get(NumberSeries, "counter")
        row.next += 1


@pytest.mark.sqlite
def test_no_update_is_lost_between_threads(deployment):
    with deployment.database.write() as session:
        session.add(NumberSeries(series="counter", next=0))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _number: count_up(deployment.database), range(80)))
    with deployment.database.read() as session:
        assert session.get(NumberSeries, "counter").next == 80


def test_a_block_that_raises_leaves_nothing_and_frees_the_gate(deployment):
    def fail():
        with deployment.database.write() as session:
            session.add(NumberSeries(series="half", next=1))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with deployment.database.write() as session:
        assert session.get(NumberSeries, "half") is None


def test_a_savepoint_that_rolled_back_leaks_no_row(deployment):
    def fail(session):
        with session.begin_nested():
            session.add(NumberSeries(series="inner", next=1))
            session.flush()
            raise ZeroDivisionError

    with deployment.database.write() as session:
        session.add(NumberSeries(series="outer", next=1))
        with pytest.raises(ZeroDivisionError):
            fail(session)
    with deployment.database.read() as session:
        assert session.scalars(select(NumberSeries.series)).all() == ["outer"]


@pytest.mark.sqlite
def test_a_reader_sees_one_state_while_others_write(deployment):
    with deployment.database.read() as reader:
        before = reader.scalars(select(NumberSeries.series)).all()
        with deployment.database.write() as session:
            session.add(NumberSeries(series="new", next=1))
        assert reader.scalars(select(NumberSeries.series)).all() == before


@pytest.mark.postgres
def test_who_only_reads_holds_no_transaction_of_postgresql_until_it_asks_for_one(deployment):
    def status(session):
        session.execute(select(NumberSeries.series)).all()
        return session.connection().connection.dbapi_connection.info.transaction_status.name

    with deployment.database.read() as session:
        assert status(session) == "IDLE"
        hold_transaction(session)
        assert status(session) == "INTRANS"
    with deployment.database.read() as session:
        assert status(session) == "IDLE"
    with deployment.database.write() as session:
        assert status(session) == "INTRANS"
    with deployment.database.engine.connect() as connection:
        connection.execute(select(NumberSeries.series)).all()
        assert connection.connection.dbapi_connection.info.transaction_status.name == "INTRANS"


@pytest.mark.postgres
def test_a_connection_that_was_cut_before_a_transaction_is_told_and_let_go(deployment):
    kill = text("SELECT pg_terminate_backend(:number)")
    with deployment.database.read() as session:
        number = session.scalar(text("SELECT pg_backend_pid()"))
        with deployment.database.read() as other:
            other.execute(kill, {"number": number})
    with pytest.raises(OperationalError) as cut, deployment.database.write() as session:
        session.connection()
    assert cut.value.connection_invalidated
    with deployment.database.write() as session:
        assert session.scalar(text("SELECT pg_backend_pid()")) != number


@pytest.mark.sqlite
def test_a_writer_that_cannot_pass_the_gate_is_told_so_in_time(deployment):
    impatient = Database(deployment.settings.database_url, busy_timeout=0.2)
    try:
        with deployment.database.write():
            started = time.monotonic()
            with pytest.raises(Busy) as refused, impatient.write():
                pass
            assert 0.1 < time.monotonic() - started < 2
        assert refused.value.details["retry_after"] > 0
        with impatient.write() as session:
            session.execute(text("SELECT 1"))
    finally:
        impatient.dispose()


@pytest.mark.sqlite
def test_threads_of_one_process_queue_before_the_gate(deployment):
    impatient = Database(deployment.settings.database_url, busy_timeout=0.2)
    try:
        with impatient.write(), pytest.raises(Busy), impatient.write():
            pass
    finally:
        impatient.dispose()


@pytest.mark.sqlite
def test_a_process_that_is_killed_frees_the_gate(deployment):
    lock = deployment.database.url.database + ".write-lock"
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, lock], stdout=subprocess.PIPE, text=True)
    assert holder.stdout.readline() == "held\n"
    impatient = Database(deployment.settings.database_url, busy_timeout=0.3)
    try:
        with pytest.raises(Busy), impatient.write():
            pass
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait(10)
        with impatient.write() as session:
            session.add(NumberSeries(series="after", next=1))
    finally:
        holder.stdout.close()
        impatient.dispose()


@pytest.mark.sqlite
def test_a_process_that_waits_is_let_in_when_the_holder_is_done(deployment):
    other = Database(deployment.settings.database_url, busy_timeout=5)
    holding, let_go = threading.Event(), threading.Event()

    def hold():
        with deployment.database.write():
            holding.set()
            assert let_go.wait(5)

    try:
        with ThreadPoolExecutor(2) as pool:
            held = pool.submit(hold)
            assert holding.wait(5)
            waiting = pool.submit(other.gate.acquire)
            time.sleep(0.05)
            assert not waiting.done()
            let_go.set()
            held.result()
            waiting.result(5)
        other.gate.release()
    finally:
        other.dispose()


@pytest.mark.sqlite
def test_what_was_acknowledged_is_on_the_disk(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'own.sqlite'}")
    with database.read() as session:
        found = {name: session.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "foreign_keys")}
    database.dispose()
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_a_deployment_in_memory_is_refused():
    with pytest.raises(ValueError, match="file"):
        Database("sqlite:///:memory:")


def test_a_naive_moment_is_refused(ctx):
    naive = datetime(2026, 11, 22, tzinfo=UTC).replace(tzinfo=None)
    ctx.session.add(WorkflowVersion(name="naive", version=1, body={}, created_at=naive))
    with pytest.raises(StatementError, match="naive"):
        ctx.session.flush()


def test_a_moment_comes_back_as_utc_to_the_microsecond(ctx):
    moment = datetime(2026, 11, 22, 9, 0, 0, 123456, tzinfo=timezone(timedelta(hours=8)))
    ctx.session.add(WorkflowVersion(name="aware", version=1, body={}, created_at=moment))
    ctx.session.flush()
    ctx.session.expire_all()
    read = ctx.session.get(WorkflowVersion, ("aware", 1)).created_at
    assert read == moment
    assert read.utcoffset() == timedelta(0)


@pytest.mark.parametrize("amount", [Decimal("0.01"), Decimal("1280.50"), Decimal(-3), Decimal("999999999999.99"), None])
def test_money_is_exact(amount):
    stored = Money().process_bind_param(amount, None)
    assert stored is None or isinstance(stored, int)
    assert Money().process_result_value(stored, None) == amount


def test_a_fraction_of_a_fen_is_refused():
    with pytest.raises(ValueError, match="fen"):
        Money().process_bind_param(Decimal("0.001"), None)


def test_a_stored_moment_needs_no_zone_of_the_driver():
    assert UtcDateTime().process_result_value(datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None), None).tzinfo is UTC


@pytest.mark.sqlite
def test_a_lock_file_that_was_removed_and_made_anew_keeps_writers_apart(deployment):
    """The file stays open between two writers: one that opens what lies there now must meet the same lock."""
    impatient = Database(deployment.settings.database_url, busy_timeout=0.2)
    try:
        with deployment.database.write():
            pass
        Path(deployment.database.url.database + ".write-lock").unlink()
        with impatient.write():
            pass
        with deployment.database.write(), pytest.raises(Busy), impatient.write():
            pass
    finally:
        impatient.dispose()


@pytest.mark.sqlite
def test_a_child_process_shares_no_lock_with_its_parent(tmp_path):
    """After a fork both have the same open file, and with it the same lock."""
    command = [sys.executable, "-c", FORKER, str(tmp_path / "lock")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.split() == ["held", "refused"], done.stderr
