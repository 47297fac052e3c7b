"""Whether a task may begin: out of warranty only with the customer's consent to a price, or free of charge.

What was quoted to whom is the business of the room of quotations, to the right of this one. A task keeps no more than where the
consent stands, which that room settles.
"""

from __future__ import annotations

from translationstring import TranslationString

from ..kernel.context import Context
from ..kernel.events import Event
from ..kernel.i18n import _
from ..repairs.models import RepairRequest
from .events import TaskEvent
from .models import Task

_REFUSALS = {
    "needed": _("Out of warranty: the repair begins when the customer has accepted a quotation, or when it is free of charge."),
    "refused": _("The customer has declined the quotation: the dispatcher cancels the task or makes the repair free of charge."),
}


def refusal(consent: str) -> TranslationString | None:
    """Why a repair may not begin while the consent stands so; None when it may."""
    return _REFUSALS.get(consent)


def consent_at_first(ctx: Context, repair: RepairRequest) -> str:
    """What the work for a request needs before anybody has written a quotation."""
    asked = repair.in_warranty is False and ctx.deployment.settings.quotations_required
    return "needed" if asked else "not_needed"


def settle(ctx: Context, task: Task, consent: str) -> None:
    """Note where the consent stands now; the caller has the task loaded for update."""
    before = task.consent
    if consent == before:
        return
    task.consent = consent
    task.version += 1
    task.updated_at = ctx.now
    ctx.session.flush()
    ctx.publish(
        Event(
            TaskEvent.CONSENT_SETTLED,
            "task",
            task.id,
            task.number,
            "settle_consent",
            task.state,
            task.state,
            values={"unit_id": task.unit_id, "repairer_id": task.repairer_id},
            changes={"consent": [before, consent]},
        )
    )
