"""A deployment whose clock stands at the moment that is being replayed, and whose messages arrive read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from shuhua_core.accounts.actors import load_actor, public_actor
from shuhua_core.datasets.load.collecting import ReplaySession
from shuhua_core.datasets.load.steady import SteadyWorkflows
from shuhua_core.datasets.load.store import CountedNumbers
from shuhua_core.datasets.load.told import Telling
from shuhua_core.kernel.actor import SYSTEM, Actor
from shuhua_core.kernel.clock import SetClock
from shuhua_core.kernel.context import Context, Reactions
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.kernel.numbering import Numbering


class History:
    """Replays what happened, each thing at its own moment, in as many transactions as its user opens.

    The services are those of the API. What differs: the clock is set, messages arrive read, and the entries of the outbox
    have ended, so that the worker tells nobody of them.
    """

    def __init__(
        self,
        deployment: Deployment,
        begins: datetime,
        *,
        listeners: Reactions | None = None,
        reactions: Reactions | None = None,
        telling: Telling | None = None,
        numbers: Numbering | None = None,
        quotations: bool = False,
    ) -> None:
        """``listeners`` hear of events before the deployment's reactions do.

        What the records tell of was done without ``quotations``, unless the one who replays it makes them.

        A writer in bulk brings ``reactions`` of its own in place of those, with its own ``telling`` and ``numbers``.
        """
        self.clock = SetClock(begins)
        table = dict(deployment.reactions if reactions is None else reactions)
        table["*"] = (*table.get("*", ()), (telling or Telling()).tell)
        for event, more in (listeners or {}).items():
            table[event] = (*more, *table.get(event, ()))
        if numbers is None:
            numbers = CountedNumbers(deployment) if deployment.database.dialect == "sqlite" else deployment.numbers
        settings = deployment.settings if quotations else replace(deployment.settings, quotations_required=False)
        self.deployment = replace(
            deployment, settings=settings, clock=self.clock, reactions=table, numbers=numbers, workflows=SteadyWorkflows()
        )
        self._actors: dict[int, Actor] = {}
        self._public: Actor | None = None
        self._session: Session | None = None

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A transaction that commits at the end of the block; :meth:`at` works within it."""
        database = self.deployment.database
        info = {
            **database.info,
            "deployment": self.deployment,
            "silent": True,
            "alone": database.dialect == "sqlite",
            "recalled": {},
        }
        database.gate.acquire()
        try:
            engine = database.engine.execution_options(shuhua_write=True)
            with ReplaySession(engine, info=info) as session, session.begin():
                self._session = session
                yield session
                session.send()
                if isinstance(self.deployment.numbers, CountedNumbers):
                    self.deployment.numbers.write(session)
        finally:
            self._session = None
            database.gate.release()

    @property
    def session(self) -> Session:
        """The session of the transaction that is open."""
        if self._session is None:
            raise RuntimeError("open a transaction first")
        return self._session

    def at(self, moment: datetime, actor: Actor = SYSTEM) -> Context:
        """A context at ``moment``, in the open transaction."""
        self.clock.set(moment)
        return self.deployment.context(self.session, actor)

    def user(self, user_id: int) -> Actor:
        """The actor of a user, loaded once."""
        if user_id not in self._actors:
            self._actors[user_id] = load_actor(self.session, user_id)
        return self._actors[user_id]

    @property
    def public(self) -> Actor:
        """Somebody without an account."""
        if self._public is None:
            self._public = public_actor(self.session)
        return self._public
