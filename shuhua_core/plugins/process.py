"""The worker's end of a plugin's process: start it, ask it, bound it, end it."""

import contextlib
import logging
import os
import secrets
import select
import signal
import subprocess
import sys
import tempfile
import time

from .errors import FailureKind
from .manager import PluginRecord
from .settings import Limits
from .wire import PREFIX, Frame, Garbled, decode, lengths

log = logging.getLogger(__name__)

_CHUNK = 64 * 1024
_KEEP = (
    "PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE",
    "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy",
)  # fmt: skip
"""The environment a plugin sees: none of the core's secrets."""


class ProcessFailed(Exception):
    """The process gave no answer; it has been ended."""

    def __init__(self, kind: FailureKind, detail: str = "") -> None:
        super().__init__(kind)
        self.kind = kind
        self.detail = detail


class PluginProcess:
    """A running process with one plugin loaded. Not for use by two threads at once."""

    def __init__(self, record: PluginRecord, limits: Limits) -> None:
        self._limits = limits
        self._log = logging.getLogger(f"{__name__}.{record.name}")
        self.calls = 0
        self._start()
        head = {
            "target": record.target,
            "settings": dict(record.settings),
            "memory": limits.memory_mb << 20,
            "result_limit": limits.result_mb << 20,
        }
        answer = self.ask(Frame(head), limits.start_deadline)
        if "failure" in answer.head:
            self.end()
            raise ProcessFailed(FailureKind.LOADING, str(answer.head.get("detail", "")))

    def ask(self, request: Frame, deadline: float) -> Frame:
        """The answer to a request; raises ProcessFailed, after ending the process, if none comes in time."""
        token = secrets.token_hex(8)
        self.calls += 1
        self._printed = 0
        try:
            answer = self._exchange(Frame({**request.head, "token": token, "deadline": deadline}, request.body), deadline)
        except Garbled:
            self.end()
            raise ProcessFailed(FailureKind.GARBLED) from None
        except ProcessFailed:
            self.end()
            raise
        if answer.head.get("token") != token:
            self.end()
            raise ProcessFailed(FailureKind.GARBLED)
        return answer

    def is_idle(self) -> bool:
        """Whether it is alive and has said nothing unasked since the last answer."""
        return not _ready(self._answers)

    def end(self) -> None:
        """Kill it and everything it started, and let go of the pipes. May be called twice."""
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._drain()
            for descriptor in (self._requests, self._answers, self._output):
                os.close(descriptor)

    def _start(self) -> None:
        child_requests, self._requests = os.pipe()
        self._answers, child_answers = os.pipe()
        self._output, child_output = os.pipe()
        for descriptor in (self._requests, self._answers, self._output):
            os.set_blocking(descriptor, False)
        environment = {name: os.environ[name] for name in _KEEP if name in os.environ}
        environment["PYTHONPATH"] = os.pathsep.join(path or os.getcwd() for path in sys.path)  # noqa: PTH109
        command = [sys.executable, "-P", "-m", "shuhua_core.plugins.child", str(child_requests), str(child_answers)]
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                command,
                stdin=subprocess.DEVNULL,
                stdout=child_output,
                stderr=child_output,
                pass_fds=(child_requests, child_answers),
                cwd=tempfile.gettempdir(),
                env=environment,
                start_new_session=True,
            )
        except OSError:
            for descriptor in (self._requests, self._answers, self._output):
                os.close(descriptor)
            raise
        finally:
            for descriptor in (child_requests, child_answers, child_output):
                os.close(descriptor)

    def _exchange(self, request: Frame, deadline: float) -> Frame:
        until = time.monotonic() + deadline
        unsent = memoryview(request.encode())
        received = bytearray()
        poll = select.poll()
        poll.register(self._answers, select.POLLIN)
        poll.register(self._output, select.POLLIN)
        poll.register(self._requests, select.POLLOUT)
        while True:
            left = until - time.monotonic()
            if left <= 0:
                raise ProcessFailed(FailureKind.TIMEOUT, f"no answer in {deadline:g} seconds")
            for descriptor, _event in poll.poll(left * 1000):
                if descriptor == self._output:
                    if not self._read_output():
                        poll.unregister(descriptor)
                elif descriptor == self._requests:
                    unsent = self._send(unsent)
                    if not unsent:
                        poll.unregister(descriptor)
                else:
                    answer = self._receive(received)
                    if answer is not None:
                        self._drain()
                        return answer

    def _send(self, unsent: memoryview) -> memoryview:
        try:
            return unsent[os.write(self._requests, unsent[:_CHUNK]) :]
        except BrokenPipeError:
            raise self._exited() from None

    def _receive(self, received: bytearray) -> Frame | None:
        chunk = os.read(self._answers, _CHUNK)
        if not chunk:
            raise self._exited()
        received += chunk
        if len(received) < PREFIX:
            return None
        head, body = lengths(bytes(received[:PREFIX]))
        if body > self._limits.result_mb << 20:
            raise ProcessFailed(FailureKind.OUTPUT, "the document is too large")
        end = PREFIX + head + body
        if len(received) > end:
            raise Garbled
        if len(received) < end:
            return None
        return decode(bytes(received[PREFIX : PREFIX + head]), bytes(received[PREFIX + head :]))

    def _exited(self) -> ProcessFailed:
        self.end()
        return ProcessFailed(FailureKind.EXITED, f"its process ended with {self._process.returncode}")

    def _read_output(self) -> bool:
        """Pass what was printed to the log, at debug level since it may hold anything; False when there is no more."""
        try:
            chunk = os.read(self._output, _CHUNK)
        except BlockingIOError:
            return False
        self._printed += len(chunk)
        if self._printed > self._limits.output_kb << 10:
            raise ProcessFailed(FailureKind.OUTPUT, f"printed more than {self._limits.output_kb} KiB")
        if self._log.isEnabledFor(logging.DEBUG):
            for line in chunk.decode(errors="replace").splitlines():
                self._log.debug("printed: %s", ascii(line[:500]))
        return bool(chunk)

    def _drain(self) -> None:
        with contextlib.suppress(ProcessFailed):
            while _ready(self._output) and self._read_output():
                pass


def _ready(descriptor: int) -> bool:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))
