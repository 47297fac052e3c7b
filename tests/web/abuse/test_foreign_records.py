"""Abuse cases 1 to 3: records of others, by id in path, query and body, by number, by token, and after a task has moved on."""

import base64
import json

from sqlalchemy import select

from shuhua_core.audit.models import AuditEntry, SecurityEntry
from tests.web.abuse.conftest import upload
from tests.web.client import ApiClient

ABSENT = 999_999

REPAIR_STRANGERS = (
    "dispatcher_other",
    "reviewer_other",
    "call_centre_other",
    "followup_clerk_other",
    "quality_engineer_other",
    "host_unit_other",
    "inspector",
    "customer_2",
    "customer_other",
)
TASK_STRANGERS = (
    "dispatcher_other",
    "reviewer_other",
    "followup_clerk_other",
    "agent_manager_2",
    "agent_manager_other",
    "department_manager",
    "repairer_2",
    "repairer_other",
    "repairer_department",
    "host_unit_other",
    "customer_2",
    "customer_other",
)


def alike(answer, absent):
    """The same answer but for the id of the request."""
    first, second = dict(answer.json), dict(absent.json)
    assert answer.status_int == absent.status_int == 404
    first.pop("request_id"), second.pop("request_id")
    assert first == second
    ignored = {"X-Request-ID", "Content-Length", "Date"}
    assert {k: v for k, v in answer.headers.items() if k not in ignored} == {
        k: v for k, v in absent.headers.items() if k not in ignored
    }


def counts(deployment):
    with deployment.database.read() as session:
        return len(session.scalars(select(AuditEntry.id)).all())


def test_case_1_a_foreign_id_in_the_path_is_answered_as_if_there_were_none(as_, case, deployment):
    paths = {"repairs": case.repair["id"], "tasks": case.task["id"]}
    for login, kind in [*((each, "repairs") for each in REPAIR_STRANGERS), *((each, "tasks") for each in TASK_STRANGERS)]:
        client, record = as_(login).api, paths[kind]
        for form in ("/{}/{}", "/{}/{}/timeline"):
            alike(client.get(form.format(kind, record)), client.get(form.format(kind, ABSENT)))
    as_("dispatcher_other")  # signed in before, since that is told of too
    before = counts(deployment)
    for login, method, path, body in (
        ("reviewer_other", "act", "/repairs/{repair}/actions/reject", {"reason": "偷改"}),
        ("reviewer_other", "act", "/repairs/{repair}/actions/reopen", {"reason": "偷改"}),
        ("customer_2", "act", "/repairs/{repair}/actions/confirm", {}),
        ("customer_other", "act", "/repairs/{repair}/actions/dispute", {"reason": "偷改"}),
        ("dispatcher_other", "act", "/repairs/{repair}/actions/add_task", {"note": "偷改"}),
        ("dispatcher_other", "act", "/tasks/{task}/actions/rework", {"reason": "偷改"}),
        ("followup_clerk_other", "act", "/tasks/{task}/actions/close", {}),
        ("agent_manager_2", "act", "/tasks/{task}/actions/feedback", {"text": "偷改"}),
        ("repairer_2", "act", "/tasks/{task}/actions/feedback", {"text": "偷改"}),
        ("reviewer_other", "patch", "/repairs/{repair}", {"symptom": "偷改"}),
        ("dispatcher_other", "patch", "/tasks/{task}", {"due_at": "2030-01-01T00:00:00Z", "reason": "偷改"}),
        ("dispatcher_other", "get", "/tasks/{task}/proposals", None),
        ("dispatcher_other", "get", "/followups/{followup}", None),
    ):
        client = as_(login).api
        ids = {"repair": case.repair["id"], "task": case.task["id"], "followup": case.followup_id}
        found = [path.format(**ids), path.format(**dict.fromkeys(ids, ABSENT))]
        if method == "get":
            alike(*(client.get(each) for each in found))
        elif method == "patch":
            alike(*(client.patch(each, body, version=1) for each in found))
        else:
            alike(*(client.post(each, body) for each in found))
    signed_in = len({"reviewer_other", "customer_2", "customer_other", "followup_clerk_other", "agent_manager_2", "repairer_2"})
    assert counts(deployment) <= before + 2 * signed_in
    with deployment.database.read() as session:
        assert not session.scalars(select(AuditEntry).where(AuditEntry.personal["note"].as_string() == "偷改")).all()
        noted = session.scalars(select(SecurityEntry).where(SecurityEntry.kind == "authz.object_denied")).all()
    assert {entry.actor_kind for entry in noted} == {"user"}
    assert case.task["id"] in {entry.record_id for entry in noted}


