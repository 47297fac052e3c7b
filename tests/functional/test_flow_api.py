"""The whole flow over the API as different people, on both databases: what they did, what they were told, what they see."""

import base64
import json
from datetime import datetime, timedelta
from functools import cache

import pytest

from shuhua_core import worker
from shuhua_core.testing.flow import COMPLETE, FOLLOW_UP
from tests.web.abuse.conftest import upload
from tests.web.client import Person


@pytest.fixture
def walk(walk, app, deployment):
    """A walk with a worker beside it, and on which people sign in anew when their sessions have ended."""
    walk.work = lambda: worker.run_once(deployment)
    walk.sign_in_again = lambda: setattr(walk, "as_", cache(lambda login: Person(app, deployment, login)))
    return walk


ALL = base64.urlsafe_b64encode(json.dumps([0, 0]).encode()).decode().rstrip("=")


def test_a_request_from_the_report_to_the_close(walk, as_, deployment, world):
    """Report, review, allocation, acceptance, assignment, work, completion, follow-up, close, confirmation."""
    cursor = as_("dispatcher").api.get("/changes", status=200).json["cursor"]
    picture = upload(as_("customer").api).json["id"]
    repair = walk.report(media_ids=[picture], severity="high")
    assert (repair["state"], repair["number"], len(repair["media"])) == ("pending_review", "BX20261122-0001", 1)
    task = walk.approve(repair, severity="urgent")
    assert (task["state"], task["number"], task["severity"]) == ("unallocated", "RW20261122-0001", "urgent")
    proposals = as_("dispatcher").api.get(f"/tasks/{task['id']}/proposals", status=200).json["items"]
    assert world.units["agent"].id in [each["unit_id"] for each in proposals]
    assert all(each["reasons"] for each in proposals)
    walk.to_assigned(task)
    walk.task("repairer", task, "take")
    walk.task("repairer", task, "appoint", appointed_at="2026-11-23T09:00:00+08:00")
    walk.task("repairer", task, "depart", position={"longitude": 118.57, "latitude": 24.8})
    walk.task("repairer", task, "arrive")
    walk.task("repairer", task, "start")
    walk.task("repairer", task, "feedback", text="正在更换轴承", media_ids=[upload(as_("repairer").api).json["id"]])
    done = walk.task("repairer", task, "complete", **COMPLETE)
    assert (done["state"], done["result"], done["cause"]) == ("completed", "repaired", COMPLETE["cause"])
    assert walk.see_repair("customer", repair)["state"] == "resolved"
    walk.task("followup_clerk", task, "followup_attempt", outcome="no_answer")
    walk.task("followup_clerk", task, "follow_up", **FOLLOW_UP)
    closed = walk.task("followup_clerk", task, "close")
    assert closed["state"] == "closed"
    assert closed["actions"] == []
    assert walk.repair("customer", repair, "confirm")["state"] == "closed"
    assert [action for action, _state in walk.path_of("dispatcher", f"/tasks/{task['id']}")] == [
        "create", "allocate", "accept", "assign", "take", "appoint", "depart", "arrive", "start", "feedback", "complete",
        "followup_attempt", "follow_up", "close",
    ]  # fmt: skip
    assert walk.path_of("customer", f"/repairs/{repair['id']}") == [
        ("create", "pending_review"), ("approve", "in_progress"), ("resolve", "resolved"), ("confirm", "closed"),
    ]  # fmt: skip
    steps = walk.steps("dispatcher", f"/tasks/{task['id']}")
    assert steps[1]["who"] == "测试·dispatcher"
    assert [step["at"] for step in steps] == sorted(step["at"] for step in steps)
    assert next(step for step in steps if step["action"] == "depart")["place"] == {"longitude": 118.57, "latitude": 24.8}

    walk.work()
    told = {
        "reviewer": ["repair_waiting"],
        "dispatcher": ["task_waiting", "completed"],
        "agent_manager": ["allocated", "completed"],
        "repairer": ["assigned"],
        "followup_clerk": ["to_follow_up"],
        "customer": ["appointed", "resolved"],
    }
    for login, notices in told.items():
        assert [notice for notice, _number in walk.inbox(login)] == notices, login
        assert walk.unread(login) == len(notices)
    for login in ("reviewer_other", "dispatcher_other", "agent_manager_2", "repairer_2", "customer_2", "auditor"):
        assert walk.inbox(login) == [], login
    assert {number for _notice, number in walk.inbox("customer")} == {repair["number"]}
    message = as_("dispatcher").api.get("/messages", status=200).json["items"][0]["id"]
    as_("dispatcher").api.post(f"/messages/{message}/actions/read", status=200)
    assert walk.unread("dispatcher") == 1
    assert as_("dispatcher").api.post("/messages/actions/read", status=200).json == {"count": 0}

    feed = as_("dispatcher").api.get("/changes", since=cursor, limit=100, status=200).json
    seen = [(item["kind"], item["action"]) for item in feed["items"] if item["kind"] in {"repair", "task"}]
    assert seen[0] == ("repair", "create")
    assert ("task", "close") in seen
    assert as_("dispatcher").api.get("/changes", since=feed["cursor"], status=200).json["items"] == []
    assert as_("dispatcher_other").api.get("/changes", since=ALL, status=200).json["items"] == []


