"""What adding and changing an archive record has in common: numbers, references, twins, versions, and what the audit is told."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import inspect, select
from sqlalchemy.exc import IntegrityError

from shuhua_core.accounts.organisations import branch_for_division, branch_of
from shuhua_core.kernel.context import Context
from shuhua_core.kernel.errors import Conflict, Invalid, Merged, NotAllowed, NotFound, VersionStale
from shuhua_core.kernel.events import Event
from shuhua_core.kernel.i18n import _
from shuhua_core.kernel.merged import MergedRecord
from shuhua_core.kernel.recall import foreseen
from shuhua_core.kernel.schema import InputSchema, given
from shuhua_core.kernel.scope import covers, get_visible, read_visible, visible
from shuhua_core.kernel.steps import plain

RecordT = TypeVar("RecordT")

NOT_AUDITED = frozenset({"id", "version", "created_at", "updated_at", "phone_tail", "name_key", "morton"})


def patch_of(create: type[InputSchema], *, name: str, without: Collection[str] = ()) -> type[InputSchema]:
    """The schema of a patch: the fields of ``create`` but ``without``, none required.

    A field that ``create`` requires, or has a default for, says ``keeps_value``: it may be left out, but not emptied.
    """
    fields: dict[str, Any] = {}
    for node in create().children:
        if node.name not in without:
            fields[node.name] = node.clone()
            fields[node.name].keeps_value = node.required or node.missing is not None
            fields[node.name].missing = None
    return type(name, (InputSchema,), {**fields, "__doc__": f"What may be changed of what {create.__name__} entered."})


def patch_values(schema: type[InputSchema], data: Any, record: Any) -> dict[str, Any]:
    """The fields of ``record`` that ``data`` names, as Python values. Raises Invalid where a required one is emptied."""
    values = given(schema, data, record)
    emptied = [node.name for node in schema().children if node.keeps_value and node.name in values and values[node.name] is None]
    if emptied:
        raise Invalid({name: _("This is required.") for name in emptied})
    return values


def editable(
    ctx: Context, model: type[RecordT], record_id: int, *, view: str, edit: str, expected_version: int | None
) -> RecordT:
    """The record, locked for a change. Raises NotFound, NotAllowed or VersionStale."""
    record = get_visible(ctx.session, model, ctx.actor, view, record_id, for_update=True)
    if not covers(record, ctx.actor, edit):
        raise NotAllowed
    version = record.version  # type: ignore[attr-defined]
    if expected_version is not None and expected_version != version:
        raise VersionStale(version=version)
    return record


def find(ctx: Context, model: type[RecordT], record_id: int, *, permission: str) -> RecordT:
    """The record, or the one that it was merged into: what somebody entered before names it still. Raises NotFound."""
    try:
        return get_visible(ctx.session, model, ctx.actor, permission, record_id)
    except Merged as merged:
        return get_visible(ctx.session, model, ctx.actor, permission, merged.details["merged_into_id"])


def find_columns(ctx: Context, model: type[Any], record_id: int, *, permission: str) -> Any:
    """The columns of what :func:`find` gives, not to be changed. Raises NotFound."""
    try:
        return read_visible(ctx.session, model, ctx.actor, permission, record_id)
    except Merged as merged:
        return read_visible(ctx.session, model, ctx.actor, permission, merged.details["merged_into_id"])


def require_reference(ctx: Context, model: type[Any], record_id: int | None, *, field: str, permission: str) -> Any:
    """The record that ``field`` names, or that that one was merged into; None for None. Its id is the one to keep.

    Raises Invalid alike for one that is absent or not the actor's to see.
    """
    if record_id is None:
        return None
    try:
        return find(ctx, model, record_id, permission=permission)
    except NotFound:
        raise Invalid({field: _("There is no such record, or it is not yours to see.")}) from None


def settle_reference(ctx: Context, model: type[Any], values: dict[str, Any], field: str, *, permission: str) -> Any:
    """:func:`require_reference` for ``values[field]``, where the id of the record that is given is kept."""
    found = require_reference(ctx, model, values.get(field), field=field, permission=permission)
    if found is not None:
        values[field] = found.id
    return found


def require_unique(
    ctx: Context, model: type[Any], field: str, value: str | None, *, permission: str, besides: int | None = None
) -> None:
    """Refuse a value that another record has, and say which one if the actor may see it.

    The unique constraint has the last word. Raises Invalid for ``field``.
    """
    if value is None:
        return
    key = ("holders", model, field, value, permission)
    holders = foreseen(ctx.session, key, lambda: holders_of(ctx, model, field, [value], permission=permission)[value])
    taken = next((holder for holder in holders if holder.id is None or holder.id != besides), None)
    if taken is None:
        return
    number, name, seen = taken.number, taken.name, taken.seen
    if seen:
        text = _("${value} is taken: ${number} ${name} has it.", mapping={"value": value, "number": number, "name": name})
    else:
        text = _("${value} is taken.", mapping={"value": value})
    raise Invalid({field: text})


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a value that no two may have."""

    id: int | None
    """None where it had the value as another record, which was merged into it."""
    number: str
    name: str
    seen: bool
    """Whether the actor may see it."""


