"""Walks a request and its tasks as different people, through the services."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ..kernel.actor import Actor
from ..kernel.clock import SetClock
from ..kernel.context import Context
from ..repairs.models import RepairRequest
from ..repairs.service import RepairService
from ..tasks.models import Task
from ..tasks.service import TaskService
from .world import World

COMPLETE = {"result": "repaired", "cause": "轴承磨损", "remedy": "更换轴承"}
FOLLOW_UP = {"way": "phone", "repaired": True, "response_score": 5, "manner_score": 5, "quality_score": 4, "opinion": "很好"}


class Flow:
    """Acts as anybody of the world; each act is a minute after the one before."""

    def __init__(self, ctx: Context, world: World) -> None:
        self.ctx, self.world = ctx, world

    def context(self, login: str) -> Context:
        """A context of this person, a minute later."""
        clock = self.ctx.deployment.clock
        if isinstance(clock, SetClock):
            clock.set(clock.now() + timedelta(minutes=1))
        return self.ctx.deployment.context(self.ctx.session, self.actor(login))

    def actor(self, login: str) -> Actor:
        """The person, or the system for ``system``."""
        return self.ctx.actor if login == "system" else self.world.actor(login)

    def report(self, login: str = "customer", piece: str = "one_1", **data: Any) -> RepairRequest:
        """A request of this person about a piece."""
        values = {"symptom": "摆腿松动", "equipment_id": self.world.pieces[piece].id, **data}
        return RepairService(self.context(login)).report(values)

    def repair(self, login: str, repair: RepairRequest, action: str, **data: Any) -> RepairRequest:
        """An action on a request."""
        with self.ctx.session.begin_nested():  # what is refused leaves nothing behind, as in a transaction of its own
            return RepairService(self.context(login)).act(repair.id, action, data)

    def task(self, login: str, task: Task, action: str, **data: Any) -> Task:
        """An action on a task."""
        with self.ctx.session.begin_nested():
            return TaskService(self.context(login)).act(task.id, action, data)

    def approve(
        self,
        repair: RepairRequest,
        *,
        severity: str = "normal",
        reviewer: str = "reviewer",
        in_warranty: bool = True,
        **data: Any,
    ) -> Task:
        """Approve; gives the task that came of it."""
        self.repair(reviewer, repair, "approve", severity=severity, in_warranty=in_warranty, **data)
        return self.tasks(repair)[-1]

    def tasks(self, repair: RepairRequest) -> list[Task]:
        """The tasks of a request, oldest first."""
        return list(TaskService(self.ctx).tasks_of(repair.id))

    def to_assigned(self, task: Task, *, unit: str = "agent", manager: str = "agent_manager", repairer: str = "repairer") -> Task:
        """Allocate to a unit, accept, assign."""
        self.task("dispatcher", task, "allocate", unit_id=self.world.units[unit].id)
        self.task(manager, task, "accept")
        return self.task(manager, task, "assign", repairer_id=self.world.users[repairer])

    def to_completed(self, task: Task, repairer: str = "repairer", **data: Any) -> Task:
        """From assigned to completed; ``data`` is said besides how it ended."""
        for action in ("take", "depart", "arrive", "start"):
            self.task(repairer, task, action)
        return self.task(repairer, task, "complete", **{**COMPLETE, **data})