def test_rejection_tells_the_reporter_why_and_may_be_reopened_while_it_is_recent(walk, deployment):
    repair = walk.report()
    refused = walk.repair("reviewer", repair, "reject", status=422)
    assert refused["errors"] == {"reason": "This is required."}
    rejected = walk.repair("reviewer", repair, "reject", reason="非本公司产品")
    assert (rejected["state"], rejected["answer"]) == ("rejected", "非本公司产品")
    walk.work()
    assert walk.inbox("customer") == [("rejected", repair["number"])]
    assert walk.repair("customer", repair, "reopen", reason="确是贵司产品")["state"] == "pending_review"
    walk.repair("reviewer", repair, "reject", reason="查无此件")
    walk.wait(days=400)
    walk.sign_in_again()
    late = walk.repair("customer", repair, "reopen", status=409, reason="再试一次")
    assert "days" in late["detail"]
    assert walk.repair("reviewer", repair, "reopen", reason="复核")["state"] == "pending_review"


def test_the_reviewer_asks_and_the_reporter_supplies(walk, as_, deployment):
    repair = walk.report()
    asked = walk.repair("reviewer", repair, "ask_more", question="请拍一张铭牌照片")
    assert (asked["state"], asked["question"]) == ("need_info", "请拍一张铭牌照片")
    walk.work()
    assert walk.inbox("customer") == [("more_asked", repair["number"])]
    walk.repair("reviewer", repair, "approve", status=409, severity="high", in_warranty=True)
    picture = upload(as_("customer").api).json["id"]
    supplied = walk.repair("customer", repair, "supply", text="铭牌如图", media_ids=[picture])
    assert (supplied["state"], [each["id"] for each in supplied["media"]]) == ("pending_review", [picture])
    walk.work()
    assert ("repair_supplied", repair["number"]) in walk.inbox("reviewer")


def test_an_answer_solves_a_request_without_a_task(walk, deployment):
    repair = walk.report()
    answered = walk.repair("call_centre", repair, "answer", answer="请逆时针拧紧手柄")
    assert (answered["state"], answered["tasks"]) == ("resolved", [])
    walk.work()
    assert walk.inbox("customer") == [("answered", repair["number"])]
    assert walk.repair("customer", repair, "confirm")["state"] == "closed"


def test_a_withdrawn_request_is_over_and_one_in_progress_can_only_be_asked_back(walk, deployment):
    draft = walk.report(as_draft=True)
    assert draft["state"] == "draft"
    walk.repair("customer", draft, "submit")
    assert walk.repair("customer", draft, "withdraw")["state"] == "withdrawn"
    repair = walk.report()
    walk.approve(repair)
    assert walk.repair("customer", repair, "withdraw", status=409)["state"] == "in_progress"
    walk.repair("customer", repair, "ask_withdraw", reason="自己修好了")
    walk.work()
    assert ("withdrawal_asked", repair["number"]) in walk.inbox("dispatcher")


