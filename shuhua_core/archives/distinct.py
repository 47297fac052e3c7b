"""Records that look the same and are not: somebody compared them and said so, and they are proposed no more.

What was said is about a pair of one kind, and kept until somebody takes it back; the log keeps both. When one of a pair is
merged into a third record, that one is known to be another than the rest of the pair too.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from shuhua_core.accounts.models import User
from shuhua_core.archives import records
from shuhua_core.archives.models import DistinctPair
from shuhua_core.kernel.context import Context
from shuhua_core.kernel.errors import Invalid, NotAllowed, NotFound
from shuhua_core.kernel.i18n import _
from shuhua_core.kernel.recall import locked
from shuhua_core.kernel.schema import InputSchema, RecordId, Text, deserialize, field
from shuhua_core.kernel.scope import covers, get_visible, visible

if TYPE_CHECKING:
    from shuhua_core.archives.merging import Merge

SHOWN = 100
"""How many decisions are shown at a time."""


class NotTheSame(InputSchema):
    """Which other record is not the same as this one, and why."""

    other_id = field(RecordId("record"), _("The other record"), required=True)
    reason = field(Text(200, 2), _("Reason"), required=True)


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody said of two records."""

    first: Any
    second: Any
    reason: str
    decided_by: str | None
    """The name of who said it; None where it is not known any more."""
    decided_at: Any


class DistinctService:
    """What one actor says about records of one kind that are not the same."""

    def __init__(self, ctx: Context, kind: Merge) -> None:
        self._ctx, self._kind = ctx, kind

    def find(self, record_id: int) -> Any:
        """A record of the kind that the actor may merge. Raises NotFound, Merged, NotAllowed."""
        record = get_visible(self._ctx.session, self._kind.model, self._ctx.actor, self._kind.view, record_id)
        if not covers(record, self._ctx.actor, self._kind.permission):
            raise NotAllowed
        return record

    def tell_apart(self, record_id: int, data: Any) -> Decision:
        """Say that another record is not the same as this one (:class:`NotTheSame`).

        Raises NotFound, Merged, NotAllowed, Invalid.
        """
        ctx, kind = self._ctx, self._kind
        self.find(record_id)
        values = deserialize(NotTheSame, data)
        if values["other_id"] == record_id:
            raise Invalid({"other_id": _("A record is the same as itself. Choose another one.")})
        locked(ctx.session, kind.model, {record_id, values["other_id"]})
        pair = self.find(record_id), self.find(values["other_id"])
        if decision(ctx.session, kind.kind, record_id, values["other_id"]) is not None:
            raise Invalid({"other_id": _("It was already said that these two are not the same.")})
        first, second = sorted(pair, key=lambda each: each.id)
        ctx.session.add(
            DistinctPair(
                record_kind=kind.kind,
                first_id=first.id,
                second_id=second.id,
                reason=values["reason"],
                decided_by_id=ctx.actor.user_id,
                decided_at=ctx.now,
            )
        )
        ctx.session.flush()
        self._publish(kind.apart_event, pair, {"reason": [None, values["reason"]]})
        return _seen_from(record_id, self._decisions(_is_pair(DistinctPair, first.id, second.id))[0])

    def take_back(self, record_id: int, other_id: int) -> None:
        """They may be the same after all: they are proposed again. Raises NotFound, Merged, NotAllowed."""
        ctx, kind = self._ctx, self._kind
        for each in (record_id, other_id):
            self.find(each)
        locked(ctx.session, kind.model, {record_id, other_id})
        pair = self.find(record_id), self.find(other_id)
        found = decision(ctx.session, kind.kind, record_id, other_id)
        if found is None:
            raise NotFound(_("Nobody said that these two are not the same."))
        ctx.session.delete(found)
        self._publish(kind.together_event, pair, {"reason": [found.reason, None]})

    def of_pair(self, one: Any, other: Any) -> Decision | None:
        """What was said of these two, None where nothing was. One statement."""
        between = _is_pair(DistinctPair, one.id, other.id)
        return next(iter(self._decisions(between)), None)

    def of_record(self, record: Any) -> Sequence[Decision]:
        """What was said of this record and others that the actor reaches, the latest first; this one comes first in each."""
        named = or_(DistinctPair.first_id == record.id, DistinctPair.second_id == record.id)
        found = self._decisions(named)
        return [
            each
            if each.first.id == record.id
            else Decision(each.second, each.first, each.reason, each.decided_by, each.decided_at)
            for each in found
        ]

    def latest(self) -> Sequence[Decision]:
        """What was said latest, of records that the actor reaches. One statement."""
        return self._decisions()

    def _decisions(self, *conditions: ColumnElement[bool]) -> Sequence[Decision]:
        ctx, kind = self._ctx, self._kind
        first, second = aliased(kind.model), aliased(kind.model)
        reach = (visible(each, ctx.actor, kind.permission) for each in (first, second))
        query = (
            select(first, second, DistinctPair.reason, User.name, DistinctPair.decided_at)
            .select_from(DistinctPair)
            .join(first, first.id == DistinctPair.first_id)
            .join(second, second.id == DistinctPair.second_id)
            .outerjoin(User, User.id == DistinctPair.decided_by_id)
            .where(DistinctPair.record_kind == kind.kind, *conditions, *reach)
            .order_by(DistinctPair.decided_at.desc(), DistinctPair.first_id.desc(), DistinctPair.second_id.desc())
        )
        return [Decision(*row) for row in ctx.session.execute(query.limit(SHOWN))]

    def _publish(self, event: str, pair: tuple[Any, Any], said: dict[str, Any]) -> None:
        for record, other in (pair, pair[::-1]):
            about = {"other_id": other.id, "other_number": other.number}
            records.publish(self._ctx, event, self._kind.kind, record, said, personal=("reason",), **about)


