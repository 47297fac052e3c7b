"""A session that sends what is only ever appended in one go: a replay of history reads none of it while it runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Insert, event
from sqlalchemy.orm import Session

from shuhua_core.audit.models import AuditEntry
from shuhua_core.kernel.outbox import OutboxEntry
from shuhua_core.kernel.steps import Step
from shuhua_core.messages.models import Message

APPENDED = frozenset({Step.__table__, OutboxEntry.__table__, AuditEntry.__table__, Message.__table__})


class CollectingSession(Session):
    """Keeps the rows that are inserted into the logs one by one, and inserts them together with :meth:`send`."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._collected: dict[Any, tuple[Insert, list[Mapping[str, Any]]]] = {}
        self._kept: list[Any] = []
        for name in ("loaded_as_persistent", "pending_to_persistent"):
            event.listen(self, name, self._keep)

    def _keep(self, _session: Session, record: Any) -> None:
        """Hold on to what was loaded, which a session forgets when nobody else does: it is wanted again soon."""
        self._kept.append(record)

    def execute(self, statement: Any, params: Any = None, **options: Any) -> Any:
        """As the session does, except that a row of a log waits for :meth:`send`."""
        if isinstance(statement, Insert) and isinstance(params, Mapping) and statement.table in APPENDED:
            self._collected.setdefault(statement.table, (statement, []))[1].append(params)
            return None
        return super().execute(statement, params, **options)

    def send(self) -> None:
        """Insert what was kept, each table's rows in their order."""
        self.flush()
        collected, self._collected = self._collected, {}
        for statement, rows in collected.values():
            super().execute(statement, rows)
