"""The history of a request or task: the steps of its table, and the changes of facts and deadlines between them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pyramid.request import Request
from sqlalchemy import select

from shuhua_core.accounts.models import User
from shuhua_core.audit.models import AuditEntry
from shuhua_core.kernel.steps import Step, steps_of
from shuhua_core.kernel.workflow import Workflow
from shuhua_core.media.service import MediaService
from shuhua_core.repairs.events import RepairEvent
from shuhua_core.tasks.events import TaskEvent
from shuhua_core.tasks.schema import CONSENTS

from .. import formats
from ..api.timeline import names_of
from ..i18n import _
from ..media.pictures import picture
from ..records import Picture, TimelineStep, timeline

BETWEEN = {
    RepairEvent.CHANGED: _("Facts changed"),
    TaskEvent.DEADLINE_MOVED: _("Deadline changed"),
    TaskEvent.PIECE_CHANGED: _("Piece replaced"),
    TaskEvent.LINKED: _("A further request joined"),
    TaskEvent.CONSENT_SETTLED: _("Consent to the quotation"),
}
"""Events that move no state but belong to the history."""
FIELDS = {
    "symptom": _("Symptom"),
    "equipment_id": _("Equipment"),
    "site_id": _("Installation point"),
    "address": _("Address"),
    "due_at": _("Deadline"),
    "consent": _("Quotation"),
}


def history(request: Request, kind: str, record: Any, table: Workflow) -> list[TimelineStep]:
    """All of it, newest first, with the pictures that came with each step."""
    steps = steps_of(request.ctx.session, kind, record.id)
    found = timeline(request, table, steps, names_of(request, steps), pictures=step_pictures(request, steps))
    return sorted([*found, *_between(request, kind, record.id)], key=lambda step: step.at_iso, reverse=True)


def step_pictures(request: Request, steps: Sequence[Step]) -> dict[int, list[Picture]]:
    """Pictures by step id."""
    sent = {step.id: step.input["media_ids"] for step in steps if step.input.get("media_ids")}
    files = MediaService(request.ctx).by_ids({media_id for ids in sent.values() for media_id in ids})
    return {
        step_id: [picture(request, files[each], _("Sent with this step")) for each in ids if each in files]
        for step_id, ids in sent.items()
    }


def _between(request: Request, kind: str, record_id: int) -> list[TimelineStep]:
    rows = request.ctx.session.execute(
        select(AuditEntry, User.name)
        .outerjoin(User, User.id == AuditEntry.actor_id)
        .where(AuditEntry.record_kind == kind, AuditEntry.record_id == record_id, AuditEntry.event.in_(list(BETWEEN)))
        .order_by(AuditEntry.id)
    )
    zone = request.deployment.settings.timezone
    return [
        TimelineStep(
            what=BETWEEN[entry.event],
            before=None,
            after=None,
            who=name or _("System"),
            at=formats.moment(entry.at, zone),
            at_iso=entry.at.isoformat(),
            note=_note(request, entry),
        )
        for entry, name in rows
    ]


def _note(request: Request, entry: AuditEntry) -> str:
    """What changed, and why."""
    changes = {**(entry.detail.get("changes") or {}), **(entry.personal or {})}
    reason = changes.pop("note", None)
    lines = [
        f"{request.tr(FIELDS[name])}: {_shown(request, name, pair[0])} → {_shown(request, name, pair[1])}"
        for name, pair in changes.items()
        if name in FIELDS and isinstance(pair, list) and len(pair) == 2
    ]
    return "\n".join([*lines, *([str(reason)] if reason else [])])


def _shown(request: Request, name: str, value: Any) -> str:
    if name == "consent":
        zh, en = CONSENTS[value]
        return en if request.locale_name == "en" else zh
    if isinstance(value, str) and "T" in value:
        try:
            return formats.moment(datetime.fromisoformat(value), request.deployment.settings.timezone)
        except ValueError:
            return value
    return "–" if value is None else str(value)
