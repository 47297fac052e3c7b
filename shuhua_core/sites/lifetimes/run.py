"""What the worker does after a change of rules: the pieces concerned, chunk by chunk, each chunk a transaction."""

from __future__ import annotations

import time

from sqlalchemy import select

from shuhua_core.archives import records
from shuhua_core.kernel.actor import SYSTEM
from shuhua_core.kernel.context import Context
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.kernel.events import Event
from shuhua_core.kernel.recall import locked
from shuhua_core.sites.events import EquipmentEvent
from shuhua_core.sites.models import Equipment

from .events import LifetimeEvent
from .models import LifetimeRule, LifetimeRun
from .reckon import Reckoner, models_terms, rules_in_force, settle_ends
from .service import concerns

CHUNK = 200
STRETCH_SECONDS = 3.0


def reckon_waiting(deployment: Deployment) -> None:
    """Do a stretch of the oldest reckoning that waits. A worker that dies leaves whole chunks, and the next one goes on."""
    began = time.monotonic()
    while time.monotonic() - began < STRETCH_SECONDS:
        with deployment.database.read() as session:
            if session.scalars(_WAITING).first() is None:
                return
        with deployment.database.write() as session:
            run = session.scalars(_WAITING.with_for_update(skip_locked=True)).first()
            if run is None:
                return
            _chunk(deployment.context(session, SYSTEM), run)


_WAITING = select(LifetimeRun).where(LifetimeRun.finished_at.is_(None)).order_by(LifetimeRun.id).limit(1)


def _chunk(ctx: Context, run: LifetimeRun) -> None:
    session = ctx.session
    query = select(Equipment.id).where(Equipment.id > run.position, concerns(run.reach, run.rule_id))
    ids = list(session.scalars(query.order_by(Equipment.id).limit(CHUNK)))
    pieces = locked(session, Equipment, ids) if ids else ()
    reckoner = Reckoner(rules_in_force(session), models_terms(session, {piece.model_id for piece in pieces}))
    rule = session.get(LifetimeRule, run.rule_id) if run.rule_id is not None else None
    for piece in pieces:
        changes = settle_ends(piece, reckoner)
        if changes:
            records.touch(ctx, piece)
            told = {"rule": rule.number} if rule else {}
            records.publish(ctx, EquipmentEvent.ENDS_RECKONED, "equipment", piece, changes, **told)
            run.changed += 1
    run.seen += len(pieces)
    run.updated_at = ctx.now
    if ids:
        run.position = ids[-1]
    if len(ids) < CHUNK:
        run.finished_at = ctx.now
        values = {"rule_id": run.rule_id, "seen": run.seen, "changed": run.changed}
        number = rule.number if rule else None
        ctx.publish(Event(LifetimeEvent.RECKONED, "lifetime_run", run.id, number, values=values))
    session.flush()
