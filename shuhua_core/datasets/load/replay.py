"""The invented history through the services: each report and each action by its person, at its moment."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from shuhua_core.datasets.invent import Plan
from shuhua_core.datasets.invented import PUBLIC, SYSTEM, RepairPlan, Step
from shuhua_core.datasets.load.chunks import in_chunks
from shuhua_core.datasets.load.history import History
from shuhua_core.datasets.load.proofs import Proofs
from shuhua_core.datasets.load.world_load import Ids, WorldLoader
from shuhua_core.kernel.actor import SYSTEM as SYSTEM_ACTOR
from shuhua_core.kernel.actor import Actor
from shuhua_core.kernel.context import Context
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.kernel.events import Event
from shuhua_core.media.service import MediaService
from shuhua_core.repairs.service import RepairService
from shuhua_core.sites.equipment import EquipmentService
from shuhua_core.sites.models import Equipment
from shuhua_core.tasks.events import TaskEvent
from shuhua_core.tasks.service import TaskService

CHUNK = 2000
"""Entries of the timeline in one transaction."""


class TaskKeys:
    """Learns the ids of tasks as they are made, and gives them the keys that the plan has for them."""

    def __init__(self, ids: Ids) -> None:
        self._ids = ids
        self._waiting: dict[int, list[str]] = {}

    def expect(self, repair_id: int, keys: Sequence[str]) -> None:
        """The tasks of this request will have these keys, in order of their making."""
        self._waiting[repair_id] = list(keys)

    def made(self, _ctx: Context, event: Event) -> None:
        """A reaction: a task was made."""
        waiting = self._waiting.get(event.values["repair_id"])
        if waiting:
            self._ids.tasks[waiting.pop(0)] = event.record_id


class Replay:
    """Loads a plan through the services."""

    def __init__(
        self, deployment: Deployment, plan: Plan, *, logins: dict[str, str] | None = None, password_hash: str | None = None
    ) -> None:
        self.plan = plan
        ids = Ids()
        self._keys = TaskKeys(ids)
        self.history = History(deployment, plan.starts_at, listeners={TaskEvent.CREATED: (self._keys.made,)})
        self.world = WorldLoader(self.history, plan, logins=logins, password_hash=password_hash)
        self.ids = self.world.ids = ids
        self._reader = StepReader(deployment, ids)

    def parts(self) -> Iterator[tuple[str, Iterator[int], int]]:
        """The parts of the load, in order: (name, how much was done since the last time, how much there is to do)."""
        yield "people and customers", self._people(), 1
        yield "sites and equipment", self._sites(), self.plan.site_count
        timeline = self.plan.timeline()
        yield "requests and tasks", self._history(timeline), len(timeline)

    def _people(self) -> Iterator[int]:
        with self.history.transaction():
            self.world.people()
            self.world.projects(self.plan.projects())
        yield 1

    def _sites(self) -> Iterator[int]:
        for chunk in in_chunks(self.plan.sites(), 25):
            with self.history.transaction():
                for site in chunk:
                    self.world.site(site)
            yield len(chunk)

    def _history(self, timeline: Sequence[tuple[datetime, RepairPlan, Step | None]]) -> Iterator[int]:
        for chunk in in_chunks(timeline, CHUNK):
            with self.history.transaction():
                for at, repair, step in chunk:
                    if step is None:
                        self._report(at, repair)
                    elif step.automatic != "reaction":
                        self._act(step)
            yield len(chunk)

    def _report(self, at: datetime, repair: RepairPlan) -> None:
        service = RepairService(self.history.at(at, actor_of(self.history, self.ids, repair.reporter)))
        piece = self.history.session.get_one(Equipment, self.ids.equipment[repair.equipment])
        data = report_of(repair, piece.id, piece.code)
        if repair.channel == "call_centre":
            made = service.intake(data)
        elif repair.channel == "app":
            made = service.report(data)
        else:
            token, space = self._reader.token(repair.key), self._reader.token(f"space {repair.key}")
            made = service.report_public(data, token=token, space=space)
        self.ids.repairs[repair.key] = made.id
        self._keys.expect(made.id, repair.tasks)

    def _act(self, step: Step) -> None:
        ctx = self.history.at(step.at, actor_of(self.history, self.ids, step.actor))
        data = self._reader.input(ctx, step, {"task_id": self.ids.tasks, "target_id": self.ids.repairs})
        if step.subject == "repair":
            RepairService(ctx).act(self.ids.repairs[step.key], step.action, data)
        elif step.subject == "task":
            TaskService(ctx).act(self.ids.tasks[step.key], step.action, data)
        else:
            EquipmentService(ctx).act(self.ids.equipment[step.key], step.action, data)


class StepReader:
    """Turns a plan's keys into what the services take."""

    def __init__(self, deployment: Deployment, ids: Ids) -> None:
        self._ids = ids
        self._secret = deployment.settings.secret.encode()
        self._proofs = Proofs(deployment.settings)

    def token(self, key: str) -> str:
        """The token of an anonymous reporter, which nobody was given."""
        return hmac.new(self._secret, key.encode(), hashlib.sha256).hexdigest()

    def input(self, ctx: Context, step: Step, work: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
        """The step's input with ids for keys (``work`` knows requests and tasks), and with a picture where one is needed."""
        known = {"unit_id": self._ids.organisations, "repairer_id": self._ids.users, **work}
        data = {name: known[name][value] if name in known else value for name, value in step.input.items()}
        if step.action == "restore":
            data["media_ids"] = [MediaService(ctx).add(self._proofs.next()).id]
        return data


def report_of(repair: RepairPlan, equipment_id: int, code: str | None) -> dict[str, Any]:
    """A report as its channel's schema reads it: the public names the piece by the code on its label."""
    words = {"symptom": repair.symptom, "fault": repair.fault.fault_code}
    fault = {**words, "caller_name": repair.caller, "caller_phone": repair.phone}
    if repair.channel == "public":
        return {**fault, "code": code, "consent": bool(repair.phone)}
    return {**fault, "equipment_id": equipment_id, "as_draft": repair.state == "draft"}


def actor_of(history: History, ids: Ids, key: str) -> Actor:
    """Who a plan's key names."""
    if key == SYSTEM:
        return SYSTEM_ACTOR
    return history.public if key == PUBLIC else history.user(ids.users[key])
