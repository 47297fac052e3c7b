import json
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from shuhua_core import worker as worker_module
from shuhua_core.audit.chain import state, verify
from shuhua_core.audit.models import SecurityEntry
from shuhua_core.kernel.actor import SYSTEM
from shuhua_core.kernel.events import Event
from shuhua_core.kernel.outbox import MAX_ATTEMPTS, OutboxEntry
from shuhua_core.plugins import hookimpl
from shuhua_core.plugins.manager import build_plugin_manager
from shuhua_core.plugins.settings import PluginSettings
from shuhua_core.timetable import JOBS, Job
from shuhua_core.worker import Worker, run_once


def publish(deployment, count=1, name="things.changed"):
    with deployment.database.write() as session:
        ctx = deployment.context(session, SYSTEM)
        for number in range(count):
            ctx.publish(Event(name, "thing", number + 1, f"T-{number + 1}", values={"n": number}))


def stored(deployment):
    with deployment.database.read() as session:
        return session.scalars(select(OutboxEntry).order_by(OutboxEntry.id)).all()


def later(deployment, delta):
    deployment.clock.set(deployment.clock.now() + delta)


class Recorder:
    """A delivery that notes what it got and fails as often as it is told."""

    def __init__(self, name, failures=0):
        self.__module__, self.__qualname__ = "tests", name
        self.failures, self.got = failures, []

    def __call__(self, _deployment, entry):
        self.got.append(entry.message_id)
        if len(self.got) <= self.failures:
            raise ConnectionError("the text of an error may quote what a person wrote")


def test_every_event_is_delivered_once_and_chained(deployment):
    publish(deployment, 3)
    everything, some = Recorder("everything"), Recorder("some")
    with Worker(
        deployment, deliveries={"*": (everything,), "things.changed": (some,), "other": (Recorder("other"),)}, jobs=()
    ) as worker:
        assert worker.run_until_idle() == 6
        assert worker.run_once() == 0
    assert everything.got == some.got == [entry.message_id for entry in stored(deployment)]
    assert all(entry.ended_at and not entry.gave_up for entry in stored(deployment))
    with deployment.database.read() as session:
        assert verify(session) is None
        assert state(session).links == 3


def test_a_delivery_that_fails_is_repeated_alone(deployment):
    publish(deployment)
    good, bad = Recorder("good"), Recorder("bad", failures=1)
    with Worker(deployment, deliveries={"*": (bad, good)}, jobs=()) as worker:
        worker.run_until_idle()
        assert stored(deployment)[0].ended_at is None
        assert stored(deployment)[0].last_error == "tests.bad: ConnectionError"
        later(deployment, timedelta(seconds=5))
        worker.run_until_idle()
    assert (len(good.got), len(bad.got)) == (1, 2)
    assert stored(deployment)[0].ended_at is not None


def test_what_never_succeeds_is_given_up_visibly_and_holds_nothing_back(deployment):
    publish(deployment)
    bad = Recorder("bad", failures=10**6)
    with Worker(deployment, deliveries={"things.changed": (bad,)}, jobs=()) as worker:
        for _attempt in range(MAX_ATTEMPTS):
            worker.run_until_idle()
            later(deployment, timedelta(hours=6))
        publish(deployment, name="things.made")
        worker.run_until_idle()
    hopeless, other = stored(deployment)
    assert (hopeless.gave_up, hopeless.attempts, other.gave_up) == (True, MAX_ATTEMPTS, False)
    assert other.ended_at is not None


def test_what_a_dead_worker_had_claimed_is_delivered_by_another(deployment):
    publish(deployment, 2)
    recorder = Recorder("all")
    first = Worker(deployment, deliveries={"*": (recorder,)}, jobs=())
    first.stop()
    first.run_once()  # claims, then finds that it is to stop
    assert recorder.got == []
    with Worker(deployment, deliveries={"*": (recorder,)}, jobs=()) as second:
        second.run_until_idle()
        assert recorder.got == []
        later(deployment, timedelta(minutes=3))
        second.run_until_idle()
    assert len(recorder.got) == 2


