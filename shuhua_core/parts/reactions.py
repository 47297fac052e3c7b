"""Parts that tasks replace. Named in ``shuhua_core.reactions``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from ..kernel.context import Context
from ..kernel.events import Event
from ..kernel.steps import Step
from ..tasks.models import Task
from .events import PartEvent
from .machine import MACHINE, PART_TABLE, named
from .models import ReturnedPart


def keep_parts(ctx: Context, event: Event) -> None:
    """Work ended: each part that was replaced begins its way, whether or not somebody checks the repair first."""
    if event.action != "complete":
        return
    parts = _replaced(ctx, event.record_id)
    if not parts:
        return
    task = ctx.session.get_one(Task, event.record_id)
    for part in parts:
        _begin(ctx, task, part)


def _replaced(ctx: Context, task_id: int) -> list[dict[str, Any]]:
    """The parts that the step just written names; what people type stands in no event."""
    newest = select(Step.input).where(Step.record_kind == "task", Step.record_id == task_id).order_by(Step.id.desc()).limit(1)
    return (ctx.session.scalar(newest) or {}).get("parts") or []


def _begin(ctx: Context, task: Task, said: dict[str, Any]) -> None:
    part = ReturnedPart(**part_values(ctx, task, said))
    ctx.session.add(part)
    ctx.session.flush()
    MACHINE.begin(ctx, part, event=PartEvent.REPLACED, values=named(part))


def part_values(ctx: Context, task: Task, said: Mapping[str, Any]) -> dict[str, Any]:
    """What a part that ``task`` replaced begins with.

    Out of warranty the old part is the customer's, so it goes back only if the maker asks for it.
    """
    return {
        "number": ctx.deployment.numbers.take(ctx.session, "JJ", ctx.now),
        "state": "kept" if said.get("in_warranty") is False else "to_return",
        "version": 1,
        "workflow_version": PART_TABLE.version,
        "task_id": task.id,
        "equipment_id": task.equipment_id,
        "site_id": task.site_id,
        "organisation_path": task.organisation_path,
        "division_code": task.division_code,
        "repairer_id": task.repairer_id,
        "name": said["name"],
        "old_number": said.get("old_number"),
        "new_number": said.get("new_number"),
        "in_warranty": said.get("in_warranty"),
        "created_at": ctx.now,
        "updated_at": ctx.now,
    }
