"""The records that Shuhua is measured on: as many as the reference has, with the people, places and steps that belong to them.

Written in bulk, the same ones each time. Everything lies in one branch, so that its dispatcher sees all of it through the row
scope, as the reference's client does without one.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from shuhua_core.accounts.passwords import hash_password
from shuhua_core.kernel.steps import Step
from shuhua_core.kernel.workflow_store import WorkflowVersion
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.sites.models import Site
from shuhua_core.tasks.models import RepairTask, Task
from shuhua_core.testing.factories import accounts

STATES = ("pending_accept", "accepted", "assigned", "repairing", "completed")
AGENTS = 4
SITES = 2_000
PASSWORD = "a made-up password of the benchmarks"


@dataclass(frozen=True)
class Filled:
    """What the requests have to know: the site that is reported, and the tasks that the agent manager holds and resumes."""

    site_id: int
    task_ids: tuple[int, ...]
    """All tasks."""
    repairing_ids: tuple[int, ...]
    """Tasks of the first agent that are being repaired."""


def fill(session: Session, count: int) -> Filled:
    """Writes `count` requests in progress with a task each, and the logins dispatcher, call_centre and agent_manager.

    The database has been migrated and seeded. The caller commits.
    """
    branch = accounts.organisation(session, "branch", name="示例分公司", divisions=["35"])
    agents = [
        accounts.organisation(session, "agent", parent=branch, name=f"示例代理商 {n}", divisions=["35"]) for n in range(AGENTS)
    ]
    secret = hash_password(PASSWORD)
    for role, place in (("dispatcher", branch), ("call_centre", branch), ("agent_manager", agents[0])):
        accounts.user(session, role, login=role, organisation=place, password_hash=secret)
    repairers = [
        [accounts.user(session, "repairer", organisation=agent, name=f"示例维修员 {n}").id for n in range(5)] for agent in agents
    ]
    versions = dict(
        session.execute(
            sa.select(WorkflowVersion.name, sa.func.max(WorkflowVersion.version)).group_by(WorkflowVersion.name)
        ).all()
    )
    chance = random.Random(20261122)
    start = dt.datetime(2025, 11, 22, tzinfo=dt.UTC)
    step = dt.timedelta(days=365) / count
    repairs, tasks, links, steps = [], [], [], []
    sites = [
        {
            "id": n,
            "number": f"SITE-{n:06d}",
            "name": f"示例小区健身点 {n}",
            "kind": "path",
            "address": f"示例市示例区示例路 {n} 号",
            "organisation_id": branch.id,
            "organisation_path": branch.path,
            "state": "normal",
            "state_at": start,
            "created_at": start,
            "updated_at": start,
        }
        for n in range(1, SITES + 1)
    ]
    for n in range(1, count + 1):
        at = start + n * step
        state = STATES[n % len(STATES)]
        agent = n // len(STATES) % AGENTS
        repairer = chance.choice(repairers[agent]) if STATES.index(state) > 1 else None
        shared: dict[str, Any] = {
            "symptom": "踏板松动，转轴有异响，使用时晃动。" * chance.randint(1, 4),
            "severity": chance.choice(("urgent", "high", "normal")),
            "in_warranty": True,
            "site_id": n % SITES + 1,
            "division_code": f"3505{chance.randint(1, 12):02d}",
            "address": f"示例市示例区示例路 {n % SITES + 1} 号",
            "created_at": at,
            "updated_at": at,
        }
        repairs.append({
            **shared,
            "id": n,
            "number": f"BX{n:08d}",
            "state": "resolved" if state == "completed" else "in_progress",
            "workflow_version": versions["repairs"],
            "channel": "call_centre",
            "organisation_path": branch.path,
            "caller_name": f"示例居民 {n}",
            "caller_phone": f"1390000{chance.randint(0, 9999):04d}",
        })  # fmt: skip
        tasks.append({
            **shared,
            "id": n,
            "number": f"RW{n:08d}",
            "state": state,
            "workflow_version": versions["tasks"],
            "branch_path": branch.path,
            "organisation_path": agents[agent].path,
            "unit_id": agents[agent].id,
            "repairer_id": repairer,
            "due_at": at + dt.timedelta(hours=72),
            "allocated_at": at,
            "accepted_at": at if state != "pending_accept" else None,
            "assigned_at": at if repairer else None,
        })  # fmt: skip
        links.append({"repair_id": n, "task_id": n, "linked_at": at})
        steps += [
            {"record_kind": kind, "record_id": n, "action": "create", "after": after, "workflow_version": versions[name],
             "actor_kind": "user", "at": at, "input": {}}
            for kind, name, after in (("repair", "repairs", "pending_review"), ("task", "tasks", "unallocated"))
        ]  # fmt: skip
    for model, rows in ((Site, sites), (RepairRequest, repairs), (Task, tasks), (RepairTask, links), (Step, steps)):
        session.execute(sa.insert(model.__table__), rows)
    if session.get_bind().dialect.name == "postgresql":
        for table, rows in (("sites", sites), ("repairs", repairs), ("tasks", tasks)):
            session.execute(sa.text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {len(rows)})"))
    mine = tuple(row["id"] for row in tasks if row["state"] == "repairing" and row["unit_id"] == agents[0].id)
    return Filled(site_id=1, task_ids=tuple(range(1, count + 1)), repairing_ids=mine)
