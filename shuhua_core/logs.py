"""Logs as JSON, an object a line.

What is logged cannot pretend to be a line of its own: everything but ASCII is escaped. An exception is told by its type and
where it came from, never by its text, which may hold what a person has entered.
"""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime
from typing import Any

LONGEST_MESSAGE = 500
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """Time in UTC, level, logger, message, what stands in ``extra``, and the exception."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage()[:LONGEST_MESSAGE],
            **{name: value for name, value in vars(record).items() if name not in _STANDARD},
        }
        if record.exc_info and record.exc_info[1] is not None:
            line |= _described(record.exc_info[1])
        return json.dumps(line, ensure_ascii=True, default=str)


def _described(error: BaseException) -> dict[str, Any]:
    """Types and places of an exception and of its causes."""
    chain: list[str] = []
    frames: list[str] = []
    each: BaseException | None = error
    while each is not None and len(chain) < 5:
        chain.append(f"{type(each).__module__}.{type(each).__qualname__}")
        last = traceback.extract_tb(each.__traceback__)[-8:]
        frames = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in last] + frames
        each = each.__cause__ or (None if each.__suppress_context__ else each.__context__)
    return {"exception": chain, "frames": frames[:30]}
