"""The gate before which all writers of a SQLite deployment queue: threads of this process first, then all processes."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import IO

import portalocker
from portalocker import LockFlags

from .errors import Busy

POLL = 0.002
"""Seconds between two looks at the lock of another process."""
_AT_ONCE = LockFlags.EXCLUSIVE | LockFlags.NON_BLOCKING


class WriteGate:
    """Lets one writer at a time into a SQLite database, across threads and processes; without a path, everybody at once.

    Threads of one process queue on a lock in memory, so that only one of them polls the file. The file stays open from one
    writer to the next, since opening it costs each of them more than the lock does.
    """

    def __init__(self, lock_path: Path | None, timeout: float) -> None:
        self._path = lock_path
        self._timeout = timeout
        self._threads = threading.Lock()
        self._file: IO[bytes] | None = None
        self._opened_by = 0

    def acquire(self) -> None:
        """Wait for the gate. Raises :class:`Busy` after the timeout. Does nothing on PostgreSQL."""
        if self._path is None:
            return
        deadline = time.monotonic() + self._timeout
        if not self._threads.acquire(timeout=self._timeout):
            raise Busy(retry_after=2)
        try:
            self._wait_for_file(self._path, deadline)
        except BaseException:
            self._threads.release()
            raise

    def release(self) -> None:
        """Let the next writer in."""
        if self._file is not None:
            portalocker.unlock(self._file)
            self._threads.release()

    def close(self) -> None:
        """Close the file unless somebody is inside; the next writer opens it again."""
        if self._threads.acquire(blocking=False):
            if self._file is not None:
                self._file.close()
                self._file = None
            self._threads.release()

    def _wait_for_file(self, path: Path, deadline: float) -> None:
        while not self._locked(path):
            if time.monotonic() >= deadline:
                raise Busy(retry_after=2)
            time.sleep(POLL)

    def _locked(self, path: Path) -> bool:
        """Take the lock if it is free, of the file that lies at ``path`` now."""
        if self._file is None or self._opened_by != os.getpid():
            # After a fork both processes hold the same open file, and so the same lock.
            self._file, self._opened_by = path.open("ab"), os.getpid()
        try:
            portalocker.lock(self._file, _AT_ONCE)
        except portalocker.AlreadyLocked:
            return False
        try:
            current = path.stat().st_ino == os.fstat(self._file.fileno()).st_ino
        except FileNotFoundError:
            current = False
        if not current:  # removed with the database, and perhaps made anew, while it was open here
            self._file.close()
            self._file = None
        return current
