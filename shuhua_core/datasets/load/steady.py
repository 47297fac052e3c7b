"""Workflow tables of a replay: new records begin under the version that was in force when it began."""

from __future__ import annotations

from sqlalchemy.orm import Session

from shuhua_core.kernel.workflow import Workflow
from shuhua_core.kernel.workflow_store import Workflows


class SteadyWorkflows(Workflows):
    """Asks for the newest version of a table once."""

    def __init__(self) -> None:
        super().__init__()
        self._newest: dict[str, Workflow] = {}

    def newest(self, session: Session, name: str) -> Workflow:
        """The version under which new records begin."""
        if name not in self._newest:
            self._newest[name] = super().newest(session, name)
        return self._newest[name]
