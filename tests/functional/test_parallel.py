"""Many requests at the same moment, through a real server: one wins, and nothing happens twice."""

import secrets
import uuid
from collections import Counter
from functools import partial

import pytest
import requests
from sqlalchemy import func, select

from shuhua_core.audit.models import AuditEntry
from shuhua_core.kernel.idempotency import StoredAnswer
from shuhua_core.kernel.outbox import OutboxEntry
from shuhua_core.kernel.steps import Step
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.testing.flow import COMPLETE
from tests.functional.live import at_once, serving

MANY = 64
RACES = 4


@pytest.fixture
def served(app):
    with serving(app) as url:
        yield url + "/api/v1"


@pytest.fixture
def post(served, as_):
    """``post(login, path, body)`` over the network; who has no login is a stranger with a key space of their own."""

    def send(login, path, body=None, *, key=None, space=None, version=None):
        headers = {"Idempotency-Key": key or str(uuid.uuid4()), "Accept-Language": "en"}
        if login is not None:
            headers["Authorization"] = f"Bearer {as_(login).token}"
        if space is not None:
            headers["Idempotency-Space"] = space
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        return requests.post(served + path, json=body or {}, headers=headers, timeout=60)

    return send


@pytest.fixture
def pending(walk):
    """Makes a task that waits for its unit to accept it."""

    def make(piece="one_1"):
        return walk.allocate(walk.approve(walk.report(piece=piece)))

    return make


def count(deployment, model, *conditions):
    with deployment.database.read() as session:
        return session.scalar(select(func.count()).select_from(model).where(*conditions))


def assert_steps_make_a_path(deployment, task_id):
    """Each step begins where the one before it ended, and the log tells the same changes in the same order."""
    with deployment.database.read() as session:
        steps = session.scalars(select(Step).where(Step.record_kind == "task", Step.record_id == task_id).order_by(Step.id)).all()
        audit = session.scalars(
            select(AuditEntry).where(AuditEntry.record_kind == "task", AuditEntry.record_id == task_id).order_by(AuditEntry.id)
        ).all()
    assert [step.before for step in steps[1:]] == [step.after for step in steps[:-1]]
    assert [entry.action for entry in audit] == [step.action for step in steps]


def test_of_64_who_accept_one_task_exactly_one_wins(post, pending, deployment):
    task = pending()
    answers = at_once([partial(post, "agent_manager", f"/tasks/{task['id']}/actions/accept")] * MANY)
    statuses = Counter(answer.status_code for answer in answers)
    assert statuses == {200: 1, 409: MANY - 1}
    refused = [answer.json() for answer in answers if answer.status_code == 409]
    assert {(problem["code"], problem["state"]) for problem in refused} == {("wrong_state", "accepted")}
    accepted = (Step.record_kind == "task", Step.record_id == task["id"], Step.action == "accept")
    assert count(deployment, Step, *accepted) == 1
    assert count(deployment, OutboxEntry, OutboxEntry.event == "tasks.accepted") == 1
    assert_steps_make_a_path(deployment, task["id"])


@pytest.mark.parametrize("who", ["customer", None])
def test_64_posts_with_one_key_make_one_request(post, world, deployment, as_, who):
    if who:
        as_(who)
    body = {"symptom": "踏板断裂", "code": world.pieces["one_1"].code}
    key, space = str(uuid.uuid4()), secrets.token_urlsafe(32)
    answers = at_once([partial(post, who, "/repairs", body, key=key, space=space)] * MANY)
    made = [answer for answer in answers if answer.status_code == 201]
    in_flight = [answer for answer in answers if answer.status_code == 409]
    assert len(made) + len(in_flight) == MANY, Counter(answer.status_code for answer in answers)
    assert {answer.json()["code"] for answer in in_flight} <= {"key_in_flight"}
    assert all(answer.json() == made[0].json() for answer in made)
    assert sum("Idempotency-Replayed" not in answer.headers for answer in made) == 1
    if deployment.database.dialect == "sqlite":
        assert not in_flight
    again = post(who, "/repairs", body, key=key, space=space)
    assert (again.status_code, again.json()) == (201, made[0].json())
    assert count(deployment, RepairRequest) == 1
    assert count(deployment, StoredAnswer, StoredAnswer.key == key) == 1
    assert count(deployment, AuditEntry, AuditEntry.event == "repairs.created") == 1


def test_64_posts_with_keys_of_their_own_make_64_requests_with_64_numbers(post, world, deployment, as_):
    as_("customer")
    body = {"symptom": "踏板断裂", "code": world.pieces["one_1"].code}
    answers = at_once([partial(post, "customer", "/repairs", body)] * MANY)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["number"] for answer in answers}) == MANY
    assert count(deployment, RepairRequest) == MANY


@pytest.mark.parametrize("other", ["recall", "object", "cancel"])
def test_accepting_that_races_with_another_end_leaves_a_state_of_the_model(post, pending, deployment, walk, other):
    who = "agent_manager" if other == "object" else "dispatcher"
    for _round in range(RACES):
        task = pending()
        path = f"/tasks/{task['id']}/actions"
        accept, end = at_once(
            [partial(post, "agent_manager", f"{path}/accept"), partial(post, who, f"{path}/{other}", {"reason": "竞争"})]
        )
        # The other action is open before and after accepting, so it always comes to pass; accepting only if it was first.
        assert (end.status_code, accept.status_code) in {(200, 200), (200, 404), (200, 409)}, (end.text, accept.text)
        state = "cancelled" if other == "cancel" else "pending_reallocation"
        assert walk.see_task("dispatcher", task)["state"] == state
        assert_steps_make_a_path(deployment, task["id"])


def test_of_two_who_name_the_version_that_they_saw_one_wins(post, pending, deployment, walk):
    for _round in range(RACES):
        task = pending()
        version = walk.see_task("dispatcher", task)["version"]
        path = f"/tasks/{task['id']}/actions"
        accept, recall = at_once(
            [
                partial(post, "agent_manager", f"{path}/accept", version=version),
                partial(post, "dispatcher", f"{path}/recall", {"reason": "竞争"}, version=version),
            ]
        )
        state = walk.see_task("dispatcher", task)["state"]
        if state == "accepted":
            assert (accept.status_code, recall.status_code, recall.json()["code"]) == (200, 412, "version_stale")
        else:
            assert (accept.status_code, recall.status_code, state) == (404, 200, "pending_reallocation")
        assert_steps_make_a_path(deployment, task["id"])


def test_of_two_who_complete_and_recall_one_task_the_later_meets_the_state_that_the_first_left(post, walk, deployment):
    for _round in range(RACES):
        task = walk.approve(walk.report())
        walk.to_assigned(task)
        walk.to_repairing(task)
        path = f"/tasks/{task['id']}/actions"
        complete, recall = at_once(
            [
                partial(post, "repairer", f"{path}/complete", COMPLETE),
                partial(post, "dispatcher", f"{path}/recall", {"reason": "竞争"}),
            ]
        )
        state = walk.see_task("dispatcher", task)["state"]
        if state == "completed":
            assert (complete.status_code, recall.status_code, recall.json()["state"]) == (200, 409, "completed")
        else:
            assert (complete.status_code, recall.status_code, state) == (404, 200, "pending_reallocation")
        assert_steps_make_a_path(deployment, task["id"])
