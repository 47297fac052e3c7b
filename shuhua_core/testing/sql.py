"""Counting the statements that code sends to the database."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

from sqlalchemy import Engine, event


class SqlCounter:
    """Counts statements while its block runs, on all connections of an engine: ``with SqlCounter(engine) as sql: ...``.

    Transaction control (BEGIN, SAVEPOINT, COMMIT) and pragmas are not counted.
    """

    _CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA")

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.statements: list[str] = []

    @property
    def count(self) -> int:
        """How many statements were sent so far."""
        return len(self.statements)

    def __enter__(self) -> Self:
        event.listen(self._engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        event.remove(self._engine, "before_cursor_execute", self._note)

    def _note(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.lstrip().upper().startswith(self._CONTROL):
            self.statements.append(statement)
