"""The chain over the log: whoever changes, removes or slips in an entry afterwards breaks it.

Chained within the transactions, all writers would queue behind one row; so the worker lays the links afterwards, in an order
that no later commit can change.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import exists, func, insert, or_, select, text, tuple_
from sqlalchemy.orm import Session

from shuhua_core.kernel.outbox import feed_boundary

from .models import HASHED, AuditChain, AuditEntry

START = "0" * 64
"""What the first link has before it."""
LATE_IDS = 100_000
"""How far behind the newest chained id an entry is looked for after a restore; no transaction stays open that long."""

_LOCK = 0x5348_4155_4449_5401
"""PostgreSQL's advisory lock of the one that lays the chain."""


def link_hash(previous: str, entry: AuditEntry) -> str:
    """The hash of the link for ``entry`` after the link with the hash ``previous``."""
    values = {name: getattr(entry, name) for name in HASHED}
    at: datetime = values["at"]
    values["at"] = at.isoformat(timespec="microseconds")
    return hashlib.sha256(previous.encode() + orjson.dumps(values, option=orjson.OPT_SORT_KEYS)).hexdigest()


def lay(session: Session, limit: int = 200) -> int:
    """Chain up to ``limit`` entries that have none yet; returns how many. Only one process at a time does so."""
    if session.get_bind().dialect.name == "postgresql" and not session.scalar(select(func.pg_try_advisory_xact_lock(_LOCK))):
        return 0
    last = _last(session)
    position, previous = (last.position, last.hash) if last else (0, START)
    rows = []
    for entry in _unchained(session, last, limit):
        position += 1
        current = link_hash(previous, entry)
        rows.append({"position": position, "audit_id": entry.id, "previous_hash": previous, "hash": current})
        previous = current
    if rows:
        session.execute(insert(AuditChain), rows)
    return len(rows)


def anything_to_lay(session: Session) -> bool:
    """Whether :func:`lay` would find anything; a cheap look before a writing transaction."""
    return bool(_unchained(session, _last(session), 1))


def verify(session: Session, batch: int = 1000) -> int | None:
    """The first position at which the chain is broken, or None when every link holds."""
    expected, previous = 1, START
    while True:
        rows = session.execute(
            select(AuditChain, AuditEntry)
            .join(AuditEntry, AuditEntry.id == AuditChain.audit_id, isouter=True)
            .where(AuditChain.position >= expected)
            .order_by(AuditChain.position)
            .limit(batch)
        ).all()
        for link, entry in rows:
            holds = link.position == expected and link.previous_hash == previous
            if not holds or entry is None or link.hash != link_hash(previous, entry):
                return expected
            expected, previous = expected + 1, link.hash
        session.expunge_all()
        if len(rows) < batch:
            return None


@dataclass(frozen=True, slots=True)
class ChainState:
    """How far the chain reaches. Who keeps ``head`` elsewhere can also tell later that nothing was cut off its end."""

    links: int
    head: str
    waiting: int


def state(session: Session) -> ChainState:
    """Number of links, hash of the last one, and how many entries wait for theirs."""
    last = _last(session)
    entries = session.scalar(select(func.count()).select_from(AuditEntry)) or 0
    links = session.scalar(select(func.count()).select_from(AuditChain)) or 0
    return ChainState(links, last.hash if last else START, entries - links)


def _last(session: Session) -> AuditChain | None:
    return session.scalars(select(AuditChain).order_by(AuditChain.position.desc()).limit(1)).one_or_none()


def _unchained(session: Session, last: AuditChain | None, limit: int) -> Sequence[AuditEntry]:
    """The next entries, in the order of (transaction id, id), which is final below the feed's boundary."""
    boundary = feed_boundary(session)
    chained = exists().where(AuditChain.audit_id == AuditEntry.id)
    query = select(AuditEntry).where(~chained).limit(limit)
    entry = session.get_one(AuditEntry, last.audit_id) if last else None
    if boundary is not None and (entry is None or entry.txid >= boundary):
        # Restored into a younger server, whose transaction ids begin anew: an id that it has not given is of the old one.
        foreign = AuditEntry.txid >= text("(pg_snapshot_xmax(pg_current_snapshot())::text)::bigint")
        query = query.where(or_(AuditEntry.txid < boundary, foreign)).order_by(foreign.desc(), AuditEntry.txid, AuditEntry.id)
        return session.scalars(query.where(AuditEntry.id > (entry.id - LATE_IDS if entry else 0))).all()
    if boundary is not None:
        query = query.where(AuditEntry.txid < boundary)
    if entry is not None:
        query = query.where(tuple_(AuditEntry.txid, AuditEntry.id) > tuple_(entry.txid, entry.id))
    return session.scalars(query.order_by(AuditEntry.txid, AuditEntry.id)).all()
