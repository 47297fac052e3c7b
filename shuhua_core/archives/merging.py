"""Merging two records that are the same: everything that names the one goes to the other, and a pointer stays.

A :class:`Merge` for each kind says which fields may be chosen. What moves is read from the foreign keys of the database
itself, so that a room which comes later has nothing to do; what a foreign key does not tell (a key that two rows would share,
an id within a text) a room does as a reaction to the event, which runs before the rows move.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, func, literal, select, union_all, update
from sqlalchemy.exc import IntegrityError

from shuhua_core.archives import distinct, records
from shuhua_core.kernel.context import Context
from shuhua_core.kernel.db import Base
from shuhua_core.kernel.errors import Conflict, Invalid, NotAllowed, VersionStale
from shuhua_core.kernel.i18n import _
from shuhua_core.kernel.leaving import note_gone
from shuhua_core.kernel.merged import MergedRecord, leave_pointer
from shuhua_core.kernel.recall import locked
from shuhua_core.kernel.schema import Choice, InputSchema, Integer, Items, RecordId, deserialize, field
from shuhua_core.kernel.scope import covers, get_visible
from shuhua_core.media.service import MediaService

FILES = "media_files"
"""Name of the photos, videos and recordings among what moves."""


def nothing(_ctx: Context, *_records: Any) -> None:
    """What a kind checks or does besides, where there is nothing."""


@dataclass(frozen=True, kw_only=True)
class Merge:
    """How records of one kind are merged. Functions take the context, the record that stays, and the one that goes."""

    kind: str
    model: Any
    view: str
    permission: str
    """Who may merge; it has to reach both records."""
    merged_event: str
    """Told of the record that stays, before anything moves."""
    gone_event: str
    """Told of the record that went."""
    apart_event: str
    """Told of both when somebody says that they are not the same."""
    together_event: str
    """Told of both when that is taken back."""
    fields: Mapping[str, Collection[str]]
    """What can be taken from the one that goes: a field of the forms -> the columns that it stands for."""
    personal: frozenset[str]
    """Columns whose values an erasure may remove from the log."""
    copies: Collection[str] = ()
    """Columns that what hangs on the record has a copy of."""
    check: Callable[[Context, Any, Any], None] = nothing
    """Refuses two that cannot be one. Raises Invalid."""
    settle: Callable[[Context, Any, Any], None] = nothing
    """Called when the fields were taken and nothing is written yet."""
    after: Callable[[Context, Any], None] = nothing
    """Called when everything has moved."""

    @cached_property
    def schema(self) -> type[InputSchema]:
        """What :meth:`MergeService.merge` takes."""
        fields = {
            "merged_id": field(RecordId(self.kind), _("The record that goes"), required=True),
            "merged_version": field(Integer(1, 2**31), _("Its version that you have seen")),
            "take": field(
                Items(Choice({name: (name, name) for name in self.fields}), len(self.fields)),
                _("Fields of the one that goes which the one that stays takes over"),
                default=[],
            ),
        }
        described = f"Which {self.kind} goes into this one, and what of it is kept."
        return type(f"{self.kind.title()}Merge", (InputSchema,), {**fields, "__doc__": described})

    @cached_property
    def references(self) -> Mapping[str, Sequence[Any]]:
        """Table -> its columns that name such a record."""
        found: dict[str, list[Any]] = {}
        for table in Base.metadata.sorted_tables:
            for key in sorted(table.foreign_keys, key=lambda each: each.parent.name):
                if key.column.table is self.model.__table__:
                    found.setdefault(table.name, []).append(key.parent)
        return found


class MergeService:
    """What one actor does about records of one kind that are the same."""

    def __init__(self, ctx: Context, kind: Merge) -> None:
        self._ctx, self._kind = ctx, kind

    def pair(self, keep_id: int, gone_id: int) -> tuple[Any, Any]:
        """The record that would stay and the one that would go. Raises NotFound, NotAllowed, Invalid."""
        ctx, kind = self._ctx, self._kind
        if keep_id == gone_id:
            raise Invalid({"merged_id": _("A record cannot be merged into itself. Choose another one.")})
        keep, gone = (get_visible(ctx.session, kind.model, ctx.actor, kind.view, each) for each in (keep_id, gone_id))
        self._check(keep, None)
        self._check(gone, None)
        kind.check(ctx, keep, gone)
        return keep, gone

    def preview(self, gone: Any) -> Mapping[str, int]:
        """How many rows of each table would move, and how many files. Two statements."""
        parts = [
            select(literal(name), func.count()).select_from(columns[0].table).where(_names(columns, gone.id))
            for name, columns in self._kind.references.items()
        ]
        found = dict(self._ctx.session.execute(union_all(*parts)).all())
        found[FILES] = MediaService(self._ctx).count(self._kind.kind, gone.id)
        return {name: count for name, count in found.items() if count}

    def merge(self, keep_id: int, data: Any, *, expected_version: int | None = None) -> Any:
        """Merge the record that ``data`` names (``Merge.schema``) into this one; gives the one that stays.

        Raises NotFound, Merged, NotAllowed, VersionStale, Invalid, Conflict.
        """
        ctx, kind = self._ctx, self._kind
        self._check(get_visible(ctx.session, kind.model, ctx.actor, kind.view, keep_id), expected_version)
        values = deserialize(kind.schema, data)
        # In the order of their ids, so that two who merge the same pair the other way round do not wait for each other.
        locked(ctx.session, kind.model, {keep_id, values["merged_id"]})
        keep, gone = self.pair(keep_id, values["merged_id"])
        if distinct.decision(ctx.session, kind.kind, keep.id, gone.id) is not None:
            raise Invalid({"merged_id": _("Somebody said that these two are not the same. Take that back first.")})
        self._check(keep, expected_version)
        self._check(gone, values["merged_version"])
        columns = [column for name in values["take"] for column in kind.fields[name]]
        changes = records.changed(keep, {column: getattr(gone, column) for column in columns})
        kind.settle(ctx, keep, gone)
        records.require_scope(ctx, keep, kind.permission)
        records.touch(ctx, keep)
        ctx.session.flush()
        moved = {name: ids for name, found in kind.references.items() if (ids := self._ids(found, gone.id))}
        if files := MediaService(ctx).move(kind.kind, gone.id, keep.id):
            moved[FILES] = files
        told = {"merged_id": gone.id, "merged_number": gone.number, "moved": moved}
        told["counts"] = {name: len(ids) for name, ids in moved.items()}
        records.publish(ctx, kind.merged_event, kind.kind, keep, changes, personal=kind.personal, **told)
        self._move(keep, gone)
        self._remove(keep, gone)
        kind.after(ctx, keep)
        return keep

    def _check(self, record: Any, version: int | None) -> None:
        if not covers(record, self._ctx.actor, self._kind.permission):
            raise NotAllowed
        if version is not None and record.version != version:
            raise VersionStale(version=record.version)

    def _ids(self, columns: Sequence[Any], gone_id: int) -> list[int]:
        """What moves of one table: ids, or of a table without any the rest of its keys."""
        table = columns[0].table
        key = table.c.id if "id" in table.c else next(each for each in table.primary_key if each not in columns)
        return list(self._ctx.session.scalars(select(key).where(_names(columns, gone_id)).order_by(key)))

    def _move(self, keep: Any, gone: Any) -> None:
        for columns in self._kind.references.values():
            table: Table = columns[0].table
            for column in columns:
                values = {column.name: keep.id}
                if "updated_at" in table.c:
                    values["updated_at"] = self._ctx.now
                for name in self._kind.copies:
                    if name in table.c and getattr(keep, name) is not None:
                        values[name] = getattr(keep, name)
                self._ctx.session.execute(update(table).where(column == gone.id).values(values))

    def _remove(self, keep: Any, gone: Any) -> None:
        ctx, kind = self._ctx, self._kind
        lost = {name: [value, None] for name, (_none, value) in records.initial(gone).items()}
        pointer = MergedRecord(
            record_kind=kind.kind, record_id=gone.id, number=gone.number, merged_into_id=keep.id, merged_at=ctx.now
        )
        note_gone(ctx.session, gone)
        ctx.session.expunge(gone)
        try:
            ctx.session.execute(delete(kind.model.__table__).where(kind.model.id == gone.id))
        except IntegrityError as error:
            raise Conflict(_("Something was just added to the record that goes. Try again.")) from error
        leave_pointer(ctx.session, pointer)
        distinct.follow_merge(ctx.session, kind.kind, keep.id, gone.id)
        into = {"merged_into_id": keep.id, "merged_into_number": keep.number}
        records.publish(ctx, kind.gone_event, kind.kind, gone, lost, personal=kind.personal, **into)
        ctx.session.expire_all()


def _names(columns: Sequence[Any], record_id: int) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = columns[0] == record_id
    for column in columns[1:]:
        condition |= column == record_id
    return condition
