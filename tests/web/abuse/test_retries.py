"""Abuse cases 8 to 11: stale edits, double submits, keys of others, a phone's queue that is sent again, in parts and in disorder.

Case 7 and the parallel forms of 8 and 9 are in ``tests/functional/test_parallel.py``.
"""

import itertools
import random
import uuid

from sqlalchemy import func, select

from shuhua_core.audit.models import AuditEntry
from shuhua_core.kernel.steps import Step
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.testing.flow import COMPLETE
from tests.web.client import ApiClient

KEY = "0d3a1c7e-6a55-4b0c-9a5e-3f1f6c1d2e3f"


def count(deployment, model, *conditions):
    with deployment.database.read() as session:
        return session.scalar(select(func.count()).select_from(model).where(*conditions))


def test_case_8_an_edit_without_the_version_is_428_and_with_a_stale_one_412(as_, walk):
    repair = walk.report()
    task = walk.approve(walk.report())
    reviewer, dispatcher = as_("reviewer").api, as_("dispatcher").api
    later = {"due_at": "2026-12-24T18:00:00+08:00", "reason": "等配件"}
    for client, path, body, version in (
        (reviewer, f"/repairs/{repair['id']}", {"address": "新址 1 号"}, repair["version"]),
        (dispatcher, f"/tasks/{task['id']}", later, task["version"]),
    ):
        assert client.patch(path, body).status_int == 428
        assert client.patch(path, body, version=version + 7).status_int == 412
        stale = client.patch(path, body, version=0)
        assert (stale.status_int, stale.json["code"], stale.json["version"]) == (412, "version_stale", version)
        for wrong in ("*", '"x"', "1,2", "-1", '"1" "2"', "9" * 40):
            answer = client.app.patch_json(f"/api/v1{path}", body, headers={**client.headers, "If-Match": wrong}, status="*")
            assert answer.status_int in {400, 412}, wrong
        done = client.patch(path, body, version=version, status=200)
        assert done.headers["ETag"] == f'"{version + 1}"'
        assert client.patch(path, body, version=version).status_int == 412


def test_case_8_an_action_with_a_stale_version_changes_nothing(as_, walk, world, deployment):
    task = walk.approve(walk.report())
    seen = walk.see_task("dispatcher", task)["version"]
    walk.allocate(task)
    body = {"unit_id": world.units["agent_2"].id}
    headers = {"If-Match": f'"{seen}"'}
    before = count(deployment, AuditEntry)
    refused = as_("dispatcher").api.act(f"/tasks/{task['id']}", "recall", {"reason": "改派"}, headers=headers)
    assert (refused.status_int, refused.json["code"], refused.json["state"]) == (412, "version_stale", "pending_accept")
    illegal = as_("dispatcher").api.act(f"/tasks/{task['id']}", "allocate", body)
    assert (illegal.status_int, illegal.json["code"], illegal.json["state"]) == (409, "wrong_state", "pending_accept")
    assert count(deployment, AuditEntry) == before


def test_case_9_a_double_submit_makes_one_record_and_one_entry_in_the_log(as_, world, deployment):
    client = as_("customer").api
    body = {"symptom": "踏板断裂", "equipment_id": world.pieces["one_1"].id}
    first = client.post("/repairs", body, key=KEY, status=201)
    for _again in range(3):
        answer = client.post("/repairs", body, key=KEY, status=201)
        assert (answer.json, answer.headers["Location"]) == (first.json, first.headers["Location"])
        assert answer.headers["Idempotency-Replayed"] == "true"
    assert count(deployment, RepairRequest) == 1
    assert count(deployment, AuditEntry, AuditEntry.event == "repairs.created") == 1


def test_case_9_an_action_that_is_sent_again_later_is_not_done_again(walk, as_, deployment):
    """The phone never heard the answer; meanwhile the task has moved on."""
    task = walk.approve(walk.report())
    walk.to_assigned(task)
    path, client = f"/tasks/{task['id']}", as_("repairer").api
    first = client.act(path, "start", key=KEY, status=200)
    walk.task("repairer", task, "complete", **COMPLETE)
    again = client.act(path, "start", key=KEY, status=200)
    assert again.json == first.json
    assert walk.see_task("repairer", task)["state"] == "completed"
    assert count(deployment, Step, Step.record_kind == "task", Step.action == "start") == 1


def test_case_10_a_key_with_another_body_address_or_person_is_not_the_same(as_, world, deployment, app):
    body = {"symptom": "踏板断裂", "equipment_id": world.pieces["one_1"].id}
    client = as_("customer").api
    mine = client.post("/repairs", body, key=KEY, status=201).json
    other_body = client.post("/repairs", {**body, "symptom": "扶手断裂"}, key=KEY)
    assert (other_body.status_int, other_body.json["code"]) == (422, "key_reused")
    other_address = client.act(f"/repairs/{mine['id']}", "withdraw", key=KEY)
    assert (other_address.status_int, other_address.json["code"]) == (422, "key_reused")
    theirs = as_("customer_2").api.post("/repairs", {**body, "equipment_id": world.pieces["two_1"].id}, key=KEY, status=201).json
    assert theirs["id"] != mine["id"]
    public = {"symptom": "踏板断裂", "code": world.pieces["one_1"].code}
    spaces = [ApiClient(app, space=f"secret-of-a-phone-with-32-characters-{each}") for each in (1, 2)]
    made = [each.post("/repairs", public, key=KEY, status=201).json for each in spaces]
    assert made[0]["token"] != made[1]["token"]
    assert spaces[0].post("/repairs", public, key=KEY, status=201).json == made[0]
    assert count(deployment, RepairRequest) == 4


