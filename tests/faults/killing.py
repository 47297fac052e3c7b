"""A server that is killed, and the people who use it meanwhile."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.faults.clients import Reporter

ROOT = Path(__file__).parents[2]


@dataclass
class Server:
    """A process of the application, and how it is started again after it was killed.

    The application is built once, in a process that serves nobody; each start is a copy of that with a deployment of its own.
    """

    url: str
    media: Path
    plant: str | None = None
    before: tuple[str, ...] = ()
    """What it runs under, such as a tracer."""
    process: subprocess.Popen | None = None
    serving: int | None = None

    def start(self) -> str:
        """Start it; gives its address."""
        if self.process is None:
            command = [*self.before, sys.executable, "-m", "tests.faults.server", self.url, str(self.media)]
            self.process = subprocess.Popen(
                [*command, self.plant] if self.plant else command,
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        print("start", file=self.process.stdin, flush=True)
        serving, port = self.process.stdout.readline().split()
        self.serving = int(serving)
        return f"http://127.0.0.1:{port}"

    def kill(self) -> None:
        """End it and its children without a word."""
        if self.serving is not None:
            os.killpg(self.serving, signal.SIGKILL)
            with contextlib.suppress(ProcessLookupError):
                while True:
                    os.kill(self.serving, 0)
                    time.sleep(0.005)
            self.serving = None

    def close(self) -> None:
        """Kill it, and start it no more."""
        self.kill()
        if self.process is not None:
            self.process.stdin.close()
            self.process.wait(60)
            self.process.stdout.close()
            self.process = None


@contextlib.contextmanager
def working(reporters: list[Reporter], reports: int | None = None) -> Iterator[None]:
    """All of them at their phones until the block ends, or each of them until so many reports are acknowledged."""
    threads = [threading.Thread(target=each.run, args=(reports,)) for each in reporters]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        if reports is None:
            for each in reporters:
                each.stopping.set()
        for thread in threads:
            thread.join()
