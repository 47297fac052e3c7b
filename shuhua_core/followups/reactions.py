"""Follow-ups that come and go with their tasks. Named in ``shuhua_core.reactions``."""

from __future__ import annotations

from sqlalchemy import select

from ..kernel.clock import is_skewed
from ..kernel.context import Context
from ..kernel.events import Event
from ..kernel.steps import steps_of
from ..places.distance import metres_to
from ..places.positions import set_position
from ..sites.models import Site
from ..tasks.models import Task
from .events import FollowupEvent
from .models import Followup


def open_followup(ctx: Context, event: Event) -> None:
    """Task completed: put it into the clerk's queue."""
    task = ctx.session.get_one(Task, event.record_id)
    followup = Followup(
        number=ctx.deployment.numbers.take(ctx.session, "HF", ctx.now),
        task_id=task.id,
        site_id=task.site_id,
        equipment_id=task.equipment_id,
        state="open",
        skewed=False,
        organisation_path=task.branch_path,
        division_code=task.division_code,
        customer_id=task.customer_id,
        created_at=ctx.now,
        updated_at=ctx.now,
    )
    ctx.session.add(followup)
    ctx.session.flush()
    _publish(ctx, FollowupEvent.OPENED, followup, None)


def note_followup(ctx: Context, event: Event) -> None:
    """Task followed up: keep what the customer said as a record of its own (R69)."""
    followup = _open_one(ctx, event.record_id)
    if followup is None:
        return
    followup.state, followup.done_at, followup.updated_at = "done", ctx.now, ctx.now
    followup.clerk_id = ctx.actor.user_id
    followup.way, followup.repaired = event.values["way"], event.values["repaired"]
    followup.response_score, followup.manner_score, followup.quality_score = event.values["scores"]
    followup.opinion = event.personal.get("note")
    if followup.way == "site":
        _note_place(ctx, followup)
    ctx.session.flush()
    _publish(ctx, FollowupEvent.DONE, followup, "open")


def _note_place(ctx: Context, followup: Followup) -> None:
    """Keep where and when it was made, as the step has it: positions of people stand in no event."""
    step = steps_of(ctx.session, "task", followup.task_id or 0)[-1]
    position = step.input.get("position")
    set_position(followup, position)
    site = ctx.session.get(Site, followup.site_id) if followup.site_id else None
    followup.distance = metres_to(site, position)
    followup.captured_at, followup.skewed = step.captured_at, is_skewed(step.captured_at, ctx.now)


def drop_followup(ctx: Context, event: Event) -> None:
    """Task sent to rework or closed: nobody is to be asked any more."""
    followup = _open_one(ctx, event.record_id)
    if followup is None:
        return
    followup.state, followup.updated_at = "dropped", ctx.now
    ctx.session.flush()
    _publish(ctx, FollowupEvent.DROPPED, followup, "open")


def _open_one(ctx: Context, task_id: int) -> Followup | None:
    query = select(Followup).where(Followup.task_id == task_id, Followup.state == "open").with_for_update()
    return ctx.session.scalars(query).one_or_none()


def _publish(ctx: Context, name: FollowupEvent, followup: Followup, before: str | None) -> None:
    values = {"task_id": followup.task_id}
    ctx.publish(Event(name, "followup", followup.id, followup.number, None, before, followup.state, values=values))
