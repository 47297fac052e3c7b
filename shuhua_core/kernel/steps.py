"""Steps: what was done to a record, by whom, when, where and why. Never changed afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Float, ForeignKey, Index, Select, String, Text, event, select
from sqlalchemy.orm import Mapped, Mapper, Session, mapped_column

from .db import Base
from .types import BigInt


class Step(Base):
    """One transition of one record."""

    __tablename__ = "steps"
    __table_args__ = (Index("ix_steps_record", "record_kind", "record_id", "id"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    record_kind: Mapped[str] = mapped_column(String(30))
    record_id: Mapped[int] = mapped_column(BigInt)
    action: Mapped[str] = mapped_column(String(40))
    before: Mapped[str | None] = mapped_column(String(40))
    after: Mapped[str] = mapped_column(String(40))
    workflow_version: Mapped[int]
    actor_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("users.id", ondelete="SET NULL"), index=True)
    actor_kind: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime]
    """When the server carried it out."""
    captured_at: Mapped[datetime | None]
    """When the phone says that it happened; never used for deadlines."""
    clock_skew: Mapped[int | None]
    """Seconds by which the phone said that its clock was ahead; never used for anything but a flag."""
    note: Mapped[str | None] = mapped_column(Text)
    """The reason, opinion or question that came with it."""
    longitude: Mapped[float | None] = mapped_column(Float)
    latitude: Mapped[float | None] = mapped_column(Float)
    input: Mapped[dict[str, Any]]


def _refuse(_mapper: Mapper[Step], _connection: Any, _step: Step) -> None:
    raise RuntimeError("a step is never changed or deleted")


event.listen(Step, "before_update", _refuse)
event.listen(Step, "before_delete", _refuse)


def steps_of(session: Session, record_kind: str, record_id: int) -> Sequence[Step]:
    """All steps of a record, oldest first."""
    return session.scalars(
        select(Step).where(Step.record_kind == record_kind, Step.record_id == record_id).order_by(Step.id)
    ).all()


def last_step_of(record_kind: str, record_id: int) -> Select[Step]:
    """The statement that reads what was done to a record last."""
    query = select(Step).where(Step.record_kind == record_kind, Step.record_id == record_id)
    return query.order_by(Step.id.desc()).limit(1)


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Input as JSON values: moments as ISO 8601, decimals as strings."""
    return {key: value if type(value) in _AS_IT_IS else _plain(value) for key, value in values.items()}


_AS_IT_IS = frozenset({type(None), bool, int, float, str})


def _plain(value: Any) -> Any:
    if type(value) is list:  # nearly all that come here
        return [each if type(each) in _AS_IT_IS else _plain(each) for each in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping):
        return plain(value)
    if isinstance(value, list | tuple | set | frozenset):
        return [each if type(each) in _AS_IT_IS else _plain(each) for each in value]
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
