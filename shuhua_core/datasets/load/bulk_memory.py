"""What a bulk load keeps of the history while something may still happen to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from shuhua_core.datasets.load.told import RecalledHappening
from shuhua_core.followups.models import Followup
from shuhua_core.messages.audience import Addressee
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.sites.models import Equipment, Site
from shuhua_core.tasks.models import Task


@dataclass
class Standing:
    """A site and its pieces, and how many requests in memory are about them."""

    site: Site
    pieces: dict[int, Equipment]
    users: int = 0


class Memory:
    """Requests, their tasks, links and open follow-ups, and the sites that they are about."""

    def __init__(self) -> None:
        self._repair_ids: dict[str, int] = {}
        self._task_ids: dict[str, int] = {}
        self._repairs: dict[int, RepairRequest] = {}
        self._tasks: dict[int, Task] = {}
        self._task_keys: dict[int, str] = {}
        self._tasks_of: dict[int, list[Task]] = {}
        self._repairs_of: dict[int, list[RepairRequest]] = {}
        self._followers: dict[int, set[int]] = {}
        """Merged requests by their target."""
        self._finished: set[int] = set()
        self._standings: dict[int, Standing] = {}
        self._site_of: dict[int, int] = {}
        self.followups: dict[int, Followup] = {}
        """Open ones, by task."""

    def __len__(self) -> int:
        return len(self._repairs)

    @property
    def ids_of(self) -> Mapping[str, Mapping[str, int]]:
        """Ids by key for the fields of a step that name requests and tasks."""
        return {"target_id": self._repair_ids, "task_id": self._task_ids}

    def add_repair(self, key: str, repair: RepairRequest) -> None:
        """A new request."""
        self._repair_ids[key] = repair.id
        self._repairs[repair.id] = repair
        self._tasks_of[repair.id] = []

    def add_task(self, key: str, task: Task) -> None:
        """A new task, still without a request."""
        self._task_ids[key] = task.id
        self._task_keys[task.id] = key
        self._tasks[task.id] = task
        self._repairs_of[task.id] = []

    def link(self, task: Task, repair_id: int) -> bool:
        """The task serves the request; tells whether that is new."""
        if task in self._tasks_of[repair_id]:
            return False
        self._tasks_of[repair_id].append(task)
        self._repairs_of[task.id].append(self._repairs[repair_id])
        return True

    def repair(self, key: str) -> RepairRequest:
        """A request by the plan's key."""
        return self._repairs[self._repair_ids[key]]

    def repair_by_id(self, repair_id: int) -> RepairRequest:
        """A request by its id."""
        return self._repairs[repair_id]

    def task(self, key: str) -> Task:
        """A task by the plan's key."""
        return self._tasks[self._task_ids[key]]

    def task_by_id(self, task_id: int) -> Task:
        """A task by its id."""
        return self._tasks[task_id]

    def tasks_of(self, repair_id: int) -> list[Task]:
        """The tasks of a request, oldest first."""
        return sorted(self._tasks_of[repair_id], key=lambda task: task.id)

    def repairs_of(self, task_id: int) -> list[RepairRequest]:
        """The requests that a task serves, oldest first."""
        return sorted(self._repairs_of[task_id], key=lambda repair: repair.id)

    def note_merged(self, repair: RepairRequest) -> None:
        """The request was merged into another one, for the time being."""
        self._followers.setdefault(repair.merged_into_id or 0, set()).add(repair.id)

    def followers_of(self, target_id: int) -> list[RepairRequest]:
        """Requests in memory that are merged into this one."""
        found = (self._repairs.get(repair_id) for repair_id in self._followers.get(target_id, ()))
        return [repair for repair in found if repair is not None and repair.merged_into_id == target_id]

    def standing(self, site_id: int) -> Standing | None:
        """A site with its pieces, if it is known."""
        return self._standings.get(site_id)

    def standing_of(self, piece_id: int) -> Standing:
        """The site of a piece that somebody reported."""
        return self._standings[self._site_of[piece_id]]

    def add_standing(self, standing: Standing) -> Standing:
        """A site becomes known."""
        self._standings[standing.site.id] = standing
        self._site_of |= dict.fromkeys(standing.pieces, standing.site.id)
        return standing

    def finish(self, key: str) -> None:
        """The plan has nothing more for this request."""
        self._finished.add(self._repair_ids[key])

    def forget(self, key: str) -> bool:
        """Forget a finished request unless one that shares a task with it goes on; tells whether it is forgotten."""
        repair_id = self._repair_ids[key]
        tasks = self._tasks_of[repair_id]
        sharing = {repair.id for task in tasks for repair in self._repairs_of[task.id]}
        if not sharing <= self._finished | {repair_id}:
            return False
        if any(other.id not in self._finished for other in self.followers_of(repair_id)):
            return False
        for task in tasks:
            self._repairs_of[task.id] = [repair for repair in self._repairs_of[task.id] if repair.id != repair_id]
            if not self._repairs_of[task.id]:
                del self._repairs_of[task.id], self._tasks[task.id], self._task_ids[self._task_keys.pop(task.id)]
                self.followups.pop(task.id, None)
        self._leave(self._repairs[repair_id].site_id or 0)
        del self._tasks_of[repair_id], self._repairs[repair_id], self._repair_ids[key]
        self._finished.discard(repair_id)
        self._followers.pop(repair_id, None)
        return True

    def _leave(self, site_id: int) -> None:
        standing = self._standings[site_id]
        standing.users -= 1
        if standing.users == 0:
            del self._standings[site_id]
            for piece_id in standing.pieces:
                del self._site_of[piece_id]


@dataclass
class MemoryHappening(RecalledHappening):
    """An event about a record in memory."""

    records: Memory = field(default_factory=Memory)

    @cached_property
    def record(self) -> Any:
        """The request, task or piece."""
        if self.kind == "equipment":
            return self.records.standing_of(self.record_id).pieces[self.record_id]
        return self.records.task_by_id(self.record_id) if self.kind == "task" else self.records.repair_by_id(self.record_id)

    @property
    def site_name(self) -> str | None:
        """The name of the record's site."""
        return self.records.standing_of(self._piece_id).site.name

    @property
    def equipment_name(self) -> str | None:
        """The name of the record's piece."""
        return self.records.standing_of(self._piece_id).pieces[self._piece_id].name

    @property
    def _piece_id(self) -> int:
        return self.record_id if self.kind == "equipment" else self.record.equipment_id

    def reporters(self) -> list[Addressee]:
        """The reporters of all requests that the task serves, and of those merged into them."""
        serves = self.records.repairs_of(self.record_id)
        followers = (each for repair in serves for each in self.records.followers_of(repair.id))
        found = {repair.id: repair for repair in (*serves, *followers)}
        return [
            Addressee(repair.reporter_id, "repair", repair.id, repair.number)
            for _id, repair in sorted(found.items())
            if repair.reporter_id is not None
        ]
