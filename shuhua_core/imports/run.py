"""What the worker does of imports: a stretch of rows at a time, so that messages and deliveries go on meanwhile.

Rows are saved in chunks, each a transaction that also notes how far it came: a worker that dies leaves whole chunks, and the
next one goes on behind them (docs/adr/0021-imports.md). A trial saves its rows likewise and takes each chunk back.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from shuhua_core.accounts.actors import load_actor
from shuhua_core.kernel.context import Context
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.kernel.errors import Busy, NotFound
from shuhua_core.kernel.events import Event

from .ahead import AheadSaver, ChunkSession, Spoilt, what_it_knows
from .events import ImportEvent
from .models import RUNNING, Import, ImportNote
from .reading import PART
from .rows import Outcome, RowSaver
from .service import archive_of, rows_of

log = logging.getLogger(__name__)

CHUNK = 2 * PART
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
        import_id, state, position = entry.id, entry.state, entry.position
    try:
        return _stretch(deployment, import_id, state, position)
    except (Busy, OperationalError):
        raise
    except Exception:
        log.exception("an import failed", extra={"import": import_id})
        with deployment.database.write() as session:
            entry = session.get_one(Import, import_id, with_for_update=True)
            entry.state, entry.lease_until, entry.updated_at = "failed", None, deployment.clock.now()
        return 1


def _stretch(deployment: Deployment, import_id: int, state: str, position: int) -> int:
    began, done = time.monotonic(), 0
    while True:
        place = _Place(import_id, state, position + done)
        try:
            chunk = _chunk(deployment, place, at_once=True)
        except (Spoilt, IntegrityError):
            chunk = _chunk(deployment, place, at_once=False)
        if chunk is None:
            return done  # cancelled, or another worker has gone on with it
        done += chunk.rows
        if chunk.ended or time.monotonic() - began > STRETCH_SECONDS:
            break
    with deployment.database.write() as session:
        entry = session.get_one(Import, import_id, with_for_update=True)
        if (entry.state, entry.position) == (state, position + done):
            entry.lease_until = None
    return done


@dataclass(frozen=True)
class _Place:
    """How far an import is, for the worker that has it in hand."""

    import_id: int
    state: str
    position: int


@dataclass(frozen=True)
class _Chunk:
    """How many rows were done, and whether the import's state is another one now."""

    rows: int
    ended: bool


def _chunk(deployment: Deployment, place: _Place, *, at_once: bool) -> _Chunk | None:
    """Do the next rows in one transaction; None when somebody else has changed the import. Raises Spoilt where ``at_once``."""
    database = deployment.database
    with database.write_in(ChunkSession, **what_it_knows()) if at_once else database.write() as session:
        entry = session.get_one(Import, place.import_id, with_for_update=True)
        if (entry.state, entry.position) != (place.state, place.position):
            return None
        rows = list(islice(rows_of(session, entry, place.position), CHUNK))
        _do(deployment, session, entry, rows)
        entry = session.get_one(Import, place.import_id)
        ended = entry.state != place.state
        entry.lease_until = None if ended else deployment.clock.now() + LEASE
        if isinstance(session, ChunkSession):
            session.send()
    return _Chunk(len(rows), ended)


def _do(deployment: Deployment, session: Session, entry: Import, rows: Sequence[tuple[int, list[str]]]) -> None:
    """Save a chunk, in a trial only to see what would become of it, and note how it went."""
    try:
        actor = load_actor(session, entry.user_id)
    except NotFound:
        entry.state = "cancelled"  # whoever sent it has been disabled
        return
    ctx = deployment.context(session, actor)
    outcomes = _tried(ctx, entry, rows) if entry.state == "trying" else _saved(ctx, entry, rows)
    entry = session.get_one(Import, entry.id)
    _note(ctx, entry, outcomes)
    if entry.position >= entry.total:
        _finish(ctx, entry)


def _tried(ctx: Context, entry: Import, rows: Sequence[tuple[int, list[str]]]) -> list[tuple[int, Outcome]]:
    """What becomes of the rows, which are saved and taken back."""
    if not isinstance(ctx.session, ChunkSession):
        outer = ctx.session.begin_nested()
        outcomes = _saved(ctx, entry, rows)
        outer.rollback()
        return outcomes
    # A savepoint that the session does not know of, so that it goes on to hold back what need never be sent.
    savepoint = ctx.session.connection().begin_nested()
    ctx.session.info["tried"] = True
    outcomes = _saved(ctx, entry, rows)
    ctx.session.info["tried"] = False
    savepoint.rollback()
    ctx.session.forget()
    return outcomes


def _saved(ctx: Context, entry: Import, rows: Sequence[tuple[int, list[str]]]) -> list[tuple[int, Outcome]]:
    about = (ctx, archive_of(entry), entry.heads, entry.datum, entry.locale)
    saver = AheadSaver(*about) if isinstance(ctx.session, ChunkSession) else RowSaver(*about)
    said = [(number, saver.texts(cells)) for number, cells in rows]
    saver.foresee([texts for _number, texts in said])
    return [(number, saver.save(texts)) for number, texts in said]


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
