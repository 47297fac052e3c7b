"""Quotations: written, sent, answered; and the repair that waits for the answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from shuhua_core.accounts.permissions import Permission
from shuhua_core.audit.models import AuditEntry
from shuhua_core.kernel.errors import Invalid, NotAllowed, NotFound, VersionStale, WrongState
from shuhua_core.kernel.workflow import problems
from shuhua_core.messages.audience import Happening
from shuhua_core.messages.compose import Told, message_rows
from shuhua_core.quotations.events import QuotationEvent
from shuhua_core.quotations.machine import MACHINE, QUOTATION_TABLE
from shuhua_core.quotations.models import Quotation
from shuhua_core.quotations.schema import ACTION_SCHEMAS
from shuhua_core.quotations.service import QuotationService
from shuhua_core.testing.flow import COMPLETE

from .conftest import LINES

CALL = {"answered_by": "王女士", "note": "回拨 138****0000"}


def test_the_table_can_be_put_in_force():
    found = problems(
        QUOTATION_TABLE,
        permissions={*Permission, "system"},
        schemas=ACTION_SCHEMAS,
        events=set(QuotationEvent),
        guards=MACHINE.guards,
    )
    assert found == []


def test_out_of_warranty_a_repair_begins_only_after_the_customers_consent(flow):
    task = flow.accepted_task()
    assert task.consent == "needed"
    with pytest.raises(WrongState, match="accepted a quotation"):
        flow.task("repairer", task, "start")
    quotation = flow.sent(task)
    with pytest.raises(WrongState):
        flow.task("repairer", task, "start")
    flow.act("customer", quotation, "accept")
    assert (quotation.state, quotation.answered_way, task.consent) == ("accepted", "online", "given")
    assert flow.task("repairer", task, "start").started_at is not None


def test_in_warranty_nothing_is_quoted_and_nothing_waits(flow):
    task = flow.accepted_task(in_warranty=True)
    assert task.consent == "not_needed"
    with pytest.raises(WrongState, match="needs no quotation"):
        flow.quote(task)
    flow.task("repairer", task, "start")


def test_without_a_consent_no_repair_is_reported_as_done_but_that_nothing_was_found_is(flow):
    task = flow.accepted_task()
    for action in ("take", "depart", "arrive"):
        flow.task("repairer", task, action)
    with pytest.raises(Invalid) as refused:
        flow.task("repairer", task, "complete", **COMPLETE)
    assert "result" in refused.value.errors
    assert flow.task("repairer", task, "complete", **{**COMPLETE, "result": "no_fault"}).completed_at is not None


def test_lines_are_summed_and_kept_in_their_order(flow):
    quotation = flow.quote(flow.accepted_task(), warranty_months=6)
    assert quotation.number.startswith("BJ")
    assert quotation.total == Decimal("310.50")
    lines = QuotationService(flow.context("agent_manager")).lines([quotation.id])[quotation.id]
    assert [(line.place, line.kind, line.quantity, line.amount) for line in lines] == [
        (1, "labour", Decimal("1.50"), Decimal("180.00")),
        (2, "part", Decimal("2.00"), Decimal("70.50")),
        (3, "travel", Decimal("1.00"), Decimal("60.00")),
    ]
    assert (quotation.valid_until - flow.ctx.now.date()).days in {15, 16}


def test_nobody_outside_sees_a_draft_and_the_customer_sees_what_was_sent(flow):
    quotation = flow.quote(flow.accepted_task())
    for login in ("customer", "host_unit", "agent_manager_2", "repairer_2", "customer_2"):
        with pytest.raises(NotFound):
            QuotationService(flow.context(login)).get(quotation.id)
    for login in ("agent_manager", "repairer", "dispatcher", "call_centre"):
        assert QuotationService(flow.context(login)).get(quotation.id) is quotation
    flow.act("agent_manager", quotation, "send")
    assert QuotationService(flow.context("customer")).get(quotation.id) is quotation
    for login in ("agent_manager_2", "repairer_2", "customer_2"):
        with pytest.raises(NotFound):
            QuotationService(flow.context(login)).get(quotation.id)


def test_a_repairer_quotes_for_their_own_task_and_consents_to_nothing(flow):
    task = flow.accepted_task()
    with pytest.raises(NotFound):
        flow.quote(task, "repairer_2")
    quotation = flow.act("repairer", flow.quote(task, "repairer"), "send")
    assert (quotation.state, quotation.author_id) == ("sent", flow.world.users["repairer"])
    for action, data in (("accept", {}), ("decline", {"reason": "不要"})):
        with pytest.raises(NotAllowed):
            flow.act("repairer", quotation, action, **data)


def test_the_unit_does_not_consent_for_the_customer_nor_record_a_call(flow):
    quotation = flow.sent(flow.accepted_task())
    for action, data in (("accept", {}), ("record_call", {**CALL, "agreed_at": flow.ctx.now.isoformat()})):
        with pytest.raises(NotAllowed):
            flow.act("agent_manager", quotation, action, **data)


def test_the_dispatcher_quotes_before_anybody_has_the_task(flow):
    task = flow.approve(flow.report(), in_warranty=False)
    quotation = flow.sent(task, "dispatcher")
    with pytest.raises(NotFound):
        QuotationService(flow.context("agent_manager")).get(quotation.id)
    flow.to_assigned(task)
    assert QuotationService(flow.context("agent_manager")).get(quotation.id) is quotation
    assert QuotationService(flow.context("repairer")).get(quotation.id) is quotation
    flow.task("dispatcher", task, "recall", reason="改派")
    with pytest.raises(NotFound):
        QuotationService(flow.context("agent_manager")).get(quotation.id)


def test_a_draft_is_written_anew_in_place(flow):
    quotation = flow.quote(flow.accepted_task())
    same = flow.change("agent_manager", quotation, lines=LINES[:1], note="含税")
    assert same is quotation
    assert (quotation.total, quotation.note, quotation.edition, quotation.version) == (Decimal("180.00"), "含税", 1, 2)
    entry = flow.ctx.session.scalars(select(AuditEntry).where(AuditEntry.event == QuotationEvent.CHANGED)).one()
    assert entry.detail["changes"] == {"total": ["310.50", "180.00"]}


def test_a_change_of_what_was_sent_is_a_new_version_and_the_old_one_is_withdrawn(flow):
    task = flow.accepted_task()
    first = flow.sent(task)
    second = flow.change("agent_manager", first, lines=LINES[:1])
    assert (first.state, first.total) == ("withdrawn", Decimal("310.50"))
    assert (second.state, second.edition, second.number) == ("draft", 2, f"{first.number}-2")
    assert task.consent == "needed"
    with pytest.raises(WrongState):
        flow.act("customer", first, "accept")
    flow.act("agent_manager", second, "send")
    flow.act("customer", second, "accept")
    assert task.consent == "given"


def test_what_the_customer_agreed_to_never_changes(flow):
    task = flow.accepted_task()
    quotation = flow.act("customer", flow.sent(task), "accept")
    with pytest.raises(WrongState):
        flow.change("agent_manager", quotation, lines=LINES[:1])
    with pytest.raises(WrongState):
        flow.act("agent_manager", quotation, "withdraw", reason="写错了")
    assert quotation.total == Decimal("310.50")
    further = flow.sent(task, lines=LINES[:1])
    flow.act("customer", further, "decline", reason="不需要")
    assert task.consent == "given"


def test_one_quotation_of_a_task_is_open_at_a_time(flow):
    task = flow.accepted_task()
    flow.quote(task)
    with pytest.raises(WrongState, match="still open"):
        flow.quote(task)


def test_two_who_change_the_same_draft_are_told(flow):
    quotation = flow.quote(flow.accepted_task())
    seen = quotation.version
    flow.change("agent_manager", quotation)
    with pytest.raises(VersionStale):
        QuotationService(flow.context("agent_manager")).change(quotation.id, {"lines": LINES}, expected_version=seen)


def test_a_declined_quotation_is_told_to_the_dispatcher_who_may_waive_the_charge(flow):
    task = flow.accepted_task()
    quotation = flow.act("customer", flow.sent(task), "decline", reason="太贵了")
    assert (quotation.reason, task.consent) == ("太贵了", "refused")
    with pytest.raises(WrongState, match="declined"):
        flow.task("repairer", task, "start")
    told = told_of(flow, quotation, QuotationEvent.DECLINED)
    assert told[flow.world.users["dispatcher"]] == "quotation_declined"
    assert told[flow.world.users["agent_manager"]] == "quotation_refused"
    assert flow.world.users["agent_manager_2"] not in told
    with pytest.raises(NotAllowed):
        flow.waive("agent_manager", task)
    waiver = flow.waive("dispatcher", task)
    assert (waiver.state, waiver.total, waiver.reason, task.consent) == ("waived", Decimal("0.00"), "老客户优惠", "waived")
    flow.task("repairer", task, "start")


def told_of(flow, quotation, event):
    """Notice by user."""
    told = Told("1", event, "quotation", quotation.id, quotation.number, {"total": "310.50"}, None, flow.ctx.now)
    rows = message_rows(Happening(flow.ctx.session, "quotation", quotation.id, quotation.number, told.values), told)
    return {row["user_id"]: row["notice"] for row in rows}


def test_the_customer_is_told_of_what_was_sent_with_the_amount(flow):
    quotation = flow.sent(flow.accepted_task())
    assert set(told_of(flow, quotation, QuotationEvent.SENT)) >= {flow.world.users["customer"]}
    assert flow.world.users["customer_2"] not in told_of(flow, quotation, QuotationEvent.SENT)


def test_a_waiver_in_error_is_withdrawn_by_who_may_waive(flow):
    task = flow.accepted_task()
    waiver = flow.waive("dispatcher", task)
    with pytest.raises(WrongState):
        flow.waive("dispatcher", task)
    with pytest.raises(WrongState, match="free of charge"):
        flow.quote(task)
    with pytest.raises(WrongState):
        flow.act("agent_manager", waiver, "withdraw", reason="要收费")
    flow.act("dispatcher", waiver, "withdraw", reason="登记有误")
    assert task.consent == "needed"


def test_a_waiver_withdraws_what_is_open(flow):
    task = flow.accepted_task()
    quotation = flow.sent(task)
    flow.waive("dispatcher", task)
    assert (quotation.state, task.consent) == ("withdrawn", "waived")


def test_consent_by_telephone_is_recorded_with_who_when_and_how(flow):
    task = flow.accepted_task()
    quotation = flow.sent(task)
    later = (flow.ctx.now + timedelta(days=1)).isoformat()
    for agreed_at in (later, (flow.ctx.now - timedelta(days=1)).isoformat()):
        with pytest.raises(Invalid) as refused:
            flow.act("call_centre", quotation, "record_call", **CALL, agreed_at=agreed_at)
        assert "agreed_at" in refused.value.errors
    agreed = flow.context("call_centre").now
    flow.act("call_centre", quotation, "record_call", **CALL, agreed_at=agreed.isoformat())
    assert (quotation.answered_way, quotation.answered_by, quotation.answered_at) == ("phone", "王女士", agreed)
    step = QuotationService(flow.context("call_centre")).timeline(quotation)[-1]
    assert (step.action, step.actor_id, step.input["answered_by"]) == ("record_call", flow.world.users["call_centre"], "王女士")
    assert task.consent == "given"


def test_a_refusal_by_telephone_is_recorded_too(flow):
    task = flow.accepted_task()
    flow.act("call_centre", flow.sent(task), "record_refusal", answered_by="王女士", reason="自行处理")
    assert task.consent == "refused"


def test_a_signed_paper_is_recorded_with_its_picture(flow):
    quotation = flow.sent(flow.accepted_task())
    paper = {"answered_by": "王女士", "signed_on": flow.ctx.now.date().isoformat()}
    with pytest.raises(Invalid) as refused:
        flow.act("agent_manager", quotation, "record_paper", **paper)
    assert "media_ids" in refused.value.errors
    with pytest.raises(Invalid):
        flow.act("agent_manager", quotation, "record_paper", **paper, media_ids=[987654])


def test_an_unanswered_quotation_expires_after_its_last_day(flow):
    task = flow.accepted_task()
    quotation = flow.sent(task, valid_until=flow.ctx.now.date().isoformat())
    assert QuotationService(flow.context("system")).expire_due() == 0
    flow.ctx.deployment.clock.set(flow.ctx.now + timedelta(days=2))
    with pytest.raises(WrongState, match="valid until"):
        flow.act("customer", quotation, "accept")
    assert QuotationService(flow.context("system")).expire_due() == 1
    assert (quotation.state, task.consent) == ("expired", "needed")
    assert flow.change("agent_manager", quotation).edition == 2


def test_a_cancelled_task_asks_nobody_any_longer(flow):
    task = flow.accepted_task()
    quotation = flow.sent(task)
    flow.task("dispatcher", task, "cancel", reason="客户不修了")
    assert quotation.state == "withdrawn"
    with pytest.raises(WrongState):
        flow.quote(task)


def test_a_request_out_of_warranty_that_joins_a_task_in_warranty_needs_a_consent(flow):
    task = flow.approve(flow.report())
    other = flow.report("customer", "one_2")
    flow.approve(other, in_warranty=False, task_id=task.id)
    assert task.consent == "needed"
    quotation = flow.quote(task, "dispatcher")
    assert quotation.repair_id == other.id
    with pytest.raises(Invalid):
        flow.change("dispatcher", quotation, repair_id=flow.report("customer", "one_1").id)


def test_where_quotations_are_not_required_the_repair_begins_without(ctx, flow, monkeypatch):
    settings = replace(ctx.deployment.settings, quotations_required=False)
    monkeypatch.setitem(ctx.session.info, "deployment", replace(ctx.deployment, settings=settings))
    task = flow.accepted_task()
    assert task.consent == "not_needed"
    quotation = flow.sent(task)
    assert task.consent == "needed"
    flow.act("agent_manager", quotation, "withdraw", reason="不收费")
    assert task.consent == "not_needed"
    flow.task("repairer", task, "start")


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"lines": []}, "lines"),
        ({"lines": [LINES[0]] * 31}, "lines"),
        ({"lines": [{**LINES[0], "unit_price": "-1"}]}, "lines.0.unit_price"),
        ({"lines": [{**LINES[0], "unit_price": "10000000"}]}, "lines.0.unit_price"),
        ({"lines": [{**LINES[0], "unit_price": 12}]}, "lines.0.unit_price"),
        ({"lines": [{**LINES[0], "unit_price": "1.005"}]}, "lines.0.unit_price"),
        ({"lines": [{**LINES[0], "quantity": "0"}]}, "lines.0.quantity"),
        ({"lines": [{**LINES[0], "quantity": "-1"}]}, "lines.0.quantity"),
        ({"lines": [{**LINES[0], "quantity": "10000"}]}, "lines.0.quantity"),
        ({"lines": [{**LINES[0], "quantity": "1e3"}]}, "lines.0.quantity"),
        ({"lines": [{**LINES[0], "text": "长" * 201}]}, "lines.0.text"),
        ({"lines": [{**LINES[0], "text": " "}]}, "lines.0.text"),
        ({"lines": [{**LINES[0], "kind": "bribe"}]}, "lines.0.kind"),
        ({"lines": [{**LINES[0], "amount": "1"}]}, "lines.0.amount"),
        ({"lines": [{**LINES[0], "unit_price": "0"}]}, "lines"),
        ({"lines": [{**LINES[0], "quantity": "9999", "unit_price": "9999999"}]}, "lines"),
        ({"valid_until": "2000-01-01"}, "valid_until"),
        ({"valid_until": "2999-01-01"}, "valid_until"),
        ({"warranty_months": -1}, "warranty_months"),
        ({"warranty_months": 121}, "warranty_months"),
        ({"note": "长" * 1001}, "note"),
        ({"total": "1"}, "total"),
        ({"repair_id": 987654}, "repair_id"),
    ],
)
def test_what_makes_no_quotation_is_refused_at_its_field(flow, data, field):
    task = flow.accepted_task()
    with pytest.raises(Invalid) as refused:
        flow.quote(task, **data)
    assert field in refused.value.errors
    assert list(flow.ctx.session.scalars(select(Quotation))) == []


def test_every_step_of_a_quotation_and_of_the_consent_is_in_the_log(flow):
    task = flow.accepted_task()
    flow.act("customer", flow.sent(task), "accept")
    rows = flow.ctx.session.execute(
        select(AuditEntry.event, AuditEntry.actor_id).where(AuditEntry.record_kind == "quotation").order_by(AuditEntry.id)
    ).all()
    manager, customer = flow.world.users["agent_manager"], flow.world.users["customer"]
    assert [tuple(row) for row in rows] == [
        (QuotationEvent.DRAFTED, manager),
        (QuotationEvent.SENT, manager),
        (QuotationEvent.ACCEPTED, customer),
    ]
    settled = flow.ctx.session.scalars(select(AuditEntry).where(AuditEntry.event == "tasks.consent_settled")).all()
    assert [entry.detail["changes"]["consent"] for entry in settled] == [["needed", "given"]]