def foresee_holders(ctx: Context, model: type[Any], field: str, values: Collection[str], *, permission: str) -> None:
    """Ask for all ``values`` at once what :func:`require_unique` will ask for each."""
    for value, holders in holders_of(ctx, model, field, values, permission=permission).items():
        ctx.session.info["foreseen"]["holders", model, field, value, permission] = holders


def holders_of(
    ctx: Context, model: type[Any], field: str, values: Collection[str], *, permission: str
) -> dict[str, list[Holder]]:
    """Who has each of the values; to a number that a merged record had answers the one that stays."""
    column, seen = getattr(model, field), visible(model, ctx.actor, permission).label("seen")
    found: dict[str, list[Holder]] = {value: [] for value in values}
    query = select(column.label("value"), model.id, model.number, model.name, seen)
    for value, *about in ctx.session.execute(query.where(column.in_(values))):
        found[value].append(Holder(*about))
    free = [value for value, holders in found.items() if not holders]
    if free and field == "number" and model.__scope__.merges:
        before = query.join(MergedRecord, MergedRecord.merged_into_id == model.id).with_only_columns(
            MergedRecord.number, model.number, model.name, seen
        )
        before = before.where(MergedRecord.record_kind == model.__scope__.kind, MergedRecord.number.in_(free))
        for value, *about in ctx.session.execute(before.order_by(MergedRecord.merged_at.desc(), MergedRecord.record_id.desc())):
            found[value].append(Holder(None, *about))
    return found


def flush(ctx: Context) -> None:
    """Send what is pending to the database. Raises Conflict when somebody else took a unique value at the same moment."""
    try:
        ctx.session.flush()
    except IntegrityError as error:
        if not _is_twin(error.orig):
            raise
        raise Conflict(_("Somebody else has just taken this number or code. Try again.")) from error


def _is_twin(error: Any) -> bool:
    """Whether a unique constraint refused it, as SQLite and PostgreSQL say it."""
    return getattr(error, "sqlstate", None) == "23505" or getattr(error, "sqlite_errorname", "") == "SQLITE_CONSTRAINT_UNIQUE"


def home_path(ctx: Context, division_code: str | None, *, by_division: bool = False) -> str:
    """The path of the branch that a new record belongs to.

    That is the actor's own branch, or ``by_division`` the one on whose duty the division is; each stands in for the other.
    """
    own = ctx.actor.organisation_path
    if own and not (by_division and division_code):
        return branch_of(ctx.session, own).path
    return branch_for_division(ctx.session, division_code).path


def require_scope(ctx: Context, record: Any, permission: str) -> None:
    """Refuse a record that would lie outside of what the actor may edit. Raises NotAllowed."""
    if not covers(record, ctx.actor, permission):
        raise NotAllowed(_("This would lie outside of your area. Choose a division or a unit of your own."))


def changed(record: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """Set ``values`` on ``record``; gives field -> [old, new], as plain values, of those that differ."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        old = getattr(record, name)
        if old != value:
            setattr(record, name, value)
            found[name] = plain({"pair": [old, value]})["pair"]
    return found


def initial(record: Any) -> dict[str, Any]:
    """Field -> [None, value] of all that a new record was given."""
    model: Any = type(record)
    known = record.__dict__
    values = plain({name: known[name] if name in known else getattr(record, name) for name in _audited(model)})
    return {name: [None, value] for name, value in values.items() if value is not None}


@cache
def _audited(model: Any) -> Sequence[str]:
    return [column.key for column in inspect(model).column_attrs if column.key not in NOT_AUDITED]


def publish(
    ctx: Context, name: str, kind: str, record: Any, changes: Mapping[str, Any], *, personal: Collection[str] = (), **values: Any
) -> None:
    """Publish a change of ``record``; the ``personal`` fields go to the part of the audit that an erasure may remove."""
    shown = {field: pair for field, pair in changes.items() if field not in personal and field not in NOT_AUDITED}
    hidden = {field: pair for field, pair in changes.items() if field in personal}
    ctx.publish(
        Event(name, kind, record.id, record.number, values=values, changes=shown, personal=hidden, version=record.version)
    )


def touch(ctx: Context, record: Any) -> None:
    """Note that ``record`` was changed now: a new version for the next reader."""
    record.version += 1
    record.updated_at = ctx.now


def refuse_without(ctx: Context, permission: str) -> None:
    """Raises NotAllowed unless the actor holds the permission for some row."""
    if not ctx.actor.may(permission):
        raise NotAllowed
