"""Child processes of a command that runs in the foreground: started, watched, and stopped with it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType, TracebackType
from typing import IO

import click

_START_SECONDS = 60.0
_STOP_SECONDS = 15.0
_POLL_SECONDS = 0.2


def port_is_free(host: str, port: int) -> bool:
    """Whether a server could listen there now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


class Stopped(Exception):
    """SIGTERM or Ctrl-C came."""


class Processes:
    """``shuhua`` commands as children. In a ``with``: they end, cleanly, when the block does or when a signal comes."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._files: list[IO[bytes]] = []
        self._stopping = threading.Event()

    def __enter__(self) -> Processes:
        # Set anew and not trusted to be there: a shell starts background jobs with SIGINT ignored.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        return self

    def __exit__(self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> bool:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        for process in self._running.values():
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + _STOP_SECONDS
        for process in self._running.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for file in self._files:
            file.close()
        return kind is Stopped

    def start(self, name: str, *arguments: str) -> None:
        """Start ``shuhua`` with these arguments; what it says goes to ``<name>.log``."""
        file = (self._logs / f"{name}.log").open("wb")
        self._files.append(file)
        environ = {key: value for key, value in os.environ.items() if not key.startswith("SHUHUA_")}
        # A session of its own: Ctrl-C reaches this process alone, which then stops its children in order.
        self._running[name] = subprocess.Popen(  # noqa: S603 - our own program with our own arguments
            [sys.executable, "-m", "shuhua_core.cli", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            env=environ,
            start_new_session=True,
        )

    def wait_until_ready(self, address: str) -> None:
        """Return when ``address`` answers 200. Raises ClickException when a child ended or it takes too long."""
        deadline = time.monotonic() + _START_SECONDS
        while not _answers(address):
            self._look()
            if time.monotonic() > deadline:
                raise click.ClickException(f"The server does not answer at {address}; see {self._logs}")
            time.sleep(_POLL_SECONDS)

    def wait(self) -> None:
        """Run until a signal comes. Raises ClickException when a child ends by itself."""
        while True:
            self._look()
            time.sleep(_POLL_SECONDS)

    def _look(self) -> None:
        for name, process in self._running.items():
            if process.poll() is not None:
                path = self._logs / f"{name}.log"
                tail = "\n".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
                raise click.ClickException(f"The {name} ended with status {process.returncode}; its log {path} says:\n{tail}")

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        if not self._stopping.is_set():
            self._stopping.set()
            raise Stopped


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310 - our own server on this machine
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
