"""A request from its report to its close, and every way it may leave the straight path."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shuhua_core.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from shuhua_core.kernel.steps import steps_of
from shuhua_core.repairs.service import RepairService
from shuhua_core.tasks.service import TaskService
from shuhua_core.testing.flow import COMPLETE, FOLLOW_UP


def test_straight_path_from_report_to_close(flow):
    repair = flow.report()
    assert repair.number.startswith("BX20261122-")
    assert (repair.state, repair.division_code, repair.organisation_path) == (
        "pending_review",
        "350582",
        flow.world.units["branch"].path,
    )
    task = flow.approve(repair, severity="high")
    assert (repair.state, task.state, task.severity) == ("in_progress", "unallocated", "high")
    assert task.due_at - task.created_at == timedelta(hours=72)
    assert flow.world.pieces["one_1"].state == "faulty"
    flow.to_assigned(task)
    flow.task("repairer", task, "take")
    flow.task("repairer", task, "depart", position={"longitude": 118.57, "latitude": 24.8})
    flow.task("repairer", task, "arrive")
    flow.task("repairer", task, "start")
    assert flow.world.pieces["one_1"].state == "repairing"
    flow.task("repairer", task, "feedback", text="已拆下旧轴承")
    flow.task("repairer", task, "complete", **COMPLETE)
    assert (task.state, repair.state) == ("completed", "resolved")
    assert flow.world.pieces["one_1"].state == "normal"
    flow.task("followup_clerk", task, "follow_up", **FOLLOW_UP)
    flow.task("followup_clerk", task, "close")
    flow.repair("customer", repair, "confirm")
    assert (task.state, repair.state, task.satisfaction) == ("closed", "closed", 467)
    actions = [step.action for step in steps_of(flow.ctx.session, "task", task.id)]
    assert actions == [
        *("create", "allocate", "accept", "assign", "take", "depart", "arrive", "start"),
        *("feedback", "complete", "follow_up", "close"),
    ]
    assert [step.action for step in steps_of(flow.ctx.session, "repair", repair.id)] == [
        "create",
        "approve",
        "resolve",
        "confirm",
    ]
    assert repair.first_action_at > repair.created_at


def test_rejection_keeps_its_reason_and_the_reporter_may_reopen_for_some_time(flow, clock):
    repair = flow.report()
    with pytest.raises(Invalid) as error:
        flow.repair("reviewer", repair, "reject")
    assert set(error.value.errors) == {"reason"}
    assert repair.state == "pending_review"
    flow.repair("reviewer", repair, "reject", reason="非本公司器材")
    assert (repair.state, repair.answer) == ("rejected", "非本公司器材")
    flow.repair("customer", repair, "reopen", reason="铭牌上是贵公司")
    assert repair.state == "pending_review"
    flow.repair("reviewer", repair, "reject", reason="仍非本公司器材")
    clock.set(clock.now() + timedelta(days=40))
    with pytest.raises(WrongState):
        flow.repair("customer", repair, "reopen", reason="还是坏的")
    flow.repair("reviewer", repair, "reopen", reason="核实后属实")
    assert repair.state == "pending_review"


def test_asking_for_more_and_supplying_or_letting_it_expire(flow, clock):
    repair = flow.report()
    flow.repair("reviewer", repair, "ask_more", question="哪一台?")
    assert (repair.state, repair.question) == ("need_info", "哪一台?")
    flow.repair("call_centre", repair, "supply", text="左边那台")
    assert repair.state == "pending_review"
    flow.repair("reviewer", repair, "ask_more", question="有照片吗?")
    assert RepairService(flow.context("system")).settle_due() == 0
    clock.set(clock.now() + timedelta(days=15))
    assert RepairService(flow.context("system")).settle_due() == 1
    assert repair.state == "closed"


def test_answering_without_a_task_and_confirmation_by_time(flow, clock):
    repair = flow.report()
    flow.repair("call_centre", repair, "answer", answer="请先松开锁扣")
    assert repair.state == "resolved"
    clock.set(clock.now() + timedelta(days=8))
    assert RepairService(flow.context("system")).settle_due() == 1
    assert repair.state == "closed"


def test_several_requests_share_one_task_and_settle_together(flow):
    first, second = flow.report(), flow.report("inspector")
    task = flow.approve(first)
    flow.approve(second, task_id=task.id)
    assert flow.tasks(second) == [task]
    flow.to_assigned(task)
    flow.to_completed(task)
    assert (first.state, second.state) == ("resolved", "resolved")


def test_merge_moves_open_tasks_to_a_target_in_progress(flow):
    first, second = flow.report(), flow.report("inspector")
    task_of_first = flow.approve(first)
    task_of_second = flow.approve(second)
    flow.repair("reviewer", second, "merge", target_id=first.id)
    assert (second.state, second.merged_into_id) == ("merged", first.id)
    assert flow.tasks(first) == [task_of_first, task_of_second]
    flow.repair("reviewer", second, "unmerge", reason="不是同一台")
    assert (second.state, second.merged_into_id) == ("pending_review", None)


def test_merge_cancels_tasks_when_asked_and_refuses_a_settled_or_foreign_target(flow):
    first, second, foreign = flow.report(), flow.report("inspector"), flow.report("customer_other", "other_1")
    task = flow.approve(second)
    with pytest.raises(Invalid):
        flow.repair("reviewer", second, "merge", target_id=first.id)  # open tasks would run for an unapproved request
    with pytest.raises(Invalid):
        flow.repair("reviewer", second, "merge", target_id=second.id)
    with pytest.raises(Invalid):
        flow.repair("reviewer", second, "merge", target_id=foreign.id)
    assert (second.state, task.state) == ("in_progress", "unallocated")


def test_merge_with_cancellation(flow):
    first, second = flow.report(), flow.report("inspector")
    task = flow.approve(second)
    flow.repair("reviewer", second, "merge", target_id=first.id, open_tasks="cancel")
    assert (task.state, second.state, first.state) == ("cancelled", "merged", "pending_review")


def test_all_tasks_cancelled_sends_the_request_back_to_review(flow):
    repair = flow.report()
    task = flow.approve(repair)
    flow.task("dispatcher", task, "cancel", reason="重复")
    assert repair.state == "pending_review"
    again = flow.approve(repair)
    assert again.id != task.id


def test_one_of_two_tasks_cancelled_still_resolves(flow):
    repair = flow.report()
    first = flow.approve(repair)
    flow.repair("dispatcher", repair, "add_task", note="地面也要修")
    second = flow.tasks(repair)[-1]
    assert second.symptom == "地面也要修"
    flow.to_assigned(first)
    flow.to_completed(first)
    assert repair.state == "in_progress"
    flow.task("dispatcher", second, "cancel", reason="由市政处理")
    assert repair.state == "resolved"


def test_dispute_and_rework_bring_the_request_back_to_work(flow):
    repair = flow.report()
    task = flow.approve(repair)
    flow.to_assigned(task)
    flow.to_completed(task)
    flow.repair("customer", repair, "dispute", reason="还在响")
    assert repair.state == "in_progress"
    flow.task("dispatcher", task, "rework", reason="客户有异议")
    flow.task("repairer", task, "start")
    flow.task("repairer", task, "complete", **COMPLETE)
    assert (task.state, repair.state) == ("completed", "resolved")
    flow.task("followup_clerk", task, "rework", reason="电话中称仍松动")
    assert (task.state, repair.state) == ("rework", "in_progress")


def test_withdrawing_before_and_asking_for_it_during_the_work(flow):
    early = flow.report()
    flow.repair("customer", early, "withdraw")
    assert early.state == "withdrawn"
    late = flow.report()
    flow.approve(late)
    with pytest.raises(WrongState):
        flow.repair("customer", late, "withdraw")
    flow.repair("customer", late, "ask_withdraw", reason="已自行修好")
    assert late.state == "in_progress"


def test_strangers_do_not_find_the_request_and_roles_do_not_do_each_others_work(flow):
    repair = flow.report()
    for stranger in ("customer_2", "customer_other", "reviewer_other", "agent_manager", "repairer", "collector", "auditor"):
        with pytest.raises(NotFound):
            RepairService(flow.context(stranger)).get(repair.id)
    for colleague in ("dispatcher", "call_centre", "leader", "authority", "customer"):
        with pytest.raises(NotAllowed):
            flow.repair(colleague, repair, "approve", severity="normal", in_warranty=True)
    assert repair.state == "pending_review"


def test_a_caller_is_kept_as_a_contact_of_the_customer(flow):
    world = flow.world
    intake = {
        "symptom": "坐垫破损",
        "equipment_id": world.pieces["one_1"].id,
        "caller_name": "测试来电",
        "caller_phone": "+86 139 0000 7777",
    }
    repair = RepairService(flow.context("call_centre")).intake(intake)
    again = RepairService(flow.context("call_centre")).intake(intake)
    assert (repair.caller_phone, repair.customer_id) == ("13900007777", world.customers["one"].id)
    assert repair.contact_id == again.contact_id
    with pytest.raises(Invalid) as error:
        RepairService(flow.context("call_centre")).intake({**intake, "caller_phone": "12"})
    assert set(error.value.errors) == {"caller_phone"}
    with pytest.raises(Invalid):
        RepairService(flow.context("call_centre_other")).intake(intake)


def test_public_report_by_code_needs_no_account_and_its_token_is_not_kept(flow):
    from shuhua_core.accounts.actors import public_actor

    session = flow.ctx.session
    ctx = flow.ctx.deployment.context(session, public_actor(session))
    code = flow.world.pieces["one_1"].code
    repair = RepairService(ctx).report_public({"code": code.lower(), "symptom": "转盘卡住"}, token="t" * 32, space="s")
    assert (repair.channel, repair.equipment_id, repair.reporter_id) == ("public", flow.world.pieces["one_1"].id, None)
    assert RepairService(ctx).by_token("t" * 32) == repair.id
    assert "t" * 32 not in str(vars(repair))
    with pytest.raises(NotFound):
        RepairService(ctx).get(repair.id)
    holder = flow.ctx.deployment.context(session, public_actor(session, holds=[("repair", repair.id)]))
    assert RepairService(holder).get(repair.id) is repair
    with pytest.raises(Invalid):
        RepairService(ctx).report_public({"code": "22222223", "symptom": "转盘卡住"}, token="u" * 32, space="s")


def test_unknown_action_and_unknown_field_are_told_apart(flow):
    repair = flow.report()
    with pytest.raises(NotFound):
        flow.repair("reviewer", repair, "explode")
    with pytest.raises(Invalid) as error:
        flow.repair("reviewer", repair, "reject", reason="不是我们的", state="closed")
    assert set(error.value.errors) == {"state"}
    assert TaskService(flow.ctx).tasks_of(repair.id) == []
