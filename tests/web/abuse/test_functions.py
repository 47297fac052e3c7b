"""Abuse case 4: a low role calls what is for others, by method, by override, by the plain page behind a form."""

import pytest
from sqlalchemy import select
from webob import Request

from shuhua_core.audit.models import SecurityEntry

OVERRIDES = ({"X-HTTP-Method-Override": "PATCH"}, {"X-HTTP-Method": "DELETE"}, {"X-Method-Override": "PUT"})


def test_case_4_an_action_that_is_in_sight_but_not_allowed_is_403_and_noted(as_, walk, deployment):
    task = walk.approve(walk.report())
    walk.to_assigned(task)
    for login, path, body in (
        ("leader", "/repairs/{repair}/actions/approve", {"severity": "high", "in_warranty": True}),
        ("leader", "/tasks/{task}/actions/cancel", {"reason": "领导"}),
        ("administrator", "/tasks/{task}/actions/recall", {"reason": "管理员"}),
        ("administrator", "/repairs/{repair}/actions/reject", {"reason": "管理员"}),
        ("quality_engineer", "/tasks/{task}/actions/accept", {}),
        ("authority", "/tasks/{task}/actions/urge", {}),
        ("call_centre", "/repairs/{repair}/actions/approve", {"severity": "high", "in_warranty": True}),
        ("call_centre", "/tasks/{task}/actions/allocate", {"unit_id": 1}),
        ("repairer", "/tasks/{task}/actions/assign", {"repairer_id": 1}),
        ("agent_manager", "/tasks/{task}/actions/recall", {"reason": "代理"}),
        ("agent_manager", "/tasks/{task}/actions/complete", {"result": "repaired", "cause": "无", "remedy": "无"}),
        ("customer", "/repairs/{repair}/actions/approve", {"severity": "urgent", "in_warranty": True}),
        ("customer", "/repairs/{repair}/actions/resolve", {}),
        ("dispatcher", "/repairs/{repair}/actions/reject", {"reason": "调度"}),
        ("followup_clerk", "/tasks/{task}/actions/cancel", {"reason": "回访"}),
        ("host_unit", "/tasks/{task}/actions/cancel", {"reason": "接收方"}),
    ):
        answer = as_(login).api.post(path.format(repair=1, task=task["id"]), body)
        assert (answer.status_int, answer.json["code"]) == (403, "not_allowed"), (login, path, answer.json)
    with deployment.database.read() as session:
        noted = session.scalars(select(SecurityEntry).where(SecurityEntry.kind == "authz.function_denied")).all()
    assert len(noted) == 16
    assert all(entry.request_id and entry.address for entry in noted)
    assert walk.see_task("dispatcher", task)["state"] == "assigned"


def test_case_4_what_belongs_to_the_system_is_done_by_nobody_else(as_, walk):
    repair = walk.report()
    walk.approve(repair)
    for login in ("dispatcher", "reviewer", "administrator", "leader", "customer"):
        for action in ("resolve", "redo", "fall_back", "expire"):
            assert as_(login).api.act(f"/repairs/{repair['id']}", action).status_int == 403, (login, action)


def test_case_4_other_methods_are_405_and_overriding_is_ignored(as_, walk, app):
    task = walk.approve(walk.report())
    person = as_("dispatcher")
    path = f"/api/v1/tasks/{task['id']}"
    before = walk.see_task("dispatcher", task)
    for headers in OVERRIDES:
        answer = person.api.app.post_json(
            path, {"due_at": "2030-01-01T00:00:00Z"}, headers={**person.api.headers, **headers}, status="*"
        )
        assert answer.status_int == 405, headers
        assert "PATCH" in answer.headers["Allow"]
        person.api.app.get(path, headers={**person.api.headers, **headers}, status=200)
    for method in ("PUT", "DELETE", "TRACE", "PROPFIND", "OPTIONS", "LOCK", "x"):
        answer = Request.blank(path, method=method, headers=person.api.headers).get_response(app)
        assert answer.status_int == 405, method
    person.api.app.post_json(f"{path}?_method=DELETE", {}, headers=person.api.headers, status=405)
    person.api.app.post(f"{path}/actions/cancel", {"_method": "GET"}, headers=person.api.headers, status=415)
    assert walk.see_task("dispatcher", task) == before


def test_case_4_head_says_no_more_than_get_and_does_nothing(as_, walk):
    task = walk.approve(walk.report())
    for login, status in (("dispatcher", 200), ("dispatcher_other", 404), ("auditor", 403)):
        client = as_(login).api
        answer = client.app.head(f"/api/v1/tasks/{task['id']}", headers=client.headers, status=status)
        assert answer.body == b""
    client = as_("dispatcher").api
    client.app.head(f"/api/v1/tasks/{task['id']}/actions/cancel", headers=client.headers, status=405)


@pytest.mark.parametrize("login", ["leader", "repairer", "customer", "auditor"])
def test_case_4_the_administrators_pages_are_shut_for_reading_and_for_sending(as_, world, login):
    office = as_(login).office
    victim = world.users["dispatcher"]
    for path in (
        "/users",
        "/users/new",
        f"/users/{victim}",
        f"/users/{victim}/edit",
        f"/users/{victim}/password",
        "/organisations",
    ):
        assert office.get(path, status="*").status_int == 403, path
    for path in ("/users/new", f"/users/{victim}/edit", f"/users/{victim}/password", f"/users/{victim}/disable"):
        assert office.post_form(path, {"password": "a new password 12"}, status="*").status_int == 403, path