def test_case_1_lists_counts_searches_and_the_feed_hold_no_foreign_row(as_, case, other_case, world):
    """Both branches have the same customer, site, symptom and names, so that only the scope tells them apart."""
    start = base64.urlsafe_b64encode(json.dumps([0, 0]).encode()).decode().rstrip("=")
    for mine, foreign, end in ((case, other_case, ""), (other_case, case, "_other")):
        clerk, dispatcher = as_(f"followup_clerk{end}").api, as_(f"dispatcher{end}").api
        site = world.sites["other" if foreign is other_case else "one"].id
        for kind, own_id, foreign_number, queries in (
            (
                "repairs",
                mine.repair["id"],
                foreign.repair["number"],
                ({"site_id": site}, {"equipment_id": foreign.repair["equipment_id"]}),
            ),
            (
                "tasks",
                mine.task["id"],
                foreign.task["number"],
                ({"site_id": site}, {"unit_id": foreign.task["unit_id"]}, {"repairer_id": foreign.task["repairer_id"]}),
            ),
            ("followups", mine.followup_id, "HF-none", ({"task_id": foreign.task["id"]},)),
        ):
            whole = clerk.get(f"/{kind}", total="true", status=200).json
            assert ([item["id"] for item in whole["items"]], whole["total"]) == ([own_id], 1)
            for query in (*queries, {"q": foreign_number}):
                page = clerk.get(f"/{kind}", total="true", status=200, **query).json
                assert (page["items"], page["total"]) == ([], 0), (kind, query)
        told = {(item["kind"], item["record_id"]) for item in dispatcher.get("/changes", since=start, status=200).json["items"]}
        assert ("task", mine.task["id"]) in told
        assert not told & {("repair", foreign.repair["id"]), ("task", foreign.task["id"]), ("followup", foreign.followup_id)}


def test_case_1_an_agent_sees_a_task_while_it_is_theirs_and_no_request(walk, as_):
    task = walk.approve(walk.report())
    walk.allocate(task)
    assert walk.listed("agent_manager", "tasks") == {task["id"]}
    assert walk.listed("agent_manager_2", "tasks") == set()
    walk.task("dispatcher", task, "recall", reason="改派")
    walk.allocate(task, "agent_2")
    assert walk.listed("agent_manager", "tasks") == set()
    assert walk.listed("agent_manager_2", "tasks") == {task["id"]}
    as_("agent_manager").api.get("/repairs", status=403)


def test_case_1_foreign_ids_in_bodies_are_refused_alike_whether_they_exist_or_not(walk, as_, world, other_case):
    """In the body the field is named; that it exists somewhere else is not told."""
    foreign_media = upload(as_("customer_other").api).json["id"]
    task = walk.approve(walk.report())
    waiting = walk.report()
    allocated = walk.allocate(walk.approve(walk.report()))
    walk.task("agent_manager", allocated, "accept")
    assigned = walk.to_assigned(walk.approve(walk.report()))
    actions = f"/tasks/{task['id']}/actions"
    for login, path, body, name, foreign in (
        ("customer", "/repairs", {"symptom": "坏了"}, "equipment_id", world.pieces["other_1"].id),
        ("customer", "/repairs", {"symptom": "坏了"}, "site_id", world.sites["other"].id),
        ("customer", "/repairs", {"symptom": "坏了"}, "media_ids", [foreign_media]),
        (
            "call_centre",
            "/repairs",
            {"symptom": "坏了", "caller_name": "王", "caller_phone": "13900000009"},
            "customer_id",
            world.customers["other"].id,
        ),
        (
            "call_centre",
            "/repairs",
            {"symptom": "坏了", "caller_name": "王", "caller_phone": "13900000009"},
            "site_id",
            world.sites["other"].id,
        ),
        ("dispatcher", f"{actions}/allocate", {}, "unit_id", world.units["other_agent"].id),
        ("dispatcher", f"{actions}/allocate", {}, "repairer_id", world.users["repairer_other"]),
        ("agent_manager", f"/tasks/{allocated['id']}/actions/assign", {}, "repairer_id", world.users["repairer_2"]),
        ("repairer", f"/tasks/{assigned['id']}/actions/feedback", {"text": "看一下"}, "media_ids", [foreign_media]),
        ("reviewer", f"/repairs/{waiting['id']}/actions/merge", {}, "target_id", other_case.repair["id"]),
        (
            "reviewer",
            f"/repairs/{waiting['id']}/actions/approve",
            {"severity": "high", "in_warranty": True},
            "task_id",
            other_case.task["id"],
        ),
    ):
        client = as_(login).api
        absent = [ABSENT] if isinstance(foreign, list) else ABSENT
        refused, unknown = (client.post(path, {**body, name: value}) for value in (foreign, absent))
        assert (refused.status_int, unknown.status_int) == (422, 422), (path, name, refused.json)
        assert refused.json["errors"] == unknown.json["errors"], (path, name)
        assert set(refused.json["errors"]) == {name}
    refused = as_("dispatcher").api.post("/tasks", {"repair_ids": [other_case.repair["id"]], "note": "偷做"})
    alike(refused, as_("dispatcher").api.post("/tasks", {"repair_ids": [ABSENT], "note": "偷做"}))


