"""Lets plugins work without trusting them.

Built-in plugins, and those given as objects, work in this process. Every other plugin has a process of its own, with a
deadline, bounded memory and output, and rests for a while when it keeps failing. A failure of one disturbs no other.
"""

import logging
import pickle
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, BinaryIO

from shuhua_core.kernel.clock import Clock, SystemClock

from .breaker import Breaker, BreakerState
from .contracts import (
    AddressBlocked,
    AddressGone,
    Built,
    CommittedEvent,
    Notice,
    PermanentFailure,
    Receipt,
    ReportData,
    TemporaryFailure,
)
from .errors import FailureKind, PluginFailed
from .manager import PluginRecord, Plugins
from .process import PluginProcess, ProcessFailed
from .wire import Frame, Operation

log = logging.getLogger(__name__)

_CALLS_PER_PROCESS = 1000  # then a new one, so that what a plugin leaks is bounded


@dataclass(frozen=True, slots=True)
class PluginFailure:
    """A failure to remember and show; ``subject`` is the message's, event's or record's id or number.

    ``detail`` is the plugin's own wording: for the administrator's page, not for the log.
    """

    plugin: str
    operation: str
    offer: str
    kind: FailureKind
    detail: str
    subject: str | None
    at: datetime
    resting: bool


@dataclass(frozen=True, slots=True)
class PluginState:
    """How a plugin is doing; ``failures`` are those in a row."""

    plugin: str
    isolated: bool
    breaker: BreakerState
    failures: int
    retry_after: float
    last_failure: PluginFailure | None


@dataclass(frozen=True, slots=True)
class _Job:
    """What is asked of a plugin; ``out`` is where a report goes."""

    operation: Operation
    argument: Any
    offer: str
    out: BinaryIO | None
    deadline: float

    def deliver(self, document: bytes) -> None:
        self.file().write(document)

    def file(self) -> BinaryIO:
        if self.out is None:
            raise TypeError("a report needs a file to be built into")
        return self.out


class _Seat:
    """What the runner keeps for one plugin."""

    def __init__(self, record: PluginRecord, breaker: Breaker) -> None:
        self.record = record
        self.breaker = breaker
        self.lock = threading.Lock()
        self.process: PluginProcess | None = None
        self.last_failure: PluginFailure | None = None

    def end(self) -> None:
        if self.process is not None:
            self.process.end()
            self.process = None


