"""What the worker does of imports: a stretch of rows at a time, so that messages and deliveries go on meanwhile.

Rows are saved in chunks, each a transaction that also notes how far it came: a worker that dies leaves whole chunks, and the
next one goes on behind them (docs/adr/0021-imports.md). A trial saves its rows likewise and takes each chunk back.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import or_, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from shuhua_core.accounts.actors import load_actor
from shuhua_core.kernel.context import Context
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.kernel.errors import Busy, NotFound
from shuhua_core.kernel.events import Event

from .events import ImportEvent
from .models import RUNNING, Import, ImportNote
from .reading import unpack
from .rows import Outcome, RowSaver
from .service import archive_of

log = logging.getLogger(__name__)

CHUNK = 100
STRETCH_SECONDS = 3.0
LEASE = timedelta(seconds=60)
SHOWN = 100
"""Rows that were added or changed of which a preview tells."""


def run_due(deployment: Deployment) -> int:
    """Do a stretch of the oldest import that waits; gives how many rows were done."""
    now = deployment.clock.now()
    free = or_(Import.lease_until.is_(None), Import.lease_until <= now)
    due = select(Import.id).where(Import.state.in_(RUNNING), free).order_by(Import.updated_at, Import.id).limit(1)
    with deployment.database.read() as session:
        if session.scalars(due).first() is None:
            return 0
    with deployment.database.write() as session:
        entry = session.scalars(due.with_only_columns(Import).with_for_update(skip_locked=True)).first()
        if entry is None:
            return 0
        entry.lease_until = now + LEASE
        import_id, state, position, content = entry.id, entry.state, entry.position, entry.content
    try:
        rows = unpack(content or b"")[position:]
        return _stretch(deployment, import_id, state, position, rows)
    except (Busy, OperationalError):
        raise
    except Exception:
        log.exception("an import failed", extra={"import": import_id})
        with deployment.database.write() as session:
            entry = session.get_one(Import, import_id, with_for_update=True)
            entry.state, entry.lease_until, entry.updated_at = "failed", None, deployment.clock.now()
        return 1


def _stretch(deployment: Deployment, import_id: int, state: str, position: int, rows: Sequence[tuple[int, list[str]]]) -> int:
    began, done = time.monotonic(), 0
    for chunk in _chunks(rows):
        with deployment.database.write() as session:
            entry = session.get_one(Import, import_id, with_for_update=True)
            if entry.state != state or entry.position != position + done:
                return done  # cancelled, or another worker has gone on with it
            _do(deployment, session, entry, chunk)
            done += len(chunk)
            over = time.monotonic() - began > STRETCH_SECONDS or entry.state != state
            entry.lease_until = None if over else deployment.clock.now() + LEASE
        if over:
            break
    return done


def _chunks(rows: Sequence[tuple[int, list[str]]]) -> list[Sequence[tuple[int, list[str]]]]:
    return [rows[at : at + CHUNK] for at in range(0, len(rows), CHUNK)]


def _do(deployment: Deployment, session: Session, entry: Import, chunk: Sequence[tuple[int, list[str]]]) -> None:
    """Save a chunk, in a trial only to see what would become of it, and note how it went."""
    try:
        actor = load_actor(session, entry.user_id)
    except NotFound:
        entry.state = "cancelled"  # whoever sent it has been disabled
        return
    ctx = deployment.context(session, actor)
    outer = session.begin_nested()
    saver = RowSaver(ctx, archive_of(entry), entry.heads, entry.datum, entry.locale)
    outcomes = [(number, saver.save(cells)) for number, cells in chunk]
    if entry.state == "trying":
        outer.rollback()
    else:
        outer.commit()
    _note(ctx, entry, outcomes)
    if entry.position >= entry.total:
        _finish(ctx, entry)


def _note(ctx: Context, entry: Import, outcomes: Sequence[tuple[int, Outcome]]) -> None:
    for row, outcome in outcomes:
        before = getattr(entry, outcome.kind)
        setattr(entry, outcome.kind, before + 1)
        if outcome.kind == "refused" or (outcome.kind != "unchanged" and before < SHOWN):
            note = ImportNote(import_id=entry.id, row=row, outcome=outcome.kind, label=outcome.label, detail=list(outcome.detail))
            ctx.session.add(note)
    entry.position += len(outcomes)
    entry.updated_at = ctx.now


def _finish(ctx: Context, entry: Import) -> None:
    if entry.state == "trying":
        entry.state = "tried"
        return
    entry.state = "done"
    counts = {name: getattr(entry, name) for name in ("added", "changed", "unchanged", "refused")}
    ctx.publish(Event(ImportEvent.FINISHED, "import", entry.id, values={"archive": entry.archive, **counts}))
