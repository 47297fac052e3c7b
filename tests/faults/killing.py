"""A server that is killed, and the people who use it meanwhile."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.faults.clients import Reporter

ROOT = Path(__file__).parents[2]


@dataclass
class Server:
    """A process of the application, and how it is started again after it was killed."""

    url: str
    media: Path
    plant: str | None = None
    before: tuple[str, ...] = ()
    """What it runs under, such as a tracer."""
    process: subprocess.Popen | None = None

    def start(self) -> str:
        """Start it; gives its address."""
        command = [*self.before, sys.executable, "-m", "tests.faults.server", self.url, str(self.media)]
        self.process = subprocess.Popen(
            [*command, self.plant] if self.plant else command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        return f"http://127.0.0.1:{self.process.stdout.readline().strip()}"

    def kill(self) -> None:
        """End it and its children without a word."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
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