def test_case_1_nobody_has_scope_by_what_they_claim_to_be(as_, case):
    """Headers and parameters that name another person, branch or role change nothing."""
    client = as_("dispatcher_other").api
    claims = {
        "X-Forwarded-User": "administrator",
        "X-Remote-User": "administrator",
        "X-Tenant": "/1/2/",
        "X-Original-URL": "/api/v1/repairs",
    }
    client.get(f"/repairs/{case.repair['id']}", headers=claims, status=404)
    client.get("/repairs", organisation_path="/", status=422)
    client.get("/repairs", role="administrator", status=422)


def test_case_2_a_customer_cannot_guess_anothers_case(as_, case, world, walk):
    for login in ("customer_2", "customer_other"):
        client = as_(login).api
        client.get(f"/repairs/{case.repair['id']}", status=404)
        client.get(f"/repairs/{case.repair['number']}", status=404)
        client.get("/repairs", q=case.repair["number"], status=200).mustcontain(no=case.repair["number"])
        client.get(f"/media/{case.media_id}/display", status=404)
        client.get(f"/tasks/{case.task['id']}", status=404)


def test_case_2_the_code_on_a_label_lets_a_stranger_report_and_read_nothing(anonymous, app, case, world):
    code = world.pieces["one_1"].code
    made = anonymous.post(
        "/repairs", {"symptom": "扶手松动", "code": code, "caller_phone": "13900000007", "consent": True}, status=201
    ).json
    assert made["customer_id"] is None or made["customer_id"] == world.customers["one"].id
    assert case.repair["number"] not in json.dumps(made)
    other_phone = ApiClient(app, space="another-secret-of-more-than-32-characters")
    other_phone.get(f"/repairs/{made['id']}", status=404)
    other_phone.get(f"/repairs/{case.repair['id']}", status=404)
    for guess in (
        code,
        made["number"],
        case.repair["number"],
        made["token"][:-1],
        made["token"] + "A",
        made["token"].swapcase(),
        "%00",
        "%C3%A9",
    ):
        other_phone.get(f"/reports/{guess}", status=404)
        other_phone.post(f"/reports/{guess}/actions/withdraw", status=404)
    mine = other_phone.get(f"/reports/{made['token']}", status=200).json
    assert mine["number"] == made["number"]
    assert "13900000007" not in json.dumps(mine)


def test_case_2_a_picture_of_an_anonymous_report_belongs_to_the_phone_that_sent_it(anonymous, app, world):
    media_id = upload(anonymous).json["id"]
    thief = ApiClient(app, space="another-secret-of-more-than-32-characters")
    body = {"symptom": "扶手松动", "code": world.pieces["one_1"].code, "media_ids": [media_id]}
    assert set(thief.post("/repairs", body, status=422).json["errors"]) == {"media_ids"}
    thief.get(f"/media/{media_id}/display", status=404)
    anonymous.post("/repairs", body, status=201)


def test_case_3_a_task_that_was_given_to_another_is_out_of_sight(walk, as_, world, clock):
    media_id = upload(as_("customer").api).json["id"]
    task = walk.approve(walk.report(media_ids=[media_id]))
    walk.to_assigned(task)
    repairer = as_("repairer").api
    repairer.get(f"/media/{media_id}/thumbnail", status=200)
    own = upload(repairer).json["id"]
    walk.task("repairer", task, "feedback", text="到了", media_ids=[own])
    walk.task("agent_manager", task, "unassign", reason="改派")
    repairer.get(f"/tasks/{task['id']}", status=404)
    repairer.get(f"/tasks/{task['id']}/timeline", status=404)
    repairer.get(f"/media/{media_id}/thumbnail", status=404)
    repairer.get(f"/media/{own}/display", status=404)
    for action, body in (("depart", {}), ("start", {}), ("feedback", {"text": "我还在"}), ("decline", {"reason": "不去"})):
        walk.task("repairer", task, action, status=404, **body)
    assert walk.listed("repairer", "tasks") == set()
    assert walk.see_task("agent_manager", task)["state"] == "accepted"
    walk.task("dispatcher", task, "recall", reason="换单位")
    walk.to_assigned(task, unit="agent_2", manager="agent_manager_2", repairer="repairer_2")
    for login in ("repairer", "agent_manager"):
        as_(login).api.get(f"/tasks/{task['id']}", status=404)
        as_(login).api.get(f"/media/{media_id}/display", status=404)
    as_("repairer_2").api.get(f"/media/{media_id}/display", status=200)


def test_case_3_only_the_named_variants_of_a_picture_can_be_had(as_, case):
    client = as_("customer").api
    for variant in ("shown.jpg", "..", "%2e%2e", "shown%00", "../original", "%2e%2e%2foriginal"):
        client.get(f"/media/{case.media_id}/{variant}", status=404)
    client.get(f"/media/{case.media_id}/original", status=403)
