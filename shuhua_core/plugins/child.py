"""The process in which one foreign plugin works: ``python -m shuhua_core.plugins.child <requests> <answers>``.

The two arguments are file descriptors. Standard output and error go to the worker's log, so a plugin that prints spoils
nothing. Ends when the worker does.
"""

import gc
import io
import os
import pickle
import resource
import signal
import sys
import threading
import traceback
from dataclasses import asdict
from pathlib import Path
from pkgutil import resolve_name
from types import MappingProxyType
from typing import Any, BinaryIO

import pluggy

from . import hookspecs
from .contracts import AddressBlocked, AddressGone, Built, PermanentFailure, Receipt, TemporaryFailure
from .errors import FailureKind
from .wire import PREFIX, Frame, Operation, decode, lengths

_ORPHAN_GRACE = 2.0
_REGISTER = {
    Operation.ACCEPTS: "shuhua_register_notification_channels",
    Operation.SEND: "shuhua_register_notification_channels",
    Operation.BUILD: "shuhua_register_report_types",
}


class _TooMuch(Exception):
    """The document is larger than allowed."""


class _WrongResult(Exception):
    """The plugin gave back what the contract does not allow."""


class _CappedFile(io.BytesIO):
    """Takes a document up to a size."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self._limit = limit

    def write(self, data: Any, /) -> int:
        if self.tell() + memoryview(data).nbytes > self._limit:
            raise _TooMuch
        return super().write(data)


class Host:
    """Loads one plugin and carries out what it is asked to do."""

    def __init__(self, target: str, settings: dict[str, str], result_limit: int) -> None:
        self._result_limit = result_limit
        self._settings = MappingProxyType(settings)
        self._manager = pluggy.PluginManager(hookspecs.PROJECT)
        self._manager.add_hookspecs(hookspecs)
        self._manager.register(resolve_name(target))
        self._offers = {hook: self._collect(hook) for hook in set(_REGISTER.values())}

    def carry_out(self, operation: Operation, offer: str, argument: Any) -> Frame:
        """The answer to one request, without its token; raises what the plugin raises."""
        if operation is Operation.EVENT:
            self._manager.hook.shuhua_event_committed(event=argument)
            return Frame({"value": None})
        target = self._offers[_REGISTER[operation]][offer]
        if operation is Operation.BUILD:
            out = _CappedFile(self._result_limit)
            built = _expect(Built, target.build(argument, out))
            return Frame({"value": asdict(built)}, out.getvalue())
        if operation is Operation.SEND:
            return Frame({"value": asdict(_expect(Receipt, target.send(argument)))})
        return Frame({"value": _expect(bool, target.accepts(argument))})

    def _collect(self, hook: str) -> dict[str, Any]:
        offers = getattr(self._manager.hook, hook)(settings=self._settings)
        return {offer.name: offer for group in offers for offer in group}


def main(requests: BinaryIO, answers: BinaryIO) -> None:
    """Serve requests until the worker closes its end. The first request loads the plugin."""
    host: Host | None = None
    while (request := _read(requests)) is not None:
        head = request.head
        # Should the worker die now, nobody is left to end a plugin that hangs; the default action of this signal does.
        signal.setitimer(signal.ITIMER_REAL, head["deadline"] + _ORPHAN_GRACE)
        try:
            if host is None:
                _confine(head["memory"])
                host = Host(head["target"], head["settings"], head["result_limit"])
                answer = Frame({"value": None})
            else:
                argument = pickle.loads(request.body)  # noqa: S301 - comes from the worker
                answer = host.carry_out(Operation(head["operation"]), head["offer"], argument)
            encoded = _addressed(answer, head["token"])
        except BaseException as error:  # noqa: BLE001 - whatever a plugin raises is an answer
            if isinstance(error, MemoryError):
                traceback.clear_frames(error.__traceback__)  # lets go of what filled the memory
            encoded = _addressed(_failure(error), head["token"])
        signal.setitimer(signal.ITIMER_REAL, 0)
        answers.write(encoded)
        answers.flush()
        gc.collect()


def _addressed(frame: Frame, token: str) -> bytes:
    # A plugin that left a thread behind gets a new process next time.
    head = {**frame.head, "token": token, "retire": frame.head.get("retire", False) or threading.active_count() > 1}
    try:
        return Frame(head, frame.body).encode()
    except (TypeError, ValueError) as error:
        return Frame({"failure": FailureKind.WRONG_RESULT, "detail": str(error), "token": token, "retire": True}).encode()


def _failure(error: BaseException) -> Frame:
    if isinstance(error, TemporaryFailure):
        return Frame({"failure": "temporary", "detail": _described(error), "retry_after": _seconds(error.retry_after)})
    if isinstance(error, AddressGone):
        return Frame({"failure": "gone", "detail": _described(error)})
    if isinstance(error, AddressBlocked):
        return Frame({"failure": "blocked", "detail": _described(error)})
    if isinstance(error, PermanentFailure):
        return Frame({"failure": "permanent", "detail": _described(error)})
    kinds = {MemoryError: FailureKind.MEMORY, _TooMuch: FailureKind.OUTPUT, _WrongResult: FailureKind.WRONG_RESULT}
    kind = next((kind for cause, kind in kinds.items() if isinstance(error, cause)), FailureKind.RAISED)
    retire = not isinstance(error, Exception) or kind is FailureKind.MEMORY
    return Frame({"failure": kind, "detail": f"{_described(error)}{_place(error)}", "retire": retire})


def _described(error: BaseException) -> str:
    try:
        message = str(error)
    except Exception:  # noqa: BLE001 - a plugin's exception may fail to say what it is
        message = "(no message)"
    name = "" if isinstance(error, TemporaryFailure | PermanentFailure | _WrongResult) else f"{type(error).__name__}: "
    return f"{name}{message}"[:500].encode(errors="replace").decode()


def _place(error: BaseException) -> str:
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    return f" (line {place.tb_lineno} of {Path(place.tb_frame.f_code.co_filename).name})" if place else ""


def _seconds(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and 0 <= value < float("inf") else None


def _expect(kind: type[Any], value: Any) -> Any:
    if type(value) is not kind:
        raise _WrongResult(f"a {kind.__name__} was expected, not {type(value).__name__}")
    return value


def _confine(memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _read(stream: BinaryIO) -> Frame | None:
    prefix = stream.read(PREFIX)
    if len(prefix) < PREFIX:
        return None
    head, body = lengths(prefix)
    return decode(stream.read(head), stream.read(body))


if __name__ == "__main__":
    with open(int(sys.argv[1]), "rb") as incoming, open(int(sys.argv[2]), "wb") as outgoing:  # noqa: PTH123 - descriptors
        main(incoming, outgoing)
    os._exit(0)  # whatever a plugin left running ends here
