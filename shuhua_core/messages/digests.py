"""Several messages that go out as one: those of a night, and bursts where a channel wants them merged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from .models import Delivery

MOST = 500
"""Held groups and burst messages that one round looks at."""


def gather_nights(session: Session, now: datetime) -> None:
    """Put together what the quiet hours held and is due now: one digest for each person, channel, device and night.

    A message that was held alone goes out by itself. So does one that comes late, after the digest of its night was made: a
    second worker that gathers at the same moment waits for the digest's key, and then finds nothing left.
    """
    night = (Delivery.user_id, Delivery.channel, Delivery.address_id, Delivery.held_until)
    due = _due(now, Delivery.held_until.is_not(None))
    for user_id, channel, address_id, held_until, count in session.execute(
        select(*night, func.count()).where(*due).group_by(*night).order_by(Delivery.held_until, Delivery.user_id).limit(MOST)
    ).all():
        of_night = (
            *due,
            Delivery.user_id == user_id,
            Delivery.channel == channel,
            Delivery.address_id.is_(None) if address_id is None else Delivery.address_id == address_id,
            Delivery.held_until == held_until,
        )
        made = None
        if count > 1:
            key = f"{user_id}:{channel}:{address_id or ''}:{held_until:%Y%m%dT%H%M}"
            made = _make(session, user_id, channel, address_id, now, digest_key=key, held_until=held_until)
        values: dict[str, Any] = {"held_until": None} if made is None else _merged(made, now)
        session.execute(update(Delivery).where(*of_night).values(values).execution_options(synchronize_session=False))


def gather_bursts(session: Session, channels: Iterable[str], now: datetime) -> None:
    """Put together what waits for the same person at the same time, in channels that merge; what is urgent stays by itself."""
    names = list(channels)
    if not names:
        return
    waiting = (*_due(now, Delivery.held_until.is_(None)), Delivery.channel.in_(names), Delivery.urgent.is_(False))
    rows = session.execute(
        select(Delivery.id, Delivery.user_id, Delivery.channel, Delivery.address_id)
        .where(*waiting)
        .order_by(Delivery.id)
        .limit(MOST)
        .with_for_update(skip_locked=True)
    ).all()
    groups: dict[tuple[int, str, int | None], list[int]] = defaultdict(list)
    for row in rows:
        groups[row.user_id, row.channel, row.address_id].append(row.id)
    for (user_id, channel, address_id), ids in groups.items():
        if len(ids) > 1:
            made = _make(session, user_id, channel, address_id, now)
            session.execute(
                update(Delivery)
                .where(Delivery.id.in_(ids))
                .values(_merged(made, now))
                .execution_options(synchronize_session=False)
            )


def _due(now: datetime, held: ColumnElement[bool]) -> Sequence[ColumnElement[bool]]:
    return Delivery.ended_at.is_(None), Delivery.available_at <= now, Delivery.message_id.is_not(None), held


def _merged(digest_id: int | None, now: datetime) -> dict[str, Any]:
    return {"state": "merged", "digest_id": digest_id, "ended_at": now, "last_error": None}


def _make(session: Session, user_id: int, channel: str, address_id: int | None, now: datetime, **more: Any) -> int | None:
    """The id of a new digest; None where there is one with this key already."""
    values = {
        "user_id": user_id,
        "channel": channel,
        "address_id": address_id,
        "state": "waiting",
        "urgent": False,
        "attempts": 0,
        "available_at": now,
        **more,
    }
    made: int | None = session.scalar(_inserting(session.get_bind().dialect.name), values)
    return made


@cache
def _inserting(dialect: str) -> Any:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(Delivery).on_conflict_do_nothing().returning(Delivery.id)