def decided(kind: str, one: Any, other: Any) -> ColumnElement[bool]:
    """Whether somebody said that two records are not the same; ``one`` and ``other`` are columns or ids."""
    pair = aliased(DistinctPair)
    return exists().where(pair.record_kind == kind, _is_pair(pair, one, other)).correlate_except(pair)


def decision(session: Session, kind: str, one_id: int, other_id: int) -> DistinctPair | None:
    """What was said of two records, None where nothing was."""
    return session.get(DistinctPair, (kind, min(one_id, other_id), max(one_id, other_id)))


def pairs_among(session: Session, kind: str, ids: Collection[int]) -> set[tuple[int, int]]:
    """The pairs that are not the same, of which the first is one of ``ids``. One statement."""
    query = select(DistinctPair.first_id, DistinctPair.second_id)
    return {
        (one, other)
        for one, other in session.execute(query.where(DistinctPair.record_kind == kind, DistinctPair.first_id.in_(ids)))
    }


def follow_merge(session: Session, kind: str, keep_id: int, gone_id: int) -> None:
    """What was said of the record that went holds for the one that stays."""
    named = or_(DistinctPair.first_id == gone_id, DistinctPair.second_id == gone_id)
    for pair in session.scalars(select(DistinctPair).where(DistinctPair.record_kind == kind, named)).all():
        session.delete(pair)
        session.flush()
        other_id = pair.second_id if pair.first_id == gone_id else pair.first_id
        if decision(session, kind, keep_id, other_id) is None:
            session.add(
                DistinctPair(
                    record_kind=kind,
                    first_id=min(keep_id, other_id),
                    second_id=max(keep_id, other_id),
                    reason=pair.reason,
                    decided_by_id=pair.decided_by_id,
                    decided_at=pair.decided_at,
                )
            )
    session.flush()


def _seen_from(record_id: int, decision: Decision) -> Decision:
    """The decision with this record as the first."""
    return decision if decision.first.id == record_id else replace(decision, first=decision.second, second=decision.first)


def _is_pair(pair: Any, one: Any, other: Any) -> ColumnElement[bool]:
    return or_(and_(pair.first_id == one, pair.second_id == other), and_(pair.first_id == other, pair.second_id == one))
