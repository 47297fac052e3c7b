"""Messages of replayed history: they arrive read, and what is the same for many records is asked once."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from shuhua_core.accounts.models import RolePermission
from shuhua_core.kernel.actor import ScopeKind
from shuhua_core.kernel.context import Context
from shuhua_core.kernel.events import Event
from shuhua_core.messages.audience import Addressee, Happening
from shuhua_core.messages.compose import Told, message_rows
from shuhua_core.messages.models import Message
from shuhua_core.messages.notices import NOTICES

_INSERT = insert(Message.__table__)  # type: ignore[arg-type]
_AT_MOST = 50_000
_OF_PEOPLE = frozenset({"user", "organisation", "role"})

ValueT = TypeVar("ValueT")


class Memory:
    """Answers that stay the same while a history is replayed; forgotten when they become too many."""

    def __init__(self) -> None:
        self._known: dict[Any, Any] = {}

    def recall(self, key: Any, ask: Callable[[], ValueT]) -> ValueT:
        """The answer under ``key``; asked for when it is not known."""
        if key not in self._known:
            if len(self._known) >= _AT_MOST:
                self._known.clear()
            self._known[key] = ask()
        return self._known[key]  # type: ignore[no-any-return]

    def forget(self) -> None:
        """Ask everything anew."""
        self._known.clear()


@dataclass
class RecalledHappening(Happening):
    """An event whose audience and facts are recalled."""

    memory: Memory = field(default_factory=Memory)

    @property
    def site_name(self) -> str | None:
        """The name of the record's site."""
        return self.memory.recall(("site", self.record.site_id), lambda: super(RecalledHappening, self).site_name)

    @property
    def equipment_name(self) -> str | None:
        """The name of the record's piece."""
        if self.kind == "equipment":
            return super().equipment_name
        key = ("piece", getattr(self.record, "equipment_id", None))
        return self.memory.recall(key, lambda: super(RecalledHappening, self).equipment_name)

    def reaching(self, permission: str) -> list[Addressee]:
        """Everybody active whose ``permission`` reaches the record."""
        key = ("reach", permission, *self._reached_by(permission))
        people = self.memory.recall(key, lambda: [each.user_id for each in super(RecalledHappening, self).reaching(permission)])
        return self.told(people)

    def _reached_by(self, permission: str) -> tuple[Any, ...]:
        """What of the record decides about the permission's reach: only what the scopes of some role look at."""
        scopes = self.memory.recall(("scopes", permission), lambda: _scopes(self.session, permission))
        record = self.record
        found = [type(record), record.organisation_path]
        if ScopeKind.DIVISION in scopes:
            found.append(record.division_code)
        if ScopeKind.OWN in scopes:
            found.extend(getattr(record, column) for column in record.__scope__.own.values())
        return tuple(found)


class Telling:
    """The reaction that writes read messages."""

    def __init__(self, happening: Callable[..., RecalledHappening] = RecalledHappening) -> None:
        self._happening = happening
        self._memory = Memory()

    def tell(self, ctx: Context, event: Event) -> None:
        """Write the messages of an event that somebody is told of."""
        if event.record_kind in _OF_PEOPLE:
            self._memory.forget()
            ctx.session.info["recalled"].clear()
        if event.name not in NOTICES:
            return
        number = event.number or ""
        happening = self._happening(ctx.session, event.record_kind, event.record_id, number, event.values, self._memory)
        told = Told(
            str(uuid.uuid4()), event.name, event.record_kind, event.record_id, number, event.values, ctx.actor.user_id, ctx.now
        )
        for row in message_rows(happening, told, read=True):
            ctx.session.execute(_INSERT, row)


def _scopes(session: Session, permission: str) -> frozenset[str]:
    return frozenset(session.scalars(select(RolePermission.scope).where(RolePermission.permission == permission).distinct()))