def test_a_duplicate_is_merged_and_its_reporter_follows_the_target(walk, deployment, as_):
    target = walk.report()
    task = walk.approve(target)
    double = walk.report("host_unit")
    assert set(walk.repair("reviewer", double, "merge", status=422, target_id=double["id"])["errors"]) == {"target_id"}
    merged = walk.repair("reviewer", double, "merge", target_id=target["id"])
    assert (merged["state"], merged["merged_into_id"]) == ("merged", target["id"])
    walk.to_assigned(task)
    walk.task("repairer", task, "appoint", appointed_at="2026-11-23T09:00:00+08:00")
    walk.work()
    assert ("merged", double["number"]) in walk.inbox("host_unit")
    assert ("appointed", double["number"]) in walk.inbox("host_unit")
    unmerged = walk.repair("reviewer", double, "unmerge", reason="不是同一处")
    assert (unmerged["state"], unmerged["merged_into_id"]) == ("pending_review", None)


def test_a_merge_moves_or_cancels_the_open_tasks(walk):
    target, moving, ending = walk.report(), walk.report(), walk.report()
    walk.approve(target)
    moved, ended = walk.approve(moving), walk.approve(ending)
    walk.repair("reviewer", moving, "merge", target_id=target["id"], open_tasks="move")
    walk.repair("reviewer", ending, "merge", target_id=target["id"], open_tasks="cancel")
    assert {each["id"] for each in walk.see_repair("reviewer", target)["tasks"]} >= {moved["id"]}
    assert walk.see_task("dispatcher", ended)["state"] == "cancelled"


def test_a_second_request_joins_the_open_task_of_the_first(walk):
    first, second = walk.report(), walk.report("host_unit")
    task = walk.approve(first)
    joined = walk.repair("reviewer", second, "approve", severity="normal", in_warranty=True, task_id=task["id"])
    assert [each["id"] for each in joined["tasks"]] == [task["id"]]
    walk.to_assigned(task)
    assert len(walk.see_task("repairer", task)["requests"]) == 2
    walk.to_completed(task)
    assert {walk.see_repair("reviewer", each)["state"] for each in (first, second)} == {"resolved"}


def test_an_objection_leads_to_another_unit_and_both_are_told(walk, deployment):
    task = walk.approve(walk.report())
    walk.allocate(task)
    walk.task("agent_manager", task, "object", status=422)
    objected = walk.task("agent_manager", task, "object", reason="不在责任区")
    assert (objected["state"], objected["unit_id"]) == ("pending_reallocation", None)
    walk.task("agent_manager", task, "accept", status=404)
    walk.to_assigned(task, unit="agent_2", manager="agent_manager_2", repairer="repairer_2")
    walk.work()
    assert [notice for notice, _number in walk.inbox("dispatcher")] == ["task_waiting", "objected"]
    assert [notice for notice, _number in walk.inbox("agent_manager")] == ["allocated"]
    assert [notice for notice, _number in walk.inbox("agent_manager_2")] == ["allocated"]
    steps = walk.steps("agent_manager_2", f"/tasks/{task['id']}")
    assert [step["note"] for step in steps if step["action"] == "object"] == ["不在责任区"]


def test_a_declined_task_goes_back_to_the_manager_who_assigns_another(walk, deployment):
    task = walk.to_assigned(walk.approve(walk.report()))
    walk.task("repairer", task, "decline", reason="车坏了")
    assert walk.see_task("agent_manager", task)["state"] == "accepted"
    walk.task("repairer", task, "take", status=404)
    walk.work()
    assert walk.inbox("agent_manager")[-1][0] == "declined"
    assert walk.inbox("dispatcher")[-1][0] == "declined"


def test_a_recalled_task_is_told_to_those_who_lose_it(walk, deployment):
    task = walk.to_assigned(walk.approve(walk.report()))
    walk.to_repairing(task)
    recalled = walk.task("dispatcher", task, "recall", reason="改派厂家")
    assert (recalled["state"], recalled["unit_id"], recalled["repairer_id"]) == ("pending_reallocation", None, None)
    walk.work()
    assert walk.inbox("agent_manager")[-1][0] == "recalled"
    assert walk.inbox("repairer")[-1][0] == "recalled"


