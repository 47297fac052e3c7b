"""Abuse cases 5 and 28: more fields than are asked for, keys that stand twice, and text that means something elsewhere."""

import json
import logging
import time

import pytest
from sqlalchemy import func, select
from webob import Request

from shuhua_core.audit.models import AuditEntry, SecurityEntry
from shuhua_core.logs import JsonFormatter
from shuhua_core.repairs.models import RepairRequest
from tests.web.abuse.conftest import upload

FORBIDDEN = {
    "id": 1,
    "number": "BX20261122-9999",
    "state": "closed",
    "version": 99,
    "organisation_path": "/1/",
    "reporter_id": 1,
    "created_at": "2020-01-01T00:00:00Z",
    "created_by": 1,
    "verified": True,
    "role": "administrator",
    "workflow_version": 1,
    "token_hash": "0" * 64,
    "merged_into_id": 1,
    "answer": "已处理",
    "__class__": "Task",
    "$where": "1",
}


def how_many(deployment, model=RepairRequest):
    with deployment.database.read() as session:
        return session.scalar(select(func.count()).select_from(model))


def test_case_5_fields_that_nobody_asked_for_are_422_and_save_nothing(as_, walk, world, deployment):
    body = {"symptom": "坏了", "equipment_id": world.pieces["one_1"].id}
    client = as_("customer").api
    for name, value in FORBIDDEN.items():
        answer = client.post("/repairs", {**body, name: value}, status=422)
        assert answer.json["errors"] == {name: "There is no such field."}
    for nested, field in ((body | {"position": {"longitude": 118.0, "latitude": 24.0, "morton": 1}}, "position.morton"),):
        assert set(client.post("/repairs", nested, status=422).json["errors"]) == {field}
    assert set(client.post("/repairs", {**body, "media_ids": [{"id": 1, "uploader_id": 2}]}, status=422).json["errors"]) == {
        "media_ids"
    }
    assert how_many(deployment) == 0
    with deployment.database.read() as session:
        noted = session.scalars(select(SecurityEntry).where(SecurityEntry.kind == "input.forbidden_field")).all()
    assert {name for entry in noted for name in entry.detail["fields"]} >= set(FORBIDDEN)
    assert "已处理" not in json.dumps([entry.detail for entry in noted], ensure_ascii=False)


def test_case_5_every_action_refuses_fields_that_are_not_its_own(as_, walk):
    task = walk.approve(walk.report())
    walk.to_assigned(task)
    before = walk.see_task("dispatcher", task)
    path = f"/tasks/{task['id']}"
    for login, action, body in (
        ("repairer", "take", {"taken_at": "2020-01-01T00:00:00Z"}),
        ("repairer", "depart", {"state": "completed"}),
        ("repairer", "start", {"repairer_id": 1}),
        ("agent_manager", "unassign", {"reason": "换人", "unit_id": 1}),
        ("dispatcher", "recall", {"reason": "改派", "due_at": "2030-01-01T00:00:00Z"}),
        ("call_centre", "appoint", {"appointed_at": "2026-12-01T09:00:00+08:00", "severity": "urgent"}),
    ):
        extra = next(name for name in reversed(body))
        assert set(as_(login).api.act(path, action, body, status=422).json["errors"]) == {extra}, action
    change = {"due_at": "2030-01-01T00:00:00Z", "reason": "等配件", "state": "closed"}
    assert set(as_("dispatcher").api.patch(path, change, version=before["version"], status=422).json["errors"]) == {"state"}
    assert walk.see_task("dispatcher", task) == before


