"""Abuse case 6: fields that are not for the one who asks stand in no answer, list, message, page or log."""

import json
import logging

from shuhua_core import worker
from shuhua_core.logs import JsonFormatter

PHONE = "13900001234"
MASKED = "139****1234"
SECRETS = ("password_hash", "token_hash", "csrf_token", "uploader_space", "organisation_path", "branch_path", "workflow_version")


def test_case_6_a_phone_number_is_masked_for_everybody(as_, walk, deployment):
    task = walk.approve(walk.report(caller_phone=PHONE, caller_name="王小明"))
    walk.to_assigned(task)
    worker.run_once(deployment)
    for login in (
        "dispatcher",
        "reviewer",
        "call_centre",
        "leader",
        "administrator",
        "customer",
        "agent_manager",
        "repairer",
        "authority",
    ):
        person = as_(login)
        for path in (
            "/repairs",
            "/repairs/1",
            f"/tasks/{task['id']}",
            "/tasks",
            "/repairs/1/timeline",
            "/messages",
            "/changes?since=WzAsMF0",
        ):
            answer = person.api.app.get(f"/api/v1{path}", headers=person.api.headers, status="*")
            assert answer.status_int in {200, 403, 404}, (login, path)
            assert PHONE not in answer.text, (login, path)
            assert not [word for word in SECRETS if f'"{word}"' in answer.text], (login, path)
        for path in ("/", "/repairs", "/repairs/1", "/tasks", f"/tasks/{task['id']}", "/messages"):
            answer = person.office.get(path, status="*")
            assert answer.status_int in {200, 403, 404}, (login, path)
            assert PHONE not in answer.text, (login, path)
    assert walk.see_repair("reviewer", {"id": 1})["caller_phone"] == MASKED


def test_case_6_a_repairer_sees_what_the_repair_needs_and_not_the_request(as_, walk):
    task = walk.approve(walk.report(caller_phone=PHONE))
    walk.to_assigned(task)
    seen = walk.see_task("repairer", task)
    assert set(seen["requests"][0]) == {
        "id", "number", "state", "symptom", "address", "longitude", "latitude", "caller_name", "caller_phone",
        "in_warranty", "media",
    }  # fmt: skip
    as_("repairer").api.get("/repairs/1", status=403)


def test_case_6_the_status_page_of_an_anonymous_reporter_names_no_staff(anonymous, walk, world):
    made = anonymous.post(
        "/repairs", {"symptom": "松动", "code": world.pieces["one_1"].code, "caller_phone": PHONE, "consent": True}, status=201
    ).json
    walk.approve(made)
    shown = anonymous.get(f"/reports/{made['token']}", status=200)
    assert {step["who"] for step in shown.json["steps"]} == {None}
    assert "测试·" not in shown.text
    assert PHONE not in shown.text
    assert set(shown.json) == {
        "number", "state", "state_label", "version", "symptom", "question", "answer", "created_at", "updated_at", "steps",
        "actions",
    }  # fmt: skip


def test_case_6_no_log_line_holds_a_phone_a_name_a_token_or_a_password(as_, anonymous, walk, world, caplog):
    with caplog.at_level(logging.DEBUG):
        made = anonymous.post(
            "/repairs",
            {
                "symptom": "机密症状",
                "code": world.pieces["one_1"].code,
                "caller_phone": PHONE,
                "caller_name": "王小明",
                "consent": True,
            },
            status=201,
        ).json
        anonymous.get(f"/reports/{made['token']}", status=200)
        anonymous.post(f"/reports/{made['token']}/actions/supply", {"text": "x" * 3}, status=409)
        anonymous.app.post_json("/api/v1/session", {"login": "dispatcher", "password": "wrong password 1"}, status=401)
        as_("dispatcher").api.get("/repairs", q=PHONE, status=200)
        as_("customer").api.post("/repairs", {"symptom": "机密症状", "caller_phone": f"{PHONE}9"}, status=422)
    lines = [
        JsonFormatter().format(record) for record in caplog.records if record.name.startswith(("shuhua", "pyramid", "waitress"))
    ]
    assert lines
    secret = (
        PHONE,
        "王小明",
        "机密",
        "\\u673a\\u5bc6",
        made["token"],
        as_("dispatcher").token,
        "wrong password",
        anonymous.headers["Idempotency-Space"],
    )
    assert not [
        (word, line)
        for line in lines
        for word in secret
        if word in json.dumps(json.loads(line), ensure_ascii=False) or word in line
    ]
