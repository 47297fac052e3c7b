"""What becomes of the open requests and tasks of a piece that is taken away or replaced.

Nothing happens by itself: what nobody decided about stays open. Who may take a piece away decides about what they see: it is
left, moved to the piece that takes the place, or, by who reviews requests or cancels tasks, closed. Closing follows the tables:
tasks are cancelled, a request that waits is answered, or rejected where it can only be that, with the reason of the removal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from ..accounts.permissions import Permission
from ..kernel.context import Context
from ..kernel.errors import Invalid
from ..kernel.events import Event
from ..kernel.i18n import _
from ..kernel.recall import locked
from ..kernel.scope import covers, visible
from ..repairs.events import RepairEvent
from ..repairs.machine import MACHINE as REPAIRS
from ..repairs.models import RepairRequest
from ..repairs.service import RepairService
from ..sites.schema import CLOSE, LEAVE, MOVE
from .events import TaskEvent
from .machine import MACHINE as TASKS
from .models import RepairTask, Task
from .service import TaskService, unlink

_CLOSES = (Permission.REPAIRS_REVIEW, Permission.TASKS_CANCEL)


@dataclass(frozen=True, slots=True)
class OpenWork:
    """An open request with its open tasks, or an open task of which the actor sees no request."""

    kind: str
    record: Any
    tasks: Sequence[Task]
    """Those of a request."""
    choices: Sequence[str]
    """What may become of it, of ``WORK_CHOICES``."""


class WorkOfPiece:
    """The open requests and tasks of one piece, for one actor."""

    def __init__(self, ctx: Context, piece_id: int) -> None:
        self._ctx, self._piece_id = ctx, piece_id

    def open(self) -> list[OpenWork]:
        """What the actor sees of it, the oldest first, requests before tasks. Three statements."""
        ctx = self._ctx
        repairs = self._of(RepairRequest, Permission.REPAIRS_VIEW, REPAIRS)
        seen = self._of(Task, Permission.TASKS_VIEW, TASKS)
        query = select(RepairTask.repair_id, Task).join(Task, Task.id == RepairTask.task_id)
        tasks: dict[int, list[Task]] = {repair.id: [] for repair in repairs}
        for repair_id, task in ctx.session.execute(query.where(RepairTask.repair_id.in_(tasks)).order_by(Task.id)):
            if self._is_open(TASKS, task):
                tasks[repair_id].append(task)
        served = {task.id for of_repair in tasks.values() for task in of_repair}
        found = [OpenWork("repair", each, tasks[each.id], self._choices(each, tasks[each.id])) for each in repairs]
        alone = [each for each in seen if each.id not in served]
        return [*found, *(OpenWork("task", each, (), self._choices(each, [each])) for each in alone)]

    def settle(self, decisions: Sequence[Mapping[str, Any]], *, number: str, reason: str, replacement_id: int | None) -> None:
        """Do what was decided; ``replacement_id`` is the piece that took the place of this one. Raises Invalid."""
        if not decisions:
            return
        known = {(each.kind, each.record.id): each for each in self.open()}
        for place, decision in enumerate(decisions):
            work, what = known.pop((decision["kind"], decision["id"]), None), decision["what"]
            if work is None:
                missing = _("This is no open request or task of the piece, or it is not yours to see.")
                raise Invalid({f"open_work.{place}.id": missing})
            if what not in work.choices or (what == MOVE and replacement_id is None):
                refused = _("This cannot be done with ${number}. Leave it as it is.", mapping={"number": work.record.number})
                raise Invalid({f"open_work.{place}.what": refused})
            if what == CLOSE:
                happened = "器材已更换 / piece replaced" if replacement_id else "器材已拆除 / piece removed"
                self._close(work, f"{happened} ({number}): {reason}"[:1000])
            elif what == MOVE and replacement_id is not None:
                self._move(work, replacement_id)

    def _of(self, model: Any, view: str, machine: Any) -> list[Any]:
        reach = visible(model, self._ctx.actor, view)
        found = self._ctx.session.scalars(select(model).where(model.equipment_id == self._piece_id, reach).order_by(model.id))
        return [each for each in found if self._is_open(machine, each)]

    def _is_open(self, machine: Any, record: Any) -> bool:
        """Whether there is work to do. A request counts while it could be merged: a draft is nobody's but its writer's."""
        table = machine.table(self._ctx, record)
        phase: str = table.states[record.state].phase
        return phase == "open" and (machine is TASKS or bool(table.matching("merge", record.state)))

    def _choices(self, record: Any, tasks: Sequence[Task]) -> Sequence[str]:
        may_close = any(covers(record, self._ctx.actor, each) for each in _CLOSES)
        if may_close and all(self._has(TASKS, task, "cancel") for task in tasks):
            return LEAVE, CLOSE, MOVE
        return LEAVE, MOVE

    def _has(self, machine: Any, record: Any, action: str) -> bool:
        return any(row.action == action for row in machine.available(self._ctx.as_system(), record))

    def _close(self, work: OpenWork, told: str) -> None:
        """By the system, as when requests are merged: one person decides here about what else takes two."""
        system = self._ctx.as_system()
        tasks, repairs = TaskService(system), RepairService(system)
        if work.kind == "task":
            tasks.act(work.record.id, "cancel", {"reason": told})
            return
        repair = work.record
        for task in locked(system.session, Task, [each.id for each in work.tasks]):
            others = [each for each in tasks.repairs_of(task.id) if each.id != repair.id and self._is_open(REPAIRS, each)]
            if others:
                unlink(system, task.id, repair.id, None)
            elif self._is_open(TASKS, task):
                tasks.act(task.id, "cancel", {"reason": told})
        left = tasks.tasks_of(repair.id)
        if not any(self._is_open(TASKS, each) for each in left):
            repairs.tasks_ended(repair.id, any_completed=any(each.completed_at is not None for each in left))
        for action, data in (("answer", {"answer": told}), ("reject", {"reason": told})):
            if self._has(REPAIRS, repair, action):
                repairs.act(repair.id, action, data)
                break

    def _move(self, work: OpenWork, piece_id: int) -> None:
        moving = [work.record, *(each for each in work.tasks if each.equipment_id == self._piece_id)]
        for record in moving:
            is_task = isinstance(record, Task)
            record.equipment_id = piece_id
            record.version += 1
            record.updated_at = self._ctx.now
            self._ctx.session.flush()
            self._ctx.publish(
                Event(
                    TaskEvent.PIECE_CHANGED if is_task else RepairEvent.CHANGED,
                    "task" if is_task else "repair",
                    record.id,
                    record.number,
                    "change",
                    record.state,
                    record.state,
                    values={"unit_id": record.unit_id, "repairer_id": record.repairer_id} if is_task else {},
                    changes={"equipment_id": [self._piece_id, piece_id]},
                )
            )
