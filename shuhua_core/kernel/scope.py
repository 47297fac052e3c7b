"""Row scope: the one place that decides which rows an actor's permission reaches.

A scoped model declares ``__scope__ = ScopeColumns(...)``. Lists, counts, exports, map, search and single objects all go
through :func:`visible`; a record already loaded is tested by :func:`covers` under the same rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import Session

from .actor import Actor, Grant, ScopeKind
from .errors import NotFound

RecordT = TypeVar("RecordT")


@dataclass(frozen=True, slots=True)
class ScopeColumns:
    """Which columns of a table carry its scope; a kind without a column reaches no row.

    ``own`` maps an attribute of the actor (``user_id``, ``customer_id``, ``host_unit_id``) to the column that must equal it.
    """

    kind: str
    division: str | None = None
    organisation: str | None = None
    own: Mapping[str, str] = field(default_factory=dict)


def prefix_range(column: Any, prefix: str) -> ColumnElement[bool]:
    """``column`` begins with ``prefix``, as a range that an index serves (columns collate by code point)."""
    if not prefix:
        return column.is_not(None)  # type: ignore[no-any-return]
    return and_(column >= prefix, column < prefix[:-1] + chr(ord(prefix[-1]) + 1))


def visible(model: type[Any], actor: Actor, permission: str) -> ColumnElement[bool]:
    """The condition under which ``permission`` of ``actor`` reaches a row of ``model``."""
    columns: ScopeColumns = model.__scope__
    conditions: list[ColumnElement[bool]] = []
    for grant in actor.reach(permission):
        if grant.scope is ScopeKind.ALL:
            return true()
        conditions.extend(_conditions(model, columns, actor, grant))
    return or_(*conditions) if conditions else false()


def _conditions(model: Any, columns: ScopeColumns, actor: Actor, grant: Grant) -> list[ColumnElement[bool]]:
    if grant.scope is ScopeKind.DIVISION and columns.division and grant.value:
        return [prefix_range(getattr(model, columns.division), grant.value)]
    if grant.scope is ScopeKind.ORGANISATION and columns.organisation and grant.value:
        return [prefix_range(getattr(model, columns.organisation), grant.value)]
    if grant.scope is ScopeKind.AGENT and columns.organisation and grant.value:
        return [getattr(model, columns.organisation) == grant.value]
    if grant.scope is ScopeKind.OWN:
        own = [
            getattr(model, column) == getattr(actor, attribute)
            for attribute, column in columns.own.items()
            if getattr(actor, attribute) is not None
        ]
        held = [record_id for kind, record_id in actor.holds if kind == columns.kind]
        if held:
            own.append(model.id.in_(held))
        return own
    return []


def covers(record: Any, actor: Actor, permission: str) -> bool:
    """Whether ``permission`` of ``actor`` reaches this loaded ``record``; same rule as :func:`visible`."""
    columns: ScopeColumns = record.__scope__
    return any(_covers(record, columns, actor, grant) for grant in actor.reach(permission))


def _covers(record: Any, columns: ScopeColumns, actor: Actor, grant: Grant) -> bool:
    if grant.scope is ScopeKind.ALL:
        return True
    if grant.scope is ScopeKind.OWN:
        if (columns.kind, record.id) in actor.holds:
            return True
        return any(
            getattr(actor, attribute) is not None and getattr(record, column) == getattr(actor, attribute)
            for attribute, column in columns.own.items()
        )
    column = columns.division if grant.scope is ScopeKind.DIVISION else columns.organisation
    value = getattr(record, column) if column else None
    if value is None or not grant.value:
        return False
    return bool(value == grant.value if grant.scope is ScopeKind.AGENT else value.startswith(grant.value))


def get_visible(
    session: Session,
    model: type[RecordT],
    actor: Actor,
    permission: str,
    record_id: int,
    *,
    for_update: bool = False,
) -> RecordT:
    """The record ``record_id`` if ``permission`` reaches it.

    ``for_update`` locks the row on PostgreSQL, so that two who press at once meet here and the second sees the new state.
    Where the session is marked as ``alone`` (a replay of history on SQLite, where nobody else writes meanwhile), a record
    that it has loaded is not read again. Raises :class:`NotFound`, alike for absent and out of scope.
    """
    if session.info.get("alone"):
        known = session.get(model, record_id)
        if known is None or not covers(known, actor, permission):
            raise NotFound()
        return known
    query = select(model).where(model.id == record_id, visible(model, actor, permission))  # type: ignore[attr-defined]
    if for_update:
        query = query.with_for_update(of=model).execution_options(populate_existing=True)
    record: RecordT | None = session.scalars(query).unique().one_or_none()
    if record is None:
        raise NotFound()
    return record