class PluginRunner:
    """Carries out work of plugins; close it at the end, or use it in a ``with``.

    ``on_failure`` gets every failure as a plain record, on the calling thread and outside of any transaction of the
    runner's. Calls to different plugins may come from different threads; calls to one plugin wait for each other.
    """

    def __init__(
        self,
        plugins: Plugins,
        on_failure: Callable[[PluginFailure], None] | None = None,
        clock: Clock | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._plugins = plugins
        self._limits = plugins.limits
        self._on_failure = on_failure
        self._clock = clock or SystemClock()
        self._seats = {
            name: _Seat(record, Breaker(self._limits.failures, self._limits.rest, monotonic))
            for name, record in plugins.records.items()
        }

    def __enter__(self) -> "PluginRunner":
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def close(self) -> None:
        """End all processes of plugins; waits for calls under way."""
        for seat in self._seats.values():
            with seat.lock:
                seat.end()

    def accepts(self, channel: str, notice: Notice, deadline: float | None = None) -> bool:
        """Whether a channel takes this notice."""
        accepted: bool = self.call(self._owner("channels", channel), Operation.ACCEPTS, notice, deadline, offer=channel)
        return accepted

    def send(self, channel: str, notice: Notice, deadline: float | None = None) -> Receipt:
        """Send a notice by a channel; raises TemporaryFailure, PermanentFailure or PluginFailed."""
        receipt: Receipt = self.call(self._owner("channels", channel), Operation.SEND, notice, deadline, offer=channel)
        return receipt

    def build(self, report_type: str, data: ReportData, out: BinaryIO, deadline: float | None = None) -> Built:
        """Build a document into ``out``; raises PermanentFailure or PluginFailed, and then ``out`` is worth nothing."""
        owner = self._owner("report_types", report_type)
        built: Built = self.call(owner, Operation.BUILD, data, deadline, offer=report_type, out=out)
        return built

    def committed(self, plugin: str, event: CommittedEvent, deadline: float | None = None) -> None:
        """Tell one of ``Plugins.event_listeners`` that something has happened."""
        self.call(plugin, Operation.EVENT, event, deadline)

    def states(self) -> Sequence[PluginState]:
        """How every plugin is doing in this process."""
        return [
            PluginState(
                name, seat.record.target is not None, seat.breaker.state, seat.breaker.failures, seat.breaker.remaining,
                seat.last_failure,
            )
            for name, seat in self._seats.items()
        ]  # fmt: skip

    def call(
        self,
        plugin: str,
        operation: Operation,
        argument: Any,
        deadline: float | None = None,
        *,
        offer: str = "",
        out: BinaryIO | None = None,
    ) -> Any:
        """Let one plugin do one thing; ``offer`` is the name of its channel or report type.

        Gives the result of the contract. Raises TemporaryFailure and PermanentFailure as the plugin did, and PluginFailed
        for everything that is its fault; only the latter is counted and remembered.
        """
        seat = self._seats.get(plugin)
        if seat is None:
            raise PluginFailed(plugin, FailureKind.UNKNOWN, "it is not loaded")
        job = _Job(operation, argument, offer, out, deadline or self._limits.deadline)
        if not seat.lock.acquire(timeout=job.deadline):
            raise PluginFailed(plugin, FailureKind.BUSY, f"other calls took {job.deadline:g} seconds")
        try:
            if seat.breaker.state == "open":
                raise PluginFailed(plugin, FailureKind.RESTING, "", seat.breaker.remaining)
            try:
                result = self._in_process(seat, job) if seat.record.target is None else self._in_child(seat, job)
            except (TemporaryFailure, PermanentFailure):
                seat.breaker.succeeded()
                raise
            except PluginFailed as failed:
                self._remember(seat, failed, job)
                raise
            seat.breaker.succeeded()
            return result
        finally:
            seat.lock.release()

    def _owner(self, offers: str, name: str) -> str:
        found = getattr(self._plugins, offers).get(name)
        if found is None:
            raise PluginFailed("?", FailureKind.UNKNOWN, f"no plugin offers {name}")
        return self._plugins.owner_of(found)

    def _in_process(self, seat: _Seat, job: _Job) -> Any:
        try:
            match job.operation:
                case Operation.BUILD:
                    return self._plugins.report_types[job.offer].build(job.argument, job.file())
                case Operation.SEND:
                    return self._plugins.channels[job.offer].send(job.argument)
                case Operation.ACCEPTS:
                    return self._plugins.channels[job.offer].accepts(job.argument)
                case Operation.EVENT:
                    return self._plugins.tell(seat.record.name, job.argument)
        except (TemporaryFailure, PermanentFailure):
            raise
        except Exception as error:
            raise PluginFailed(seat.record.name, FailureKind.RAISED, f"{type(error).__name__}: {error}") from error

    def _in_child(self, seat: _Seat, job: _Job) -> Any:
        name = seat.record.name
        argument = job.argument
        if isinstance(argument, ReportData):
            argument = replace(argument, rows=[tuple(row) for row in argument.rows])  # what is read once cannot be sent
        request = Frame({"operation": job.operation, "offer": job.offer}, pickle.dumps(argument))
        try:
            answer = self._process(seat).ask(request, job.deadline)
        except ProcessFailed as failed:
            seat.process = None
            raise PluginFailed(name, failed.kind, failed.detail) from None
        if answer.head.get("retire"):
            seat.end()
        if "failure" in answer.head:
            raise _raised(name, answer.head)
        result = _result(name, job.operation, answer.head.get("value"))
        if job.operation is Operation.BUILD:
            job.deliver(answer.body)
        return result

    def _process(self, seat: _Seat) -> PluginProcess:
        process = seat.process
        if process is not None and (process.calls > _CALLS_PER_PROCESS or not process.is_idle()):
            seat.end()
        if seat.process is None:
            seat.process = PluginProcess(seat.record, self._limits)
        return seat.process

    def _remember(self, seat: _Seat, failed: PluginFailed, job: _Job) -> None:
        seat.breaker.failed()
        resting = seat.breaker.state == "open"
        log.warning("plugin %s: %s %s: %s%s", failed.plugin, job.operation, job.offer, failed.kind, ", rests" if resting else "")
        seat.last_failure = PluginFailure(
            failed.plugin,
            job.operation,
            job.offer,
            failed.kind,
            failed.detail,
            _subject(job.argument),
            self._clock.now(),
            resting,
        )
        if self._on_failure is not None:
            try:
                self._on_failure(seat.last_failure)
            except Exception:
                log.exception("the failure of plugin %s could not be recorded", failed.plugin)


def _subject(argument: Any) -> str | None:
    match argument:
        case Notice():
            return argument.message_id
        case CommittedEvent():
            return argument.id
        case ReportData():
            return argument.number
    return None


def _raised(plugin: str, head: dict[str, Any]) -> Exception:
    kind, detail = str(head["failure"]), str(head.get("detail", ""))
    if kind == "temporary":
        after = head.get("retry_after")
        return TemporaryFailure(detail, float(after) if isinstance(after, int | float) else None)
    if kind == "gone":
        return AddressGone(detail)
    if kind == "blocked":
        return AddressBlocked(detail)
    if kind == "permanent":
        return PermanentFailure(detail)
    known = kind in set(FailureKind)
    return PluginFailed(plugin, FailureKind(kind) if known else FailureKind.GARBLED, detail)


def _result(plugin: str, operation: Operation, value: Any) -> Any:
    try:
        if operation is Operation.SEND:
            return Receipt(**value)
        if operation is Operation.BUILD:
            return Built(**{**value, "notes": tuple(str(note) for note in value["notes"])})
    except (TypeError, ValueError, KeyError):
        raise PluginFailed(plugin, FailureKind.WRONG_RESULT) from None
    if operation is Operation.EVENT:
        return None
    if not isinstance(value, bool):
        raise PluginFailed(plugin, FailureKind.WRONG_RESULT)
    return value
