"""The running log: what the processes note as unusual, gathered in the database, where the office can read it.

A handler of Python's logging puts records into a short queue; a thread of its own writes them a few seconds later, a batch a
transaction. What cannot be written is dropped and counted: a log must never hold up the work that it tells of.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import threading
import time
from collections import deque
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy.exc import SQLAlchemyError

from shuhua_core.kernel.context import Context
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.kernel.errors import ServiceError

from .models import JobRun, RunningEntry

LOGGER = "shuhua.running"
"""What is logged here from INFO on is kept, such as that a process began; of all other loggers what is a WARNING or worse."""
EVERY_SECONDS = 3.0
WAITING = 500
"""Records that may wait to be written; the oldest go first when there are more."""
QUIET = ("sqlalchemy", "alembic", "py.warnings")
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class RunningLogHandler(logging.Handler):
    """Keeps records in ``running_log``. :meth:`flush` writes what waits; :meth:`close` does so for the last time."""

    def __init__(self, deployment: Deployment, *, writes_itself: bool = True) -> None:
        super().__init__(logging.INFO)
        self._deployment = deployment
        self._waiting: deque[dict[str, Any]] = deque(maxlen=WAITING)
        self._process = f"{socket.gethostname()[:40]}:{os.getpid()}"
        self._writes_itself = writes_itself
        self._thread: threading.Thread | None = None
        self._writing = threading.local()
        self.dropped = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Take a record that is worth keeping."""
        unusual = record.levelno >= logging.WARNING and not record.name.startswith(QUIET)
        if getattr(self._writing, "now", False) or not (unusual or record.name == LOGGER):
            return
        if len(self._waiting) == WAITING:
            self.dropped += 1
        self._waiting.append(_row(record, self._process))
        if self._writes_itself and self._thread is None:
            # Begun with the first record and not before, so that a server which forks has it in its children.
            self._thread = threading.Thread(target=self._write_on, name="running log", daemon=True)
            self._thread.start()

    def flush(self) -> None:
        """Write what waits, in one transaction. A database that is away loses the batch, not the process."""
        rows = [self._waiting.popleft() for _number in range(len(self._waiting))]
        if not rows:
            return
        self._writing.now = True
        try:
            with self._deployment.database.write() as session:
                session.execute(insert(RunningEntry), rows)
        except (SQLAlchemyError, ServiceError, OSError):
            self.dropped += len(rows)
        finally:
            self._writing.now = False

    def close(self) -> None:
        """Write what waits, and take no more."""
        self.flush()
        super().close()

    def _write_on(self) -> None:
        while True:
            time.sleep(EVERY_SECONDS)
            self.flush()


def keep_running_log(deployment: Deployment) -> RunningLogHandler:
    """Keep the log of this process in the database from now on."""
    handler = RunningLogHandler(deployment)
    logging.getLogger().addHandler(handler)
    return handler


def _row(record: logging.LogRecord, process: str) -> dict[str, Any]:
    extra = {name: value for name, value in vars(record).items() if name not in _STANDARD}
    if record.exc_info and record.exc_info[0] is not None:
        extra["exception"] = record.exc_info[0].__name__  # its text may quote what a person wrote
    request_id = extra.pop("request_id", None)
    return {
        "at": datetime.fromtimestamp(record.created, UTC),
        "level": record.levelname.lower()[:10],
        "logger": record.name[:100],
        "message": record.getMessage()[:500].replace("\x00", ""),
        "process": process,
        "request_id": str(request_id)[:40] if request_id else None,
        "detail": json.loads(json.dumps(extra, default=str).replace("\\u0000", "")),
    }


def note_job(deployment: Deployment, name: str, started_at: datetime, error: str | None) -> None:
    """Keep how the last run of a job ended."""
    with deployment.database.write() as session:
        run = session.get(JobRun, name, with_for_update=True)
        if run is None:
            run = JobRun(name=name, started_at=started_at, ended_at=started_at, runs=0, failures=0)
            session.add(run)
        run.started_at, run.ended_at, run.error, run.asked_at = started_at, deployment.clock.now(), error, None
        run.runs += 1
        run.failures += error is not None


def sweep(ctx: Context) -> None:
    """Forget what is older than the deployment keeps it."""
    over = ctx.now - timedelta(days=ctx.deployment.settings.running_log_days)
    ctx.session.execute(delete(RunningEntry).where(RunningEntry.at < over))
