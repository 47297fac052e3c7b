"""Writes down what happens to one invented request, action by action."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from shuhua_core.datasets.dice import Dice
from shuhua_core.datasets.invented import SYSTEM, Automatic, EquipmentPlan, SitePlan, Step, Subject
from shuhua_core.datasets.invented_time import after_work
from shuhua_core.datasets.vocabulary import Fault, Part, Severity

# The states that an action leads to, as far as they do not depend on what was before.
_LEADS_TO = {
    "repair": {
        "submit": "pending_review", "approve": "in_progress", "reject": "rejected", "answer": "resolved",
        "ask_more": "need_info", "supply": "pending_review", "expire": "closed", "merge": "merged",
        "unmerge": "pending_review", "withdraw": "withdrawn", "resolve": "resolved", "redo": "in_progress",
        "fall_back": "pending_review", "confirm": "closed", "dispute": "in_progress", "reopen": "pending_review",
    },
    "task": {
        "allocate": "pending_accept", "accept": "accepted", "object": "pending_reallocation",
        "recall": "pending_reallocation", "assign": "assigned", "decline": "accepted", "unassign": "accepted",
        "depart": "en_route", "arrive": "on_site", "start": "repairing", "hold": "on_hold", "complete": "completed",
        "pass_check": "completed", "fail_check": "rework", "rework": "rework", "follow_up": "followed_up",
        "close": "closed", "close_unreached": "closed", "cancel": "cancelled",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scene:
    """What a story is about and who plays in it."""

    number: int
    dice: Dice
    site: SitePlan
    piece: EquipmentPlan
    fault: Fault
    severity: Severity
    agent: str
    department: str
    repairers: int
    office: Mapping[str, str]
    reporter: str

    @property
    def key(self) -> str:
        """The key of the request."""
        return f"repair:{self.number}"

    @property
    def can_act(self) -> bool:
        """Whether the reporter has an account, and so can act on the request."""
        return self.reporter == self.site.customer


class Script:
    """The steps so far, the moment they have come to, and the states of the request and its tasks."""

    def __init__(self, scene: Scene, at: datetime, state: str) -> None:
        self.scene = scene
        self.at = at
        self.state = state
        self.tasks: dict[str, str] = {}
        self.steps: list[Step] = []
        self._states: list[tuple[str, tuple[str, ...]]] = [(state, ())]
        self._held: dict[str, str] = {}

    def wait(self, low: float, high: float) -> None:
        """Let working minutes pass; people hurry when it is urgent and take their time when it is not."""
        pace = {"urgent": 0.25, "high": 0.6, "normal": 1.0}[self.scene.severity]
        minutes = low + (high - low) * self.scene.dice.share() ** 2
        self.at = after_work(self.at, max(1.0, minutes * pace), urgent=self.scene.severity == "urgent")

    def wait_days(self, days: float) -> None:
        """Let days pass, holidays or not."""
        self.at += timedelta(days=days)

    def repair(self, action: str, actor: str, *, automatic: Automatic | None = None, **values: Any) -> None:
        """Something is done to the request."""
        self.state = _LEADS_TO["repair"].get(action, self.state)
        self._step("repair", self.scene.key, action, actor=actor, values=values, automatic=automatic)

    def task(
        self, key: str, action: str, actor: str, *, automatic: Automatic | None = None, to: str | None = None, **values: Any
    ) -> None:
        """Something is done to a task; ``to`` where the state depends on more than the action."""
        before = self.tasks[key]
        if action == "hold":
            self._held[key] = before
        resumed = self._held.pop(key) if action == "resume" else before
        self.tasks[key] = to or _LEADS_TO["task"].get(action, resumed)
        self._step("task", key, action, actor=actor, values=values, automatic=automatic)

    def equipment(self, action: str, actor: str, **values: Any) -> None:
        """The piece is put out of use or back into it."""
        self._step("equipment", self.scene.piece.key, action, actor=actor, values=values)

    def approve(self) -> str:
        """The reviewer approves; the key of the task that this makes comes back."""
        made = self._make_task()
        self._approve()
        return made

    def join(self, task: str) -> None:
        """The reviewer approves into an open task of another request."""
        self._approve(task_id=task)

    def add_task(self, note: str) -> str:
        """The dispatcher makes a further task; its key comes back."""
        made = self._make_task()
        self.repair("add_task", self.scene.office["dispatcher"], note=note)
        return made

    def settle(self) -> None:
        """What follows for the request when a task has ended: resolved, or back to review when all were cancelled."""
        ended = {"completed", "followed_up", "closed", "cancelled"}
        if self.state != "in_progress" or not set(self.tasks.values()) <= ended:
            return
        all_cancelled = set(self.tasks.values()) == {"cancelled"}
        self.repair("fall_back" if all_cancelled else "resolve", SYSTEM, automatic="reaction")

    @property
    def in_warranty(self) -> bool:
        """Whether the piece was in warranty when it was reported."""
        return self.at.date() <= self.scene.piece.warranty_until

    def part(self, part: Part) -> dict[str, Any]:
        """What the repairer writes down of a replaced part; its numbers are as made up as everything."""
        batches = (self.scene.piece.batch, "B")
        old, new = (f"{part.key.upper()[:4]}-{batch}-{self.scene.number:06d}" for batch in batches)
        return {"name": part.zh, "old_number": old, "new_number": new, "in_warranty": self.in_warranty}

    def cut_after(self, action: str) -> None:
        """Keep what happens until an action, with what follows from it in the same moment."""
        last = next((i for i, step in enumerate(self.steps) if step.action == action), len(self.steps) - 1)
        while last + 1 < len(self.steps) and self.steps[last + 1].automatic == "reaction":
            last += 1
        self._keep(last + 1)

    def cut_all(self) -> None:
        """Keep the report alone."""
        self._keep(0)

    def cut_at(self, moment: datetime) -> None:
        """Keep what happens until a moment."""
        self._keep(next((i for i, step in enumerate(self.steps) if step.at > moment), len(self.steps)))

    def end_at(self, begins: datetime, ends: datetime) -> None:
        """Move all steps closer together or apart, so that the last one comes at ``ends``."""
        if not self.steps or self.steps[-1].at == begins:
            return
        pace = (ends - begins) / (self.steps[-1].at - begins)

        def moved(moment: datetime) -> datetime:
            return (begins + (moment - begins) * pace).replace(microsecond=0)

        self.steps = [
            replace(step, at=moved(step.at), input=_with_moment(step.input, "appointed_at", moved)) for step in self.steps
        ]

    def _approve(self, **values: Any) -> None:
        reviewer = self.scene.office["reviewer"]
        self.repair("approve", reviewer, severity=self.scene.severity, in_warranty=self.in_warranty, **values)

    def _make_task(self) -> str:
        key = f"task:{self.scene.number}:{len(self.tasks) + 1}"
        self.tasks[key] = "unallocated"
        return key

    def _keep(self, count: int) -> None:
        self.steps = self.steps[:count]
        self.state, states = self._states[count]
        self.tasks = dict(zip(self.tasks, states, strict=False))

    def _step(
        self,
        subject: Subject,
        key: str,
        action: str,
        *,
        actor: str,
        values: Mapping[str, Any],
        automatic: Automatic | None = None,
    ) -> None:
        self.steps.append(Step(self.at, subject, key, action, actor, values, automatic))
        self._states.append((self.state, tuple(self.tasks.values())))


def _with_moment(values: Mapping[str, Any], field: str, moved: Callable[[datetime], datetime]) -> Mapping[str, Any]:
    if field not in values:
        return values
    return {**values, field: moved(datetime.fromisoformat(values[field])).isoformat()}
