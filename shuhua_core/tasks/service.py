"""What people do with tasks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update

from ..kernel.context import Context
from ..kernel.errors import Invalid, NotAllowed, NotFound, VersionStale, WrongState
from ..kernel.events import Event
from ..kernel.i18n import _
from ..kernel.prepared import Prepared
from ..kernel.schema import deserialize
from ..kernel.scope import covers, get_visible, read_visible
from ..kernel.types import BigInt
from ..kernel.workflow import Row
from ..repairs.models import RepairRequest
from ..repairs.service import RepairService, show_phone
from ..sites.models import Site
from .consent import consent_at_first, settle
from .events import TaskEvent
from .machine import MACHINE
from .models import RepairTask, Task
from .schema import Create, MoveDeadline

ACTIVE_REPAIR_STATES = ("in_progress",)

_TASKS_OF = (
    select(Task)
    .join(RepairTask, RepairTask.task_id == Task.id)
    .where(RepairTask.repair_id == bindparam("repair_id", type_=BigInt))
    .order_by(Task.id)
)
_REPAIRS_OF = (
    select(RepairRequest)
    .join(RepairTask, RepairTask.repair_id == RepairRequest.id)
    .where(RepairTask.task_id == bindparam("task_id", type_=BigInt))
    .order_by(RepairRequest.id)
)
_REQUESTS_OF = Prepared(
    _REPAIRS_OF.with_only_columns(
        RepairRequest.id,
        RepairRequest.number,
        RepairRequest.state,
        RepairRequest.symptom,
        RepairRequest.in_warranty,
        RepairRequest.address,
        RepairRequest.longitude,
        RepairRequest.latitude,
        RepairRequest.caller_name,
        RepairRequest.caller_phone,
    )
)


class TaskService:
    """Tasks, for the actor of the context."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def read(self, task_id: int) -> Any:
        """The columns of the task, not to be changed, if the actor may see it. Raises NotFound."""
        return read_visible(self._ctx.session, Task, self._ctx.actor, "tasks.view", task_id)

    def get(self, task_id: int) -> Task:
        """The task, if the actor may see it. Raises NotFound."""
        return get_visible(self._ctx.session, Task, self._ctx.actor, "tasks.view", task_id)

    def actions(self, task: Task) -> list[Row]:
        """What the actor may do with it now."""
        return MACHINE.available(self._ctx, task)

    def act(self, task_id: int, action: str, data: Any = None, *, expected_version: int | None = None) -> Task:
        """Take an action of the task table.

        ``data`` are plain values after the action's schema. Raises NotFound, NotAllowed, WrongState, VersionStale, Invalid.
        """
        task = get_visible(self._ctx.session, Task, self._ctx.actor, "tasks.view", task_id, for_update=True)
        MACHINE.perform(self._ctx, task, action, data, expected_version=expected_version)
        return task

    def create(self, data: Any) -> Task:
        """A further task for requests in progress, by the dispatcher."""
        values = deserialize(Create, data)
        first, *others = values["repair_ids"]
        repairs = RepairService(self._ctx)
        repairs.act(first, "add_task", {"note": values["note"]})
        task = self._newest_of(first)
        for repair_id in others:
            repair = repairs.get(repair_id, for_update=True)
            if not covers(repair, self._ctx.actor, "repairs.add_task"):
                raise NotAllowed()
            if repair.state not in ACTIVE_REPAIR_STATES:
                raise Invalid({"repair_ids": _("Request ${number} is not in progress.", mapping={"number": repair.number})})
            self.link(task, repair.id)
        return task

    def _newest_of(self, repair_id: int) -> Task:
        query = select(Task).join(RepairTask, RepairTask.task_id == Task.id).where(RepairTask.repair_id == repair_id)
        return self._ctx.session.scalars(query.order_by(Task.id.desc()).limit(1)).one()

    def move_deadline(self, task_id: int, data: Any, *, expected_version: int) -> Task:
        """Change the deadline of a task that is not finished; the reason is kept in the log."""
        ctx = self._ctx
        values = deserialize(MoveDeadline, data)
        task = get_visible(ctx.session, Task, ctx.actor, "tasks.view", task_id, for_update=True)
        if not covers(task, ctx.actor, "tasks.deadline"):
            raise NotAllowed()
        if task.version != expected_version:
            raise VersionStale(version=task.version, state=task.state)
        if MACHINE.table(ctx, task).states[task.state].phase != "open":
            raise WrongState(state=task.state)
        before, task.due_at = task.due_at, values["due_at"]
        task.version += 1
        task.updated_at = ctx.now
        ctx.session.flush()
        ctx.publish(
            Event(
                TaskEvent.DEADLINE_MOVED,
                "task",
                task.id,
                task.number,
                "move_deadline",
                task.state,
                task.state,
                values={"unit_id": task.unit_id, "repairer_id": task.repairer_id},
                changes={"due_at": [before.isoformat(), task.due_at.isoformat()]},
                personal={"note": values["reason"]},
            )
        )
        return task

    def make_for(self, repair: RepairRequest, *, severity: str | None = None, symptom: str | None = None) -> Task:
        """A new task for an approved request; called by reactions."""
        ctx = self._ctx
        table = MACHINE.newest(ctx)
        level = severity or repair.severity or "normal"
        task = Task(
            number=ctx.deployment.numbers.take(ctx.session, "RW", ctx.now),
            state=table.initial[0],
            workflow_version=table.version,
            symptom=symptom or repair.symptom,
            fault=repair.fault,
            severity=level,
            in_warranty=repair.in_warranty,
            consent=consent_at_first(ctx, repair),
            check_asked=self._check_asked(repair),
            site_id=repair.site_id,
            equipment_id=repair.equipment_id,
            customer_id=repair.customer_id,
            host_unit_id=repair.host_unit_id,
            reporter_id=repair.reporter_id,
            address=repair.address,
            division_code=repair.division_code,
            branch_path=repair.organisation_path,
            organisation_path=repair.organisation_path,
            due_at=ctx.now + ctx.deployment.settings.time_to_finish(level),
            created_at=ctx.now,
            updated_at=ctx.now,
        )
        ctx.session.add(task)
        ctx.session.flush()
        MACHINE.begin(
            ctx, task, event=TaskEvent.CREATED, values={"repair_id": repair.id, "severity": level}, data={"repair_id": repair.id}
        )
        self._add_link(task.id, repair.id)
        return task

    def _check_asked(self, repair: RepairRequest) -> bool:
        kinds = self._ctx.deployment.settings.check_kinds.split()
        if not kinds or repair.site_id is None or repair.host_unit_id is None:
            return False
        return self._ctx.session.scalar(select(Site.kind).where(Site.id == repair.site_id)) in kinds

    def link(self, task: Task, repair_id: int) -> None:
        """Let the task serve a further request; one out of warranty needs a consent too, where the work has not begun."""
        if self._ctx.session.get(RepairTask, (repair_id, task.id)) is not None:
            return
        self._add_link(task.id, repair_id)
        self._ctx.publish(
            Event(TaskEvent.LINKED, "task", task.id, task.number, "link", task.state, task.state, values={"repair_id": repair_id})
        )
        if task.consent == "not_needed" and task.started_at is None:
            settle(self._ctx, task, consent_at_first(self._ctx, self._ctx.session.get_one(RepairRequest, repair_id)))

    def _add_link(self, task_id: int, repair_id: int) -> None:
        self._ctx.session.add(RepairTask(task_id=task_id, repair_id=repair_id, linked_at=self._ctx.now))
        self._ctx.session.flush()

    def tasks_of(self, repair_id: int, *, for_update: bool = False) -> Sequence[Task]:
        """The tasks of a request, oldest first. The caller has made sure that the request is visible."""
        query = _TASKS_OF.with_for_update(of=Task) if for_update else _TASKS_OF
        return self._ctx.session.scalars(query, {"repair_id": repair_id}).all()

    def repairs_of(self, task_id: int) -> Sequence[RepairRequest]:
        """The requests that a task serves, oldest first. The caller has made sure that the task is visible."""
        return self._ctx.session.scalars(_REPAIRS_OF, {"task_id": task_id}).all()

    def requests_of(self, task_id: int) -> Sequence[Any]:
        """What the repair needs to know of the requests that a task serves, as rows, oldest first; not to be changed.

        The caller has made sure that the task is visible.
        """
        return _REQUESTS_OF.rows(self._ctx.session, {"task_id": task_id})

    def reveal_phone(self, task_id: int, repair_id: int) -> str | None:
        """The whole phone number of the caller of a request that the task serves; that it was shown is recorded.

        Raises NotFound, NotAllowed.
        """
        task = self.get(task_id)
        repair = next((each for each in self.repairs_of(task_id) if each.id == repair_id), None)
        if repair is None:
            raise NotFound()
        if not covers(task, self._ctx.actor, "phones.reveal"):
            raise NotAllowed()
        return show_phone(self._ctx, repair, task_id=task.id)

    def phase(self, task: Task) -> str:
        """``open``, ``ended`` or ``final``."""
        return MACHINE.table(self._ctx, task).states[task.state].phase

    def close_due(self, limit: int = 200) -> int:
        """Close what was followed up long enough ago; by the system. Returns how many."""
        before = self._ctx.now - timedelta(days=self._ctx.deployment.settings.close_days)
        return self._sweep("followed_up", before, "close", limit)

    def _sweep(self, state: str, before: datetime, action: str, limit: int) -> int:
        ids = self._ctx.session.scalars(select(Task.id).where(Task.state == state, Task.updated_at < before).limit(limit)).all()
        for task_id in ids:
            self.act(task_id, action)
        return len(ids)


def unlink(ctx: Context, task_id: int, repair_id: int, target_id: int | None) -> None:
    """Take a request off a task; its place goes to ``target_id`` unless that has the task already."""
    session = ctx.session
    if target_id is not None and session.get(RepairTask, (target_id, task_id)) is None:
        session.execute(
            update(RepairTask).where(RepairTask.repair_id == repair_id, RepairTask.task_id == task_id).values(repair_id=target_id)
        )
    else:
        link = session.get(RepairTask, (repair_id, task_id))
        if link is not None:
            session.delete(link)
            session.flush()
