"""One running deployment: what is the same for all its requests, jobs and commands."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from . import choices
from .actor import Actor
from .clock import Clock
from .context import Context, Reactions
from .db import Database
from .numbering import Numbering
from .settings import Settings
from .workflow_store import Workflows


@dataclass(frozen=True, slots=True)
class Deployment:
    """Settings, database, clock, numbers, workflows and reactions. Made by :func:`shuhua_core.house.open_deployment`."""

    settings: Settings
    database: Database
    clock: Clock
    numbers: Numbering
    workflows: Workflows
    reactions: Reactions

    def context(self, session: Session, actor: Actor) -> Context:
        """A context for ``actor`` at the clock's present moment. Choice lists are from now on those that ``session`` sees."""
        choices.bind(choices.source_beside(session, self.database))
        return Context(session, actor, self.clock.now(), self.reactions)