def test_two_workers_share_the_work(deployment):
    publish(deployment, 120)
    one, other = Recorder("all"), Recorder("all")
    workers = [Worker(deployment, deliveries={"*": (each,)}, jobs=()) for each in (one, other)]
    threads = [threading.Thread(target=each.run_until_idle) for each in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(one.got + other.got) == sorted(entry.message_id for entry in stored(deployment))
    with deployment.database.read() as session:
        assert verify(session) is None
        assert state(session).waiting == 0


def test_plugins_are_told_and_one_that_fails_disturbs_no_other(deployment):
    told = []

    class Listener:
        @hookimpl
        def shuhua_event_committed(self, event):
            told.append((event.id, event.name, event.record_kind, event.payload["values"]))

    class Broken:
        @hookimpl
        def shuhua_event_committed(self, event):
            raise RuntimeError("no")

    publish(deployment)
    plugins = build_plugin_manager(
        PluginSettings(), load_entry_points=False, plugins={"broken": Broken(), "listener": Listener()}
    )
    with Worker(deployment, plugins, jobs=()) as worker:
        worker.run_until_idle()
        later(deployment, timedelta(seconds=5))
        worker.run_until_idle()
    (entry,) = stored(deployment)
    assert told == [(entry.message_id, "things.changed", "thing", {"n": 0})]
    assert "plugin broken" in entry.last_error
    with deployment.database.read() as session:
        faults = session.scalars(select(SecurityEntry).where(SecurityEntry.kind == "plugin.fault")).all()
    assert len(faults) == 2
    assert {fault.detail["plugin"] for fault in faults} == {"broken"}


def test_a_job_runs_when_it_is_due(deployment):
    ran = []
    job = Job("count", timedelta(minutes=10), lambda _deployment: ran.append(1))
    with Worker(deployment, deliveries={}, jobs=(job,)) as worker:
        worker.run_once()
        worker.run_once()
        later(deployment, timedelta(minutes=10))
        worker.run_once()
    assert len(ran) == 2


def test_the_jobs_that_come_with_the_system_run(deployment):
    for job in JOBS:
        job.work(deployment)
    assert len({job.name for job in JOBS}) == len(JOBS)


def test_a_job_that_fails_stops_neither_the_others_nor_the_worker(deployment, caplog):
    ran = []

    def fail(deployment):
        with deployment.database.write() as session:
            session.execute(
                text("SELECT 1 FROM nothing_of_this_name")
            ) if deployment.database.dialect == "postgresql" else session.execute(
                text("INSERT INTO numbers (series, next) VALUES (NULL, NULL)")
            )

    jobs = (Job("bad", timedelta(hours=1), fail), Job("good", timedelta(hours=1), lambda _deployment: ran.append(1)))
    with Worker(deployment, deliveries={}, jobs=jobs) as worker:
        worker.run_once()
    assert ran == [1]
    assert "a job failed" in caplog.text


def test_a_database_that_is_away_is_waited_for(deployment, monkeypatch, caplog):
    monkeypatch.setattr(worker_module, "LONGEST_BACKOFF_SECONDS", 0.01)
    publish(deployment)
    recorder = Recorder("all")
    worker = Worker(deployment, deliveries={"*": (recorder,)}, jobs=())
    failures = iter([OperationalError("x", {}, Exception("secret of a person"))] * 3)
    round_of = worker.run_once

    def away_at_first():
        for error in failures:
            raise error
        done = round_of()
        worker.stop()
        return done

    monkeypatch.setattr(worker, "run_once", away_at_first)
    worker.run()
    assert len(recorder.got) == 1
    assert caplog.text.count("the database is away") == 3
    assert "secret of a person" not in caplog.text


def test_an_idle_worker_takes_no_writing_transaction(deployment):
    run_once(deployment)
    deployment.database.gate.acquire()
    try:
        assert run_once(deployment) == 0
    finally:
        deployment.database.gate.release()


def test_a_replay_of_history_is_delivered_to_nobody(deployment):
    with deployment.database.write() as session:
        session.info["silent"] = True
        deployment.context(session, SYSTEM).publish(Event("things.changed", "thing", 1))
    recorder = Recorder("all")
    with Worker(deployment, deliveries={"*": (recorder,)}, jobs=()) as worker:
        worker.run_until_idle()
    assert recorder.got == []


@pytest.mark.sqlite
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_worker_cleanly(tmp_path, number):
    environment = {
        **os.environ,
        "SHUHUA_DATABASE_URL": f"sqlite:///{tmp_path / 'own.sqlite'}",
        "SHUHUA_SECRET": "s" * 40,
        "SHUHUA_MEDIA_PATH": str(tmp_path / "media"),
    }
    command = [sys.executable, "-m", "shuhua_core.cli"]
    subprocess.run([*command, "init"], env=environment, check=True, capture_output=True)
    running = subprocess.Popen([*command, "worker"], env=environment, stderr=subprocess.PIPE, text=True)
    first = json.loads(running.stderr.readline())
    assert first["message"] == "the worker begins"
    time.sleep(0.2)
    running.send_signal(number)
    _out, err = running.communicate(timeout=20)
    assert running.returncode == 0
    assert json.loads(err.splitlines()[-1])["message"] == "the worker ends"
