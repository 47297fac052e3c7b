"""Row scope: the one place that decides which rows an actor's permission reaches.

A scoped model declares ``__scope__ = ScopeColumns(...)``. Lists, counts, exports, map, search and single objects all go
through :func:`visible`; a record already loaded is tested by :func:`covers` under the same rule.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, bindparam, false, or_, select, true
from sqlalchemy.orm import Session

from . import hot_records
from .actor import Actor, Grant, ScopeKind
from .db import Base
from .errors import Merged, NotFound
from .hints import likely
from .merged import merged_into, stays
from .prepared import Prepared

RecordT = TypeVar("RecordT")


@dataclass(frozen=True, slots=True)
class ScopeColumns:
    """Which columns of a table carry its scope; a kind without a column reaches no row.

    ``own`` maps an attribute of the actor (``user_id``, ``customer_id``, ``host_unit_id``) to the column that must equal it.
    """

    kind: str
    merges: bool = False
    """Whether records of this kind are merged into each other, so that one may have gone into another."""
    division: str | None = None
    organisation: str | None = None
    own: Mapping[str, str] = field(default_factory=dict)


def is_record(column: Any, record_id: int) -> ColumnElement[bool]:
    """``column`` names the record with this id, or the one that it was merged into; as one condition, which asks nothing before.

    ``column`` is a foreign key or a primary key; of which kind of record, its table tells.
    """
    kind = _merging_kind(column)
    return column == (record_id if kind is None else stays(kind, record_id))  # type: ignore[no-any-return]


def _merging_kind(column: Any) -> str | None:
    """The kind of record that a column names, if records of that kind are merged."""
    column = getattr(column, "expression", column)
    tables = [key.column.table for key in column.foreign_keys] or [column.table]
    return next((kind for table in tables if (kind := _merging_kinds().get(table.name)) is not None), None)


@cache
def _merging_kinds() -> Mapping[str, str]:
    """Table -> kind of the records that are merged into each other."""
    scoped = [each.class_ for each in Base.registry.mappers if hasattr(each.class_, "__scope__")]
    return {model.__tablename__: model.__scope__.kind for model in scoped if model.__scope__.merges}


def prefix_range(column: Any, prefix: str) -> ColumnElement[bool]:
    """``column`` begins with ``prefix``, as a range that an index serves (columns collate by code point)."""
    return and_(*_bounds(column, prefix)) if prefix else column.is_not(None)


def _bounds(column: Any, prefix: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return column >= prefix, column < prefix[:-1] + chr(ord(prefix[-1]) + 1)


def visible(model: type[Any], actor: Actor, permission: str) -> ColumnElement[bool]:
    """The condition under which ``permission`` of ``actor`` reaches a row of ``model``.

    The same rights give the same object, so that statements made of it can be kept.
    """
    columns: ScopeColumns = model.__scope__
    grants = actor.reach(permission)
    own: tuple[tuple[str, Hashable], ...] = ()
    if any(grant.scope is ScopeKind.OWN for grant in grants):
        named = tuple((column, getattr(actor, attribute)) for attribute, column in columns.own.items())
        held = tuple(sorted(record_id for kind, record_id in actor.holds if kind == columns.kind))
        own = (*(each for each in named if each[1] is not None), *((("id", held),) if held else ()))
    return _visible(model, grants, own)  # type: ignore[arg-type]


@lru_cache(maxsize=500)
def _visible(model: Any, grants: tuple[Grant, ...], own: tuple[tuple[str, Any], ...]) -> ColumnElement[bool]:
    columns: ScopeColumns = model.__scope__
    conditions: list[ColumnElement[bool]] = []
    for grant in grants:
        if grant.scope is ScopeKind.ALL:
            return true()
        if grant.scope is ScopeKind.OWN:
            conditions.extend(
                getattr(model, name).in_(value) if isinstance(value, tuple) else getattr(model, name) == value
                for name, value in own
            )
        else:
            conditions.extend(_area(model, columns, grant))
    return or_(*conditions) if conditions else false()


def _area(model: Any, columns: ScopeColumns, grant: Grant) -> list[ColumnElement[bool]]:
    column = columns.division if grant.scope is ScopeKind.DIVISION else columns.organisation
    if not column or not grant.value:
        return []
    if grant.scope is ScopeKind.AGENT:
        return [getattr(model, column) == grant.value]
    # A branch or a province is a large part of all rows. Without a word SQLite takes any range for a small one, and sorts
    # all of it where an index in the order of the list would give the first page at once.
    return [and_(*(likely(bound) for bound in _bounds(getattr(model, column), grant.value)))]


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
    that it has loaded is not read again. Raises :class:`NotFound`, alike for absent and out of scope, and
    :class:`Merged` for one that went into another which ``permission`` reaches.
    """
    record: RecordT | None
    if session.info.get("alone"):
        record = session.get(model, record_id)
    elif hot_records.can_load(session, model, record_id):
        record = hot_records.load(session, model, record_id, for_update=for_update)
    else:
        found = session.scalars(_by_id(model, for_update), {"record_id": record_id})  # type: ignore[arg-type]
        record = found.unique().one_or_none()
    if record is None:
        _lead_on(session, model, actor, permission, record_id)
    if record is None or not covers(record, actor, permission):
        raise NotFound()
    return record


def _lead_on(session: Session, model: Any, actor: Actor, permission: str, record_id: int) -> None:
    """Raises Merged where the record went into one that the actor may see."""
    scope: ScopeColumns = model.__scope__
    into = merged_into(session, scope.kind, record_id) if scope.merges else None
    if into is not None and covers(session.get_one(model, into), actor, permission):
        raise Merged(kind=scope.kind, merged_id=record_id, merged_into_id=into)


def read_visible(session: Session, model: Any, actor: Actor, permission: str, record_id: int) -> Any:
    """What :func:`get_visible` gives, as a row that is read by the names of columns and never changed; in half the time."""
    if session.info.get("alone"):
        return get_visible(session, model, actor, permission, record_id)
    record = _row_by_id(model).row(session, {"record_id": record_id})
    if record is None:
        _lead_on(session, model, actor, permission, record_id)
    if record is None or not covers(record, actor, permission):
        raise NotFound()
    return record


@cache
def _row_by_id(model: Any) -> Prepared:
    table = model.__table__
    return Prepared(select(table).where(table.c.id == bindparam("record_id")), attributes={"__scope__": model.__scope__})


@cache
def _by_id(model: Any, for_update: bool) -> Select[Any]:
    """The one statement that reads a record of ``model``; the scope is tested on what it gives."""
    query: Select[Any] = select(model).where(model.id == bindparam("record_id"))
    return query.with_for_update(of=model).execution_options(populate_existing=True) if for_update else query
