"""The records that Shuhua is measured on are ones that its services work with, under the rights of the logins that are used."""

from __future__ import annotations

import sqlalchemy as sa

from shuhua_core.accounts.actors import load_actor_by_login
from shuhua_core.kernel.scope import visible
from shuhua_core.repairs.service import RepairService
from shuhua_core.tasks.models import Task
from shuhua_core.tasks.service import TaskService
from tests.benchmarks import shuhua_data

COUNT = 200


def service(deployment, session, kind, login):
    return kind(deployment.context(session, load_actor_by_login(session, login)))


def test_the_dispatcher_sees_all_of_it_and_the_agent_manager_a_part(deployment):
    with deployment.database.write() as session:
        shuhua_data.fill(session, COUNT)
        seen = {}
        for login in ("dispatcher", "agent_manager"):
            rule = visible(Task, load_actor_by_login(session, login), "tasks.view")
            seen[login] = session.execute(sa.select(Task.state, sa.func.count()).where(rule).group_by(Task.state)).all()
    assert dict(map(tuple, seen["dispatcher"])) == dict.fromkeys(shuhua_data.STATES, COUNT // 5)
    assert dict(map(tuple, seen["agent_manager"])) == dict.fromkeys(shuhua_data.STATES, COUNT // 20)


def test_the_agent_manager_holds_and_resumes_each_of_the_named_tasks(deployment):
    with deployment.database.write() as session:
        filled = shuhua_data.fill(session, COUNT)
        tasks = service(deployment, session, TaskService, "agent_manager")
        assert len(filled.repairing_ids) == COUNT // 20
        for task_id in filled.repairing_ids:
            assert tasks.act(task_id, "hold", {"hold_reason": "parts"}).state == "on_hold"
            assert tasks.act(task_id, "resume", {}).state == "repairing"


def test_the_call_centre_enters_a_further_request(deployment):
    with deployment.database.write() as session:
        filled = shuhua_data.fill(session, COUNT)
        repairs = service(deployment, session, RepairService, "call_centre")
        made = repairs.intake({
            "symptom": "立柱底部螺栓松动",
            "site_id": filled.site_id,
            "caller_name": "示例居民",
            "caller_phone": "13900000001",
            "severity": "high",
        })  # fmt: skip
        assert made.id > COUNT
        assert made.state == "pending_review"
