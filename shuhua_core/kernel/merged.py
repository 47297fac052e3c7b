"""Records that were found to be the same as another one and went into it: what is left of them is a pointer.

The row itself is gone from its table, so that no list, count, map or choice can still show it, and so that the foreign keys
prove that nothing hangs on it any more (docs/adr/0025-merged-records.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Index, Select, String, func, literal, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from .db import Base
from .types import BigInt, code_string


class MergedRecord(Base):
    """Where a record went: whoever asks for its id or number is led to the one that stays."""

    __tablename__ = "merged_records"
    __table_args__ = (
        Index("ix_merged_records_number", "record_kind", "number"),
        Index("ix_merged_records_into", "record_kind", "merged_into_id"),
    )

    record_kind: Mapped[str] = mapped_column(String(30), primary_key=True)
    record_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    """Its id, which is never given to another record: the tables of such kinds count on (``sqlite_autoincrement``)."""
    number: Mapped[str] = mapped_column(code_string(40))
    merged_into_id: Mapped[int] = mapped_column(BigInt)
    """The one that stays. Always a record and never another pointer: when that one is merged too, its pointers go with it."""
    merged_at: Mapped[datetime]


def merged_into(session: Session, kind: str, record_id: int) -> int | None:
    """The id of the record that ``record_id`` was merged into, None where it was not merged."""
    return session.scalar(
        select(MergedRecord.merged_into_id).where(MergedRecord.record_kind == kind, MergedRecord.record_id == record_id)
    )


def numbered(session: Session, kind: str, number: str) -> int | None:
    """The id of the record that the one with this number was merged into; of several, the one merged last."""
    query = select(MergedRecord.merged_into_id).where(MergedRecord.record_kind == kind, MergedRecord.number == number)
    return session.scalar(query.order_by(MergedRecord.merged_at.desc(), MergedRecord.record_id.desc()).limit(1))


def stays(kind: str, record_id: int) -> ColumnElement[int]:
    """In SQL, the id of the record that ``record_id`` was merged into, or that id itself where it was not merged."""
    into = select(MergedRecord.merged_into_id).where(MergedRecord.record_kind == kind, MergedRecord.record_id == record_id)
    return func.coalesce(into.scalar_subquery(), literal(record_id, BigInt))


def called_before(kind: str, condition: ColumnElement[bool]) -> Select[int]:
    """The statement that finds records by what was merged into them, for a condition on :class:`MergedRecord`."""
    return select(MergedRecord.merged_into_id).where(MergedRecord.record_kind == kind, condition)


def earlier(session: Session, kind: str, record_id: int) -> Sequence[MergedRecord]:
    """What went into a record, the latest first."""
    query = select(MergedRecord).where(MergedRecord.record_kind == kind, MergedRecord.merged_into_id == record_id)
    return session.scalars(query.order_by(MergedRecord.merged_at.desc(), MergedRecord.record_id.desc())).all()


def leave_pointer(session: Session, pointer: MergedRecord) -> None:
    """Keep where a record went, and lead to the same one all that had led to it."""
    kind, gone, into = pointer.record_kind, pointer.record_id, pointer.merged_into_id
    session.execute(
        update(MergedRecord)
        .where(MergedRecord.record_kind == kind, MergedRecord.merged_into_id == gone)
        .values(merged_into_id=into)
        .execution_options(synchronize_session=False)
    )
    session.add(pointer)
    session.flush()
