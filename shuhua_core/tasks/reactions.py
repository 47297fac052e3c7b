"""What follows in tasks from requests, and in requests and equipment from tasks. Named in ``shuhua_core.reactions``."""

from __future__ import annotations

from sqlalchemy import func, select

from ..kernel.context import Context
from ..kernel.errors import Invalid
from ..kernel.events import Event
from ..kernel.i18n import _
from ..kernel.scope import visible
from ..repairs.service import RepairService
from .models import RepairTask, Task
from .service import TaskService, unlink
from .work_of_piece import WorkOfPiece


def make_task(ctx: Context, event: Event) -> None:
    """Request approved: join the open task that the reviewer named, keep the one it has, or make one."""
    system = ctx.as_system()
    tasks = TaskService(system)
    repair = RepairService(system).get(event.record_id)
    chosen = event.values["task_id"]
    if chosen is None:
        if not any(tasks.phase(task) == "open" for task in tasks.tasks_of(repair.id)):
            tasks.make_for(repair)
        return
    query = select(Task).where(Task.id == chosen, visible(Task, ctx.actor, "tasks.view")).with_for_update()
    task = ctx.session.scalars(query).one_or_none()
    if task is None or tasks.phase(task) != "open":
        raise Invalid({"task_id": _("Choose an open task that you may see.")})
    tasks.link(task, repair.id)


def add_task(ctx: Context, event: Event) -> None:
    """The dispatcher asked for a further task."""
    system = ctx.as_system()
    repair = RepairService(system).get(event.record_id)
    TaskService(system).make_for(repair, severity=event.values["severity"], symptom=event.values["note"])


def follow_merge(ctx: Context, event: Event) -> None:
    """Request merged: its open tasks go over to the target or are cancelled.

    They go over only to a target that is being worked on: otherwise a task would run for a request that nobody approved.
    """
    system = ctx.as_system()
    tasks = TaskService(system)
    target_id = event.values["target_id"]
    for task in tasks.tasks_of(event.record_id, for_update=True):
        if tasks.phase(task) != "open":
            continue
        others = ctx.session.scalar(
            select(func.count()).where(RepairTask.task_id == task.id, RepairTask.repair_id.not_in([event.record_id, target_id]))
        )
        if event.values["open_tasks"] == "move":
            if event.values["target_state"] != "in_progress":
                raise Invalid({"target_id": _("Approve the target first, or cancel the open tasks: it is not in progress yet.")})
            unlink(ctx, task.id, event.record_id, target_id)
        elif others or ctx.session.get(RepairTask, (target_id, task.id)) is not None:
            unlink(ctx, task.id, event.record_id, None)
        elif _can_cancel(system, task):
            tasks.act(task.id, "cancel", {"reason": "合并 / merged"})
        else:
            raise Invalid(
                {"open_tasks": _("Task ${number} cannot be cancelled any more; move it.", mapping={"number": task.number})}
            )


def _can_cancel(ctx: Context, task: Task) -> bool:
    return any(row.action == "cancel" for row in TaskService(ctx).actions(task))


def settle_work(ctx: Context, event: Event) -> None:
    """A piece was taken away or replaced: what was decided about its open requests and tasks is done; the others stay."""
    WorkOfPiece(ctx, event.record_id).settle(
        event.values["open_work"],
        number=str(event.number),
        reason=event.personal.get("note", ""),
        replacement_id=event.values.get("replacement_id"),
    )


def settle_repairs(ctx: Context, event: Event) -> None:
    """A task ended: requests whose tasks have all ended are resolved, or go back to review when all were cancelled."""
    system = ctx.as_system()
    tasks, repairs = TaskService(system), RepairService(system)
    for repair in tasks.repairs_of(event.record_id):
        of_repair = tasks.tasks_of(repair.id)
        if all(tasks.phase(task) != "open" for task in of_repair):
            repairs.tasks_ended(repair.id, any_completed=any(task.state != "cancelled" for task in of_repair))


def redo_repairs(ctx: Context, event: Event) -> None:
    """A finished task went to rework: what counted as resolved does not any more."""
    system = ctx.as_system()
    for repair in TaskService(system).repairs_of(event.record_id):
        if repair.state == "resolved":
            RepairService(system).act(repair.id, "redo")