def test_case_10_the_token_of_a_status_page_is_nowhere_kept(as_, anonymous, world, deployment):
    made = anonymous.post("/repairs", {"symptom": "踏板断裂", "code": world.pieces["one_1"].code}, status=201).json
    with deployment.database.read() as session:
        for table in ("idempotency_keys", "outbox", "audit", "steps", "repairs"):
            rows = session.connection().exec_driver_sql(f"SELECT * FROM {table}").all()
            assert rows
            assert made["token"] not in repr(rows), table
            assert anonymous.headers["Idempotency-Space"] not in repr(rows), table


def queue_of(task):
    """What the phone has put by in a cellar: (action, body, key), in the order of the work."""
    moments = [f"2026-11-22T10:{minute:02}:00+08:00" for minute in range(5)]
    work = [
        ("take", {"captured_at": moments[0]}),
        ("depart", {"captured_at": moments[1], "position": {"longitude": 118.575, "latitude": 24.807}}),
        ("arrive", {"captured_at": moments[2]}),
        ("start", {"captured_at": moments[3]}),
        ("complete", {**COMPLETE, "captured_at": moments[4]}),
    ]
    return [(action, body, str(uuid.uuid5(uuid.UUID(KEY), f"{task['id']} {action}"))) for action, body in work]


def send(client, task, item):
    action, body, key = item
    return client.act(f"/tasks/{task['id']}", action, body, key=key)


def taken_steps(walk, task):
    return [
        (step["action"], step["before"], step["after"], step["captured_at"])
        for step in walk.steps("repairer", f"/tasks/{task['id']}")
    ]


def test_case_11_a_queue_that_is_sent_again_and_in_parts_ends_as_if_sent_once(walk, as_):
    """In order, each twice, and broken off after every length of it, from the beginning again each time."""
    client, outcomes = as_("repairer").api, []
    for way in ("once", "twice", "in parts"):
        task = walk.to_assigned(walk.approve(walk.report()))
        queue = queue_of(task)
        parts = [queue[:length] for length in range(1, len(queue) + 1)] if way == "in parts" else [queue]
        sent = [item for part in parts for item in part for _time in range(2 if way == "twice" else 1)]
        assert {send(client, task, item).status_int for item in sent} == {200}, way
        outcomes.append(taken_steps(walk, task))
        assert walk.see_task("repairer", task)["state"] == "completed"
    assert outcomes[0] == outcomes[1] == outcomes[2]


def test_case_11_a_child_before_its_parent_waits_and_converges(walk, as_):
    """What cannot be done yet is refused with its key free, so a client that sends again until all is taken gets through."""
    client, dice = as_("repairer").api, random.Random(20261122)
    for order in [list(reversed(range(4))), *(dice.sample(range(4), 4) for _round in range(4))]:
        task = walk.to_assigned(walk.approve(walk.report()))
        waiting = [queue_of(task)[0], queue_of(task)[1], queue_of(task)[2], queue_of(task)[4]]
        waiting = [waiting[index] for index in order]
        for _round in itertools.repeat(None, 5):
            answers = [(item, send(client, task, item)) for item in waiting]
            assert {answer.status_int for _item, answer in answers} <= {200, 409}
            waiting = [item for item, answer in answers if answer.status_int == 409]
        left = [action for action, _body, _key in waiting]
        assert left in ([], ["take"]), left  # departing takes the task as well
        assert walk.see_task("repairer", task)["state"] == "completed"
        steps = [action for action, _before, _after, _at in taken_steps(walk, task)]
        assert [action for action in steps if action in {"depart", "arrive", "complete"}] == ["depart", "arrive", "complete"]


def test_case_11_what_the_phone_says_of_the_time_is_kept_and_never_counts(walk, as_, world):
    task = walk.to_assigned(walk.approve(walk.report()))
    for captured_at in ("2016-11-22T10:00:00+08:00", "2036-11-22T10:00:00+08:00"):
        walk.task("repairer", task, "feedback", text="时钟不准", captured_at=captured_at)
    steps = [step for step in walk.steps("repairer", f"/tasks/{task['id']}") if step["action"] == "feedback"]
    assert [step["captured_at"][:4] for step in steps] == ["2016", "2036"]
    assert {step["at"][:10] for step in steps} == {"2026-11-22"}
    assert walk.see_task("repairer", task)["overdue"] is False
