"""Writing the log: a reaction to every event, so that there is no change without an entry."""

from __future__ import annotations

from typing import Any

from shuhua_core.kernel.context import Context
from shuhua_core.kernel.events import Event
from shuhua_core.kernel.outbox import append
from shuhua_core.kernel.steps import plain

from .models import AuditEntry


def write_audit(ctx: Context, event: Event) -> None:
    """Write the entry of ``event`` in the transaction of the change (``request_id`` from ``session.info``).

    None is made of what is only tried (``session.info["tried"]``) and taken back in the end.
    """
    if ctx.session.info.get("tried"):
        return
    detail = {
        name: value
        for name, value in (
            ("before", event.before),
            ("after", event.after),
            ("values", plain(event.values)),
            ("changes", plain(event.changes)),
            ("version", event.version),
            ("clock_skew_s", ctx.session.info.get("clock_skew")),
            ("on_behalf_of", ctx.session.info.get("on_behalf_of")),
        )
        if value
    }
    row: dict[str, Any] = {
        "at": ctx.now,
        "actor_id": ctx.actor.user_id,
        "actor_kind": ctx.actor.kind,
        "event": event.name,
        "action": event.action,
        "record_kind": event.record_kind,
        "record_id": event.record_id,
        "number": event.number,
        "request_id": ctx.session.info.get("request_id"),
        "detail": detail,
        "personal": plain(event.personal) or None,
    }
    append(ctx.session, AuditEntry, row)
