"""Remembers whose a record was before a change of its scope, so that the feed can tell those who can no longer see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import SimpleNamespace
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import get_history
from sqlalchemy.orm.base import PassiveFlag

from .actor import Actor
from .scope import ScopeColumns, covers

_LEFT = "left"
Before = dict[str, Any]
"""Values of a record's scope columns."""


def _columns(scope: ScopeColumns) -> list[str]:
    named = (scope.division, scope.organisation, *scope.own.values())
    return [each for each in dict.fromkeys(named) if each is not None and each != "id"]


def _note(session: Session, _flush: Any, _instances: Any) -> None:
    if session.info.get("silent"):
        return
    for record in session.dirty:
        scope: ScopeColumns | None = getattr(record, "__scope__", None)
        if scope is None:
            continue
        changed = {}
        for name in _columns(scope):
            history = get_history(record, name, PassiveFlag.PASSIVE_NO_INITIALIZE)
            if history.deleted:
                changed[name] = history.deleted[0]
        if changed:
            before = {name: changed.get(name, getattr(record, name)) for name in _columns(scope)}
            session.info.setdefault(_LEFT, {}).setdefault((scope.kind, record.id), []).append(before)


event.listen(Session, "before_flush", _note)


def note_gone(session: Session, record: Any) -> None:
    """Remember whose a record was that is about to be deleted: it leaves everybody's scope."""
    scope: ScopeColumns = record.__scope__
    before = {name: getattr(record, name) for name in _columns(scope)}
    session.info.setdefault(_LEFT, {}).setdefault((scope.kind, record.id), []).append(before)


def take_left(session: Session, kind: str, record_id: int) -> list[Before]:
    """The scopes that a record has left in this transaction and that no event has told of yet."""
    noted: dict[tuple[str, int], list[Before]] = session.info.get(_LEFT, {})
    return noted.pop((kind, record_id), [])


def had_left(model: type[Any], record_id: int, left: Iterable[Mapping[str, Any]], actor: Actor, permission: str) -> bool:
    """Whether ``permission`` of ``actor`` reached the record in one of the scopes that it left."""
    return any(
        covers(SimpleNamespace(**{**before, "id": record_id, "__scope__": model.__scope__}), actor, permission) for before in left
    )
