"""What follows for quotations from their task. Named in ``shuhua_core.reactions``."""

from __future__ import annotations

from sqlalchemy import select

from ..kernel.context import Context
from ..kernel.events import Event
from ..tasks.models import Task
from .events import QuotationEvent
from .machine import named
from .models import Quotation
from .service import QuotationService


def follow_task(ctx: Context, event: Event) -> None:
    """The task has another unit or repairer: its quotations go with it, so that whoever has the work knows what was agreed."""
    task = ctx.session.get_one(Task, event.record_id)
    if task.consent == "not_needed":
        return
    for quotation in ctx.session.scalars(select(Quotation).where(Quotation.task_id == task.id).order_by(Quotation.id)).all():
        if (quotation.organisation_path, quotation.repairer_id) == (task.organisation_path, task.repairer_id):
            continue
        quotation.organisation_path, quotation.repairer_id = task.organisation_path, task.repairer_id
        quotation.version += 1
        quotation.updated_at = ctx.now
        ctx.session.flush()
        ctx.as_system().publish(
            Event(
                QuotationEvent.MOVED,
                "quotation",
                quotation.id,
                quotation.number,
                "move",
                quotation.state,
                quotation.state,
                values=named(quotation),
            )
        )


def withdraw_of_cancelled(ctx: Context, event: Event) -> None:
    """The task was cancelled: nobody is asked any longer."""
    task = ctx.session.get_one(Task, event.record_id)
    QuotationService(ctx).withdraw_open(task, "任务已取消 / the task was cancelled")