def test_a_held_task_goes_on_where_it_stood(walk):
    task = walk.to_assigned(walk.approve(walk.report()))
    walk.to_repairing(task)
    held = walk.task("repairer", task, "hold", hold_reason="parts", note="等轴承")
    assert (held["state"], held["hold_reason"]) == ("on_hold", "parts")
    walk.task("repairer", task, "complete", status=409, **COMPLETE)
    assert walk.task("agent_manager", task, "resume")["state"] == "repairing"


def test_rework_takes_the_request_back_into_progress_until_it_is_done_well(walk, deployment):
    repair = walk.report()
    task = walk.to_assigned(walk.approve(repair))
    walk.to_completed(task)
    assert walk.task("followup_clerk", task, "rework", reason="仍有异响")["state"] == "rework"
    assert walk.see_repair("customer", repair)["state"] == "in_progress"
    walk.work()
    assert walk.inbox("repairer")[-1][0] == "reworked"
    walk.task("repairer", task, "start")
    walk.task("repairer", task, "complete", **COMPLETE)
    walk.to_closed(task)
    assert walk.see_repair("customer", repair)["state"] == "resolved"


def test_a_dispute_leads_to_a_further_task(walk, deployment):
    repair = walk.report()
    walk.to_completed(walk.to_assigned(walk.approve(repair)))
    assert walk.repair("customer", repair, "dispute", reason="还是晃")["state"] == "in_progress"
    walk.work()
    assert ("disputed", repair["number"]) in walk.inbox("dispatcher")
    again = walk.repair("dispatcher", repair, "add_task", note="检查地脚螺栓")
    assert len(again["tasks"]) == 2
    walk.to_completed(walk.to_assigned(again["tasks"][-1]))
    assert walk.see_repair("customer", repair)["state"] == "resolved"


def test_a_task_for_several_requests_is_made_by_the_dispatcher(walk, as_):
    first, second = walk.report(), walk.report("host_unit")
    walk.approve(first), walk.approve(second)
    body = {"repair_ids": [first["id"], second["id"]], "note": "一并更换地垫"}
    made = as_("dispatcher").api.post("/tasks", body, status=201)
    assert made.headers["Location"].endswith(f"/api/v1/tasks/{made.json['id']}")
    assert {each["id"] for each in made.json["requests"]} == {first["id"], second["id"]}


def test_when_all_tasks_are_cancelled_the_request_is_reviewed_again(walk, deployment):
    repair = walk.report()
    task = walk.approve(repair)
    walk.task("dispatcher", task, "cancel", reason="重复派工")
    assert walk.see_repair("reviewer", repair)["state"] == "pending_review"
    walk.work()
    assert walk.inbox("reviewer")[-1] == ("repair_fell_back", repair["number"])
    assert walk.see_repair("reviewer", repair)["tasks"][0]["state"] == "cancelled"


def test_a_task_allocated_to_a_person_is_accepted_by_that_person_alone(walk, world, deployment):
    task = walk.approve(walk.report())
    walk.task("dispatcher", task, "allocate", repairer_id=world.users["repairer"])
    walk.task("agent_manager", task, "accept", status=409)
    assert walk.task("repairer", task, "accept")["state"] == "assigned"
    declined = walk.task("repairer", task, "decline", reason="排不开")
    assert (declined["state"], declined["repairer_id"]) == ("pending_reallocation", None)
    walk.work()
    assert walk.inbox("repairer")[0][0] == "allocated"


def test_a_department_of_the_maker_repairs_as_an_agent_does(walk):
    task = walk.approve(walk.report())
    walk.to_assigned(task, unit="department", manager="department_manager", repairer="repairer_department")
    assert walk.to_completed(task, "repairer_department")["state"] == "completed"
    assert walk.listed("agent_manager", "tasks") == set()


def test_nobody_reached_closes_only_after_the_attempts_or_where_not_required(walk, deployment):
    task = walk.to_assigned(walk.approve(walk.report()))
    walk.to_completed(task)
    early = walk.task("followup_clerk", task, "close_unreached", status=422, unreached="attempts")
    assert set(early["errors"]) == {"unreached"}
    for _attempt in range(deployment.settings.followup_attempts):
        walk.task("followup_clerk", task, "followup_attempt", outcome="no_answer")
    assert walk.task("followup_clerk", task, "close_unreached", unreached="attempts")["state"] == "closed"