@pytest.mark.parametrize(
    "raw",
    [
        b'{"symptom": "ok", "equipment_id": 1, "equipment_id": 2}',
        b'{"symptom": "ok", "position": {"longitude": 1, "longitude": 2, "latitude": 3}}',
        b'{"symptom": "ok", "equipment_id": NaN}',
        b'{"symptom": "ok", "position": {"longitude": Infinity, "latitude": 1}}',
        b'{"symptom": "ok"',
        b'["symptom"]',
        b'"symptom"',
        b"null",
        b"",
        b"\xff\xfe",
        b'{"symptom": "\xff"}',
        b"[" * 100_000,
        b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
    ],
    ids=lambda raw: raw[:30].decode("latin-1"),
)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_case_5_what_is_no_single_meaning_json_object_is_400(as_, deployment, raw):
    client = as_("customer").api
    headers = {**client.headers, "Content-Type": "application/json", "Idempotency-Key": "0d3a1c7e-6a55-4b0c-9a5e-3f1f6c1d2e3f"}
    answer = client.app.post("/api/v1/repairs", raw, headers=headers, status="*")
    assert (answer.status_int, answer.json["code"]) == (400, "malformed")
    assert how_many(deployment) == 0


def test_case_5_an_upload_takes_one_file_and_nothing_else(as_):
    client = as_("customer").api
    files = [("file", "a.jpg", b"x")]
    answer = client.app.post(
        "/api/v1/media", {"record_kind": "repair", "record_id": "1"}, upload_files=files, headers=client.headers, status=422
    )
    assert set(answer.json["errors"]) >= {"record_kind"}
    assert upload(client, b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>").status_int == 415
    assert upload(client, b"<html><script>alert(1)</script>", "photo.jpg").status_int == 415


INJECTIONS = (
    "' OR 1=1 --",
    "'; DROP TABLE repairs; --",
    '" OR ""="',
    "1) UNION SELECT password_hash FROM users --",
    "%' OR '%'='",
    "%",
    "_",
    "\\",
    "${7*7}{{7*7}}<%= 7*7 %>#{7*7}",
    "${structure: request.registry}",
    "$(id)`id`",
    "../../../../etc/passwd",
    "(((((((((((((((((((((((((((((a+)+)+)+)+)+",
)


def test_case_28_text_in_searches_and_filters_is_only_text(as_, walk, world):
    walk.report()
    client = as_("dispatcher").api
    for text in INJECTIONS:
        for kind in ("repairs", "tasks", "followups"):
            page = client.get(f"/{kind}", q=text, total="true", status=200).json
            assert (page["items"], page["total"]) == ([], 0), (kind, text)
        for name in ("state", "severity", "division", "site_id", "created_from", "limit", "cursor", "sort", "total"):
            answer = client.get("/repairs", **{name: text})
            assert answer.status_int in {200, 422}, (name, text)
            assert answer.status_int == 422 or answer.json["items"] == []
            assert "SELECT" not in answer.text.upper().replace(text.upper(), "")
    for sort in ("password_hash", "-reporter.password_hash", "id;--", "id desc", "(select 1)", "created_at,id", "__class__"):
        client.get("/repairs", sort=sort, status=422)
    walk.see_repair("dispatcher", {"id": 1})


def test_case_28_what_was_typed_is_kept_and_given_back_as_it_was(walk, as_):
    for text in INJECTIONS:
        made = walk.report(symptom=f"坏了 {text}")
        assert walk.see_repair("reviewer", made)["symptom"] == f"坏了 {text}"
    found = as_("dispatcher").api.get("/repairs", q="${7*7}", status=200).json["items"]
    assert [item["symptom"] for item in found] == ["坏了 ${7*7}{{7*7}}<%= 7*7 %>#{7*7}"]


def test_case_28_control_characters_and_line_breaks_are_refused(as_, world, walk):
    client = as_("customer").api
    body = {"symptom": "坏了", "equipment_id": world.pieces["one_1"].id}
    for text in ("坏\x00了", "坏\x1b[31m了", "坏了\r\ninjected", "坏\u2028了", "坏了\ud800"):
        answer = client.post("/repairs", {**body, "address": text})
        assert answer.status_int == 422, repr(text)
        assert set(answer.json["errors"]) == {"address"}
    assert client.post("/repairs", {**body, "symptom": "坏\x00了"}).status_int == 422
    for text in ("a\x00", "a\x1b[31m", "a\r\nb"):
        client.get("/repairs", q=text, status=422)


def test_case_28_nothing_that_is_sent_makes_a_second_line_in_the_log(as_, app, caplog):
    """Names of fields, paths, headers and logins: one line each, escaped, and short."""
    client = as_("customer").api
    forged = 'x\r\n{"level":"info","message":"forged"}\x1b[2J' + "y" * 5000
    with caplog.at_level(logging.INFO):
        client.post("/repairs", {"symptom": "坏了", forged: 1}, status=422)
        client.get("/repairs", **{forged: "1"}, status=422)
        client.get("/repairs/1%0d%0aforged%1b[2J", status=404)
        client.app.get(
            "/api/v1/repairs", headers={**client.headers, "User-Agent": "a\tforged", "X-Request-ID": "forged forged"}, status=200
        )
        client.app.post_json("/api/v1/session", {"login": "forged", "password": "forged password"}, status=401)
        Request.blank("/api/v1/repairs", method="FORGED-M", headers=client.headers).get_response(app)
    lines = [JsonFormatter().format(record) for record in caplog.records if record.name.startswith("shuhua")]
    assert len(lines) >= 6
    for line in lines:
        assert line.isprintable()
        assert line.isascii()
        assert len(line) < 2500
        assert "forged" not in json.loads(line)["message"]
        assert "forged password" not in line


def test_case_28_no_pattern_of_ours_takes_long_on_a_hostile_text(as_, world):
    body = {"symptom": "坏了", "equipment_id": world.pieces["one_1"].id}
    client = as_("customer").api
    hostile = {
        "caller_phone": [
            "0" * 50_000,
            "1 " * 25_000,
            "(" * 50_000,
            "+86" * 15_000,
            "4" + " 0-" * 15_000,
            "０" * 20_000,
            "转" * 20_000,
        ],
        "code": ["A" * 50_000, "2" * 50_000 + "!"],
        "captured_at": ["2026-11-22T16:56:00" + "0" * 50_000, "2026-11-22 16:56+" + "0" * 50_000],
        "division_code": ["-" * 50_000 + "!", "9" * 50_000],
        "symptom": [" " * 100_000, "\n" * 100_000 + "x" * 3000],
    }
    for name, values in hostile.items():
        for value in values:
            started = time.process_time()
            answer = client.post("/repairs", {**body, name: value})
            assert answer.status_int == 422, (name, value[:20])
            assert time.process_time() - started < 1, (name, value[:20])
    for value in ("%" * 20_000, "a" * 20_000, "-" * 20_000):
        for name in ("q", "cursor", "sort", "state", "division", "created_from"):
            started = time.process_time()
            assert as_("dispatcher").api.get("/repairs", **{name: value}).status_int == 422, name
            assert time.process_time() - started < 1


def test_case_28_a_refusal_quotes_no_sql_no_path_and_no_stack(as_, deployment):
    client = as_("dispatcher").api
    for answer in (
        client.get("/repairs", cursor="AAAA"),
        client.get("/repairs/99999999999999999999999"),
        client.get("/nowhere"),
        client.post("/tasks", {"repair_ids": [2**63], "note": "x" * 5}),
        client.post("/tasks/1/actions/nothing"),
        client.patch("/tasks/1", {}, version=1),
    ):
        assert answer.content_type == "application/problem+json"
        assert set(answer.json) <= {
            "type",
            "title",
            "status",
            "code",
            "detail",
            "errors",
            "state",
            "version",
            "action",
            "retry_after",
            "request_id",
        }
        for word in ("Traceback", "sqlalchemy", "SELECT", "/work/", ".py"):
            assert word not in answer.text
    assert how_many(deployment, AuditEntry) >= 1
