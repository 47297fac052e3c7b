"""The one thing a service is made with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from . import outbox
from .actor import SYSTEM, Actor
from .events import Event

if TYPE_CHECKING:
    from .deployment import Deployment

Reaction = Callable[["Context", Event], None]
Reactions = Mapping[str, tuple[Reaction, ...]]
"""Event name -> what else happens in the same transaction; ``*`` stands for every event and runs first."""


@dataclass(frozen=True, slots=True)
class Context:
    """Session, who acts, when, and what follows from events. A service is ``SomeService(ctx)``."""

    session: Session
    actor: Actor
    now: datetime
    reactions: Reactions

    @property
    def deployment(self) -> Deployment:
        """Settings, workflows, numbers and files of this deployment, carried by the session."""
        return self.session.info["deployment"]  # type: ignore[no-any-return]

    def publish(self, event: Event) -> None:
        """Write the event to the outbox now, in this transaction, then run its reactions, which may veto by raising."""
        outbox.add(self.session, event, actor_id=self.actor.user_id, now=self.now)
        for reaction in (*self.reactions.get("*", ()), *self.reactions.get(event.name, ())):
            reaction(self, event)

    def as_system(self) -> Context:
        """The same transaction and moment, with the system acting."""
        return replace(self, actor=SYSTEM)
