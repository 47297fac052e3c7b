"""The worker: delivers events after their commit, lays the chain over the log, and does what is due. Several may run."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from types import FrameType

from sqlalchemy import select
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from .accounts.link_delivery import send_links
from .audit.chain import anything_to_lay, lay
from .audit.models import JobRun
from .audit.running import note_job
from .audit.security import write_security
from .deliveries import DELIVERIES, Delivery
from .imports.run import run_due as run_imports
from .kernel import outbox
from .kernel.deployment import Deployment
from .kernel.errors import Busy, ServiceError
from .kernel.outbox import OutboxEntry
from .messages.deliver import Messenger
from .plugins import CommittedEvent
from .plugins.manager import Plugins
from .plugins.runner import PluginFailure, PluginRunner
from .timetable import JOBS, Job

log = logging.getLogger(__name__)

IDLE_SECONDS = 1.0
LONGEST_BACKOFF_SECONDS = 30.0
SETTLE_EVERY_SECONDS = 5.0
"""Outcomes are noted in one transaction for many entries, but not later than this: each note is a write."""
BATCH = 50


class Worker:
    """Does one round after the other until it is told to stop.

    ``plugins`` are told of every event, each in a process of its own. Close the worker at the end, or use it in a ``with``.
    """

    def __init__(
        self,
        deployment: Deployment,
        plugins: Plugins | None = None,
        *,
        deliveries: Mapping[str, tuple[Delivery, ...]] = DELIVERIES,
        jobs: Sequence[Job] = JOBS,
    ) -> None:
        self._deployment = deployment
        self._deliveries = deliveries
        self._jobs = jobs
        self._last_run: dict[str, datetime] = {}
        self._stopping = threading.Event()
        self._runner = PluginRunner(plugins, self._note_plugin_failure, deployment.clock) if plugins else None
        self._listeners = plugins.event_listeners if plugins else ()
        self._link_channels = tuple(plugins.channels) if plugins else ()
        self._messenger = Messenger(self._runner, plugins.channels if plugins else None)

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        """End the processes of plugins."""
        if self._runner is not None:
            self._runner.close()

    def stop(self) -> None:
        """Let the round under way come to its end, and begin no other. May be called from anywhere."""
        self._stopping.set()

    def run(self) -> None:
        """Work until :meth:`stop`. A database that is away is waited for."""
        failures = 0
        while not self._stopping.is_set():
            try:
                worked = self.run_once()
                failures = 0
            except (SQLAlchemyError, Busy) as error:
                failures += 1
                wait = min(2.0 ** (failures - 1), LONGEST_BACKOFF_SECONDS)
                log.warning("the database is away", extra={"error": _named(error), "wait_seconds": wait})
                self._stopping.wait(wait)
            else:
                if not worked:
                    self._stopping.wait(IDLE_SECONDS)

    def run_once(self) -> int:
        """One round: deliveries, messages to send, a stretch of an import and of the chain, jobs that are due.

        Returns how much was done.
        """
        sent = self._messenger.send_due(self._deployment)
        room = partial(self._messenger.room_for_links, self._deployment)
        sent += send_links(self._deployment, self._runner, self._link_channels, room=room)
        return self._deliver_batch() + sent + run_imports(self._deployment) + self._lay_chain() + self._run_jobs()

    def run_until_idle(self) -> int:
        """Rounds until one has nothing to do; returns how much was done."""
        done = 0
        while not self._stopping.is_set():
            worked = self.run_once()
            if not worked:
                break
            done += worked
        return done

    # Deliveries -----------------------------------------------------------------------------------------------------

    def _deliver_batch(self) -> int:
        database, clock = self._deployment.database, self._deployment.clock
        with database.read() as session:
            if not outbox.any_due(session, clock.now()):
                return 0
        with database.write() as session:
            entries = outbox.claim(session, now=clock.now(), limit=BATCH)
        outcomes: list[_Outcome] = []
        noted = time.monotonic()
        for entry in entries:
            if self._stopping.is_set():
                break  # the rest comes back when its lease runs out
            outcomes.append(self._deliver(entry))
            if time.monotonic() - noted > SETTLE_EVERY_SECONDS:
                self._settle(outcomes)
                outcomes, noted = [], time.monotonic()
        self._settle(outcomes)
        return len(entries)

    def _deliver(self, entry: OutboxEntry) -> _Outcome:
        delivered, errors = list(entry.delivered), []
        for name, deliver in self._deliveries_of(entry):
            if name in delivered:
                continue
            try:
                deliver(self._deployment, entry)
                delivered.append(name)
            except Exception as error:  # noqa: BLE001 - whatever a delivery raises, the next one has its turn
                errors.append(f"{name}: {_named(error)}")
                log.warning("a delivery failed", extra={"delivery": name, "event": entry.event, "error": _named(error)})
        return _Outcome(entry.id, entry.lease or "", "; ".join(errors) or None, delivered)

    def _deliveries_of(self, entry: OutboxEntry) -> Iterator[tuple[str, Delivery]]:
        for deliver in (*self._deliveries.get("*", ()), *self._deliveries.get(entry.event, ())):
            yield f"{deliver.__module__}.{deliver.__qualname__}", deliver
        yield "messages", self._messenger.deliver
        for plugin in self._listeners:
            yield f"plugin {plugin}", partial(self._tell, plugin)

    def _tell(self, plugin: str, _deployment: Deployment, entry: OutboxEntry) -> None:
        if self._runner is not None:
            self._runner.committed(plugin, committed_event(entry))

    def _settle(self, outcomes: Sequence[_Outcome]) -> None:
        if not outcomes:
            return
        now = self._deployment.clock.now()
        with self._deployment.database.write() as session:
            for each in outcomes:
                outbox.settle(session, each.entry_id, each.lease, now=now, error=each.error, delivered=each.delivered)

    def _note_plugin_failure(self, failure: PluginFailure) -> None:
        write_security(
            self._deployment.database,
            "plugin.fault",
            now=failure.at,
            detail={
                "plugin": failure.plugin,
                "operation": failure.operation,
                "offer": failure.offer,
                "fault": failure.kind,
                "subject": failure.subject,
                "resting": failure.resting,
            },
        )

    # Chain and jobs -------------------------------------------------------------------------------------------------

    def _lay_chain(self) -> int:
        with self._deployment.database.read() as session:
            if not anything_to_lay(session):
                return 0
        with self._deployment.database.write() as session:
            return lay(session)

    def _run_jobs(self) -> int:
        done, asked = 0, self._asked_jobs() if self._jobs else frozenset()
        for job in self._jobs:
            now = self._deployment.clock.now()
            last = self._last_run.get(job.name)
            waits = last is not None and now - last < job.every and job.name not in asked
            if self._stopping.is_set() or waits:
                continue
            self._last_run[job.name] = now
            error = None
            try:
                job.work(self._deployment)
                done += 1
            except (ServiceError, SQLAlchemyError) as failure:
                if isinstance(failure, Busy | OperationalError):
                    self._last_run.pop(job.name)
                    raise
                log.exception("a job failed", extra={"job": job.name})
                error = _named(failure)
            note_job(self._deployment, job.name, now, error)
        return done

    def _asked_jobs(self) -> frozenset[str]:
        """Names of jobs that somebody has asked to run at once."""
        with self._deployment.database.read() as session:
            return frozenset(session.scalars(select(JobRun.name).where(JobRun.asked_at.is_not(None))))


@dataclass(frozen=True, slots=True)
class _Outcome:
    entry_id: int
    lease: str
    error: str | None
    delivered: Sequence[str]


def committed_event(entry: OutboxEntry) -> CommittedEvent:
    """What plugins are told of an entry."""
    return CommittedEvent(
        id=entry.message_id,
        name=entry.event,
        at=entry.created_at,
        record_kind=entry.record_kind,
        record_id=entry.record_id,
        number=entry.number,
        payload=entry.payload,
    )


def run_once(deployment: Deployment) -> int:
    """Let a worker without plugins and jobs work until nothing is due; returns how much was done."""
    with Worker(deployment, jobs=()) as worker:
        return worker.run_until_idle()


@contextmanager
def stopped_by_signals(worker: Worker) -> Iterator[None]:
    """SIGTERM and SIGINT stop the worker cleanly while the block runs."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        worker.stop()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _named(error: BaseException) -> str:
    """What may stand in a log: the kind of error, since its text may quote what a person wrote."""
    code = error.code if isinstance(error, ServiceError) else ""
    return f"{type(error).__name__} {code}".strip()
