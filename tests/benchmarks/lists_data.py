"""Generated rows for the benchmark of the lists: as many of each kind as one asks for, the same ones each time."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

import sqlalchemy as sa

from shuhua_core.accounts.models import Organisation
from shuhua_core.archives.models import Customer, ProductModel
from shuhua_core.audit.models import AuditEntry
from shuhua_core.followups.models import Followup
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.kernel.workflow_store import WorkflowVersion
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.sites.models import Equipment, Site
from shuhua_core.tasks.models import Task
from shuhua_core.testing.factories import accounts

COMMON, RARE, OLD, ABSENT = "踏板", "断裂", "旧式", "绝无"
"""Words of two characters: in a third of the rows, in one of 20,000, in the oldest fiftieth alone, and in none."""
SYMPTOMS = ("踏板松动，转轴有异响", "扶手生锈，漆面脱落", "使用时晃动，螺栓松了")
WAITING = 5_000
"""One in so many requests and tasks still waits for somebody; the others are settled."""
AGENTS = 20
START = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
_PORTION = 5_000
_DAYS = 2_000


def fill(deployment: Deployment, count: int) -> None:
    """``count`` rows of each kind, and the logins ``dispatcher`` and ``administrator``. The database is seeded."""
    database = deployment.database
    with database.write() as session:
        branch = accounts.organisation(session, "branch", name="示例分公司", divisions=["35"])
        agents = [
            accounts.organisation(session, "agent", parent=branch, name=f"示例代理商 {n}", divisions=["35"])
            for n in range(AGENTS)
        ]
        accounts.user(session, "dispatcher", login="dispatcher", organisation=branch)
        accounts.user(session, "administrator", login="administrator")
        model = {"number": "SH-001", "name": "漫步机", "type": "air_walker", "created_at": START, "updated_at": START}
        session.execute(sa.insert(ProductModel), model)
        newest = sa.select(WorkflowVersion.name, sa.func.max(WorkflowVersion.version)).group_by(WorkflowVersion.name)
        world = World(count, branch, agents, dict(session.execute(newest).all()))  # type: ignore[arg-type]
    for made, row in KINDS.items():
        rows: Iterator[Mapping[str, Any]] = (row(world, number) for number in range(1, count + 1))
        while portion := list(islice(rows, _PORTION)):
            with database.write() as session:
                session.execute(sa.insert(made.__table__), portion)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE" if database.dialect == "sqlite" else "VACUUM ANALYZE")


class World:
    """What all rows share."""

    def __init__(self, count: int, branch: Organisation, agents: list[Organisation], versions: Mapping[str, int]) -> None:
        self.count, self.branch, self.versions = count, branch.path, versions
        self.agents = [(agent.id, agent.path) for agent in agents]
        self.chance = random.Random(20261122)

    def at(self, number: int) -> dt.datetime:
        """When the row came."""
        return START + dt.timedelta(days=_DAYS) * (number / self.count)

    def words(self, number: int, text: str) -> str:
        """``text`` with the words that are looked for."""
        rare = RARE if number % 20_000 == 777 else ""
        return f"{text}{rare}{OLD if number * 50 <= self.count else ''}（{number}）"

    def division(self) -> str:
        """A county."""
        return f"3505{self.chance.randint(1, 12):02d}"


def _site(world: World, number: int) -> dict[str, Any]:
    at = world.at(number)
    unit, path = world.agents[number % AGENTS]
    return {
        "number": f"AZ{number:08d}",
        "name": world.words(number, f"示例小区健身点{COMMON if number % 3 == 0 else ''}"),
        "kind": ("park", "path", "school")[number % 3],
        "address": f"示例路 {number} 号",
        "organisation_id": unit,
        "organisation_path": path,
        "division_code": None,
        "installed_on": at.date(),
        "phone": f"139{number:08d}",
        "phone_tail": f"{number % 10_000:04d}",
        "state": "faulty" if number % WAITING == 0 else "normal",
        "state_at": at,
        "created_at": at,
        "updated_at": at,
    }


def _piece(world: World, number: int) -> dict[str, Any]:
    at = world.at(number)
    return {
        "number": f"CP{number:08d}",
        "serial": f"SN{number:09d}",
        "name": world.words(number, f"漫步机{COMMON if number % 3 == 0 else ''}"),
        "model_id": 1,
        "site_id": number,
        "installed_on": at.date(),
        "safe_life_to": (at + dt.timedelta(days=2920)).date(),
        "organisation_path": world.agents[number % AGENTS][1],
        "division_code": world.division(),
        "state": "faulty" if number % WAITING == 0 else "normal",
        "state_at": at,
        "state_source": "create",
        "created_at": at,
        "updated_at": at,
    }


def _customer(world: World, number: int) -> dict[str, Any]:
    at = world.at(number)
    return {
        "number": f"KH{number:08d}",
        "name": world.words(number, f"示例小学{COMMON if number % 3 == 0 else ''}"),
        "kind": ("school", "sports_bureau", "club")[number % 3],
        "address": f"示例路 {number} 号",
        "contact_name": "王女士",
        "phone": f"139{number:08d}",
        "phone_tail": f"{number % 10_000:04d}",
        "organisation_path": world.branch,
        "created_at": at,
        "updated_at": at,
    }


def _shared(world: World, number: int) -> dict[str, Any]:
    at = world.at(number)
    return {
        "symptom": world.words(number, SYMPTOMS[number % len(SYMPTOMS)]),
        "severity": ("urgent", "high", "normal")[number % 3],
        "site_id": number,
        "equipment_id": number,
        "division_code": world.division(),
        "address": f"示例路 {number} 号",
        "created_at": at,
        "updated_at": at,
    }


def _repair(world: World, number: int) -> dict[str, Any]:
    return {
        **_shared(world, number),
        "number": f"BX{number:08d}",
        "state": "pending_review" if number % WAITING == 0 else "closed",
        "workflow_version": world.versions["repairs"],
        "channel": "call_centre",
        "organisation_path": world.branch,
        "caller_name": "王女士",
        "caller_phone": f"139{number:08d}",
        "caller_tail": f"{number % 10_000:04d}",
    }


def _task(world: World, number: int) -> dict[str, Any]:
    unit, path = world.agents[number % AGENTS]
    return {
        **_shared(world, number),
        "number": f"RW{number:08d}",
        "state": "repairing" if number % WAITING == 0 else "completed",
        "workflow_version": world.versions["tasks"],
        "branch_path": world.branch,
        "organisation_path": path,
        "unit_id": unit,
        "due_at": world.at(number) + dt.timedelta(hours=72),
    }


def _followup(world: World, number: int) -> dict[str, Any]:
    at = world.at(number)
    return {
        "number": f"HF{number:08d}",
        "task_id": number,
        "site_id": number,
        "state": "open" if number % WAITING == 0 else "done",
        "organisation_path": world.branch,
        "division_code": world.division(),
        "created_at": at,
        "updated_at": at,
    }


def _change(world: World, number: int) -> dict[str, Any]:
    return {
        "at": world.at(number),
        "actor_id": 1 + number % 2,
        "actor_kind": "user",
        "event": ("repairs.created", "tasks.completed", "tasks.accepted")[number % 3],
        "action": ("create", "complete", "accept")[number % 3],
        "record_kind": "repair" if number % 3 == 0 else "task",
        "record_id": number,
        "number": f"BX{number:08d}" if number % 3 == 0 else f"RW{number:08d}",
        "detail": {},
    }


KINDS: Mapping[Any, Callable[[World, int], dict[str, Any]]] = {
    Site: _site,
    Equipment: _piece,
    Customer: _customer,
    RepairRequest: _repair,
    Task: _task,
    Followup: _followup,
    AuditEntry: _change,
}
