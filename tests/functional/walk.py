"""Walks requests and tasks over the API as different people, a minute after one another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from webtest import TestResponse

from shuhua_core.kernel.clock import SetClock
from shuhua_core.testing.flow import COMPLETE, FOLLOW_UP
from shuhua_core.testing.world import World
from tests.web.client import Person


class Walk:
    """Acts as anybody of the world. Methods that end well give the record as the API answered it; others give the answer."""

    def __init__(self, as_: Callable[[str], Person], world: World, clock: SetClock) -> None:
        self.as_, self.world, self.clock = as_, world, clock

    def wait(self, **time: float) -> None:
        """Let time pass, in which the worker delivers what has happened, where there is one."""
        self.work()
        self.clock.set(self.clock.now() + timedelta(**time))

    def work(self) -> None:
        """What the worker does; nothing without one."""

    # Requests ---------------------------------------------------------------------------------------------------------

    def report(self, login: str = "customer", piece: str = "one_1", **data: Any) -> dict[str, Any]:
        """A request of this person about a piece."""
        self.wait(minutes=1)
        body = {"symptom": "摆腿松动", "equipment_id": self.world.pieces[piece].id, **data}
        return self.as_(login).api.post("/repairs", body, status=201).json

    def repair(self, login: str, repair: dict[str, Any], action: str, /, *, status: int = 200, **data: Any) -> dict[str, Any]:
        """An action on a request; what is refused has this ``status`` and gives the problem."""
        self.wait(minutes=1)
        return self.as_(login).api.act(f"/repairs/{repair['id']}", action, data, status=status).json

    def approve(
        self,
        repair: dict[str, Any],
        *,
        reviewer: str = "reviewer",
        severity: str = "normal",
        in_warranty: bool = True,
        **data: Any,
    ) -> dict[str, Any]:
        """Approve; gives the newest task of the request, as its reviewer sees it."""
        approved = self.repair(reviewer, repair, "approve", severity=severity, in_warranty=in_warranty, **data)
        return self.see_task(reviewer, approved["tasks"][-1])

    def see_repair(self, login: str, repair: dict[str, Any]) -> dict[str, Any]:
        """The request as this person reads it now."""
        return self.as_(login).api.get(f"/repairs/{repair['id']}", status=200).json

    # Tasks ------------------------------------------------------------------------------------------------------------

    def task(self, login: str, task: dict[str, Any], action: str, /, *, status: int = 200, **data: Any) -> dict[str, Any]:
        """An action on a task; what is refused has this ``status`` and gives the problem."""
        self.wait(minutes=1)
        return self.as_(login).api.act(f"/tasks/{task['id']}", action, data, status=status).json

    def see_task(self, login: str, task: dict[str, Any]) -> dict[str, Any]:
        """The task as this person reads it now."""
        return self.as_(login).api.get(f"/tasks/{task['id']}", status=200).json

    def allocate(self, task: dict[str, Any], unit: str = "agent") -> dict[str, Any]:
        """To a unit, by the dispatcher."""
        return self.task("dispatcher", task, "allocate", unit_id=self.world.units[unit].id)

    def to_assigned(
        self, task: dict[str, Any], *, unit: str = "agent", manager: str = "agent_manager", repairer: str = "repairer"
    ) -> dict[str, Any]:
        """Allocated to a unit, accepted and assigned."""
        self.allocate(task, unit)
        self.task(manager, task, "accept")
        return self.task(manager, task, "assign", repairer_id=self.world.users[repairer])

    def to_repairing(self, task: dict[str, Any], repairer: str = "repairer") -> dict[str, Any]:
        """From assigned to being repaired."""
        for action in ("take", "depart", "arrive"):
            self.task(repairer, task, action)
        return self.task(repairer, task, "start")

    def to_completed(self, task: dict[str, Any], repairer: str = "repairer", **result: Any) -> dict[str, Any]:
        """From assigned to completed."""
        self.to_repairing(task, repairer)
        return self.task(repairer, task, "complete", **COMPLETE, **result)

    def to_closed(self, task: dict[str, Any]) -> dict[str, Any]:
        """From completed to closed, after a follow-up."""
        self.task("followup_clerk", task, "follow_up", **FOLLOW_UP)
        return self.task("followup_clerk", task, "close")

    # What is told -----------------------------------------------------------------------------------------------------

    def steps(self, login: str, path: str) -> list[dict[str, Any]]:
        """The timeline of the record at ``path``."""
        return self.as_(login).api.get(f"{path}/timeline", status=200).json["items"]

    def path_of(self, login: str, path: str) -> list[tuple[str, str]]:
        """(action, state after it) of each step."""
        return [(step["action"], step["after"]) for step in self.steps(login, path)]

    def inbox(self, login: str) -> list[tuple[str, str]]:
        """(notice, number) of a person's messages, oldest first."""
        items = self.as_(login).api.get("/messages", limit=100, status=200).json["items"]
        return [(item["notice"], item["number"]) for item in reversed(items)]

    def unread(self, login: str) -> int:
        """How many messages a person has not read."""
        return self.as_(login).api.get("/messages/unread", status=200).json["count"]

    def listed(self, login: str, what: str, **query: Any) -> set[int]:
        """Ids of the records in a list."""
        answer: TestResponse = self.as_(login).api.get(f"/{what}", limit=100, status=200, **query)
        return {item["id"] for item in answer.json["items"]}