def test_an_anonymous_report_is_followed_by_its_token(anonymous, walk, world, deployment, as_):
    picture = upload(anonymous).json["id"]
    body = {
        "symptom": "踏板断裂",
        "code": world.pieces["one_1"].code.lower(),
        "media_ids": [picture],
        "caller_phone": "139 0000 0005",
        "consent": True,
    }
    made = anonymous.post("/repairs", body, status=201)
    token = made.json["token"]
    assert made.headers["Location"].endswith(f"/api/v1/reports/{token}")
    repair = {"id": made.json["id"], "number": made.json["number"]}
    walk.repair("reviewer", repair, "ask_more", question="在哪一侧?")
    shown = anonymous.get(f"/reports/{token}", status=200).json
    assert (shown["state"], shown["question"]) == ("need_info", "在哪一侧?")
    assert {action["name"] for action in shown["actions"]} == {"supply", "withdraw"}
    supplied = anonymous.act(f"/reports/{token}", "supply", {"text": "左侧"}, status=200).json
    assert supplied["state"] == "pending_review"
    task = walk.approve(repair)
    walk.to_completed(walk.to_assigned(task))
    assert anonymous.get(f"/reports/{token}", status=200).json["state"] == "resolved"
    disputed = anonymous.act(f"/reports/{token}", "dispute", {"reason": "还断着"}, status=200).json
    assert disputed["state"] == "in_progress"
    walk.work()
    assert ("disputed", repair["number"]) in walk.inbox("dispatcher")
    assert anonymous.act(f"/reports/{token}", "approve", {}, status="*").status_int in {403, 404}


def test_deadlines_follow_the_severity_and_what_is_late_is_flagged(walk, as_):
    due = [walk.approve(walk.report(), severity=severity)["due_at"] for severity in ("normal", "high", "urgent")]
    assert due == sorted(due, reverse=True)
    task = walk.approve(walk.report(), severity="urgent")
    assert task["overdue"] is False
    assert walk.listed("dispatcher", "tasks", overdue="true") == set()
    walk.clock.set(datetime.fromisoformat(task["due_at"]) + timedelta(seconds=1))
    assert walk.see_task("dispatcher", task)["overdue"] is True
    assert walk.listed("dispatcher", "tasks", overdue="true") == {task["id"], task["id"] - 1}
    version = walk.see_task("dispatcher", task)["version"]
    later = {"due_at": "2027-12-31T18:00:00+08:00", "reason": "等进口配件"}
    assert set(
        as_("dispatcher")
        .api.patch(f"/tasks/{task['id']}", {"due_at": later["due_at"]}, version=version, status=422)
        .json["errors"]
    ) == {"reason"}
    moved = as_("dispatcher").api.patch(f"/tasks/{task['id']}", later, version=version, status=200).json
    assert moved["overdue"] is False


def test_what_waits_too_long_is_settled_by_the_system(walk, deployment):
    asked, solved = walk.report(), walk.report()
    walk.repair("reviewer", asked, "ask_more", question="在哪里?")
    task = walk.to_assigned(walk.approve(solved))
    walk.to_completed(task)
    walk.task("followup_clerk", task, "follow_up", **FOLLOW_UP)
    walk.wait(days=200)
    with worker.Worker(deployment) as running:
        for _round in range(20):
            running.run_once()
    walk.sign_in_again()
    assert walk.see_repair("reviewer", asked)["state"] == "closed"
    assert walk.see_repair("reviewer", solved)["state"] == "closed"
    assert walk.see_task("followup_clerk", task)["state"] == "closed"
    assert walk.steps("reviewer", f"/repairs/{asked['id']}")[-1]["who_kind"] == "system"


def test_approval_and_completion_move_the_piece(walk, as_, world):
    path = f"/equipment/{world.pieces['one_1'].id}"

    def state():
        return as_("dispatcher").api.get(path, status=200).json["state"]

    task = walk.approve(walk.report())
    assert state() == "faulty"
    walk.to_assigned(task)
    walk.to_repairing(task)
    assert state() == "repairing"
    walk.task("repairer", task, "complete", **COMPLETE)
    assert state() == "normal"
    as_("host_unit").api.act(path, "stop_use", {"reason": "立柱开裂"}, status=200)
    assert state() == "out_of_use"
