"""A quotation written on the phone before the piece: without a network, exactly once, and the customer has it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from shuhua_core.kernel.actor import SYSTEM
from shuhua_core.quotations.models import Quotation
from shuhua_core.quotations.service import QuotationService
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.tasks.models import Task
from shuhua_core.testing.flow import Flow
from shuhua_core.testing.world import PASSWORD
from shuhua_web.layout import Assets
from tests.browser import mobile_phone as phone
from tests.browser.axe import faults

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not Assets().built, reason="the front end is not built"),
]


@pytest.fixture
def dear(deployment, world) -> int:
    """A repairer's task out of warranty, for which nobody has quoted."""
    with deployment.database.write() as session:
        world.session = session
        flow = Flow(deployment.context(session, SYSTEM), world)
        return flow.to_assigned(flow.approve(flow.report(symptom="立柱锈蚀"), in_warranty=False)).id


def write(page: Page, *lines: tuple[str, str, str, str]) -> None:
    """Kind, words, quantity and price of each line, as fingers type them."""
    for place, (kind, text, quantity, price) in enumerate(lines):
        if place == page.locator("[data-line]").count():
            page.get_by_role("button", name="增加一项").click()
        line = page.locator(f'[data-line="{place}"]')
        line.locator("label.choice", has_text=kind).click()
        line.locator(f"[name=text-{place}]").fill(text)
        line.locator(f"[name=quantity-{place}]").fill(quantity)
        line.locator(f"[name=unit_price-{place}]").fill(price)


def save(page: Page, action: str) -> None:
    """Press ``draft`` or ``send`` below the form, which leads back to where it was opened."""
    address = page.url
    page.locator(f'.page-foot [data-action="{action}"]').click()
    page.wait_for_function("address => location.href !== address", arg=address)


def quotations(deployment) -> list[tuple[str, Decimal, str]]:
    """Number, sum and state of what the server has."""
    with deployment.database.read() as session:
        return [(each.number, each.total, each.state) for each in session.query(Quotation).order_by(Quotation.id)]


def test_a_quotation_written_without_a_network_by_an_app_that_was_killed_reaches_its_customer_once(
    pocket, browser, address, deployment, dear
):
    page = phone.sign_in(pocket, "repairer", PASSWORD)
    phone.await_worker(page)
    page.locator(f'[data-task="{dear}"]').click()
    expect(page.locator(".facts")).to_contain_text("待客户同意报价")
    pocket.set_offline(True)
    page.locator('[data-action="quote"]').click()
    # Half up to the fen, as trade rounds: 1.5 x 0.35 is 0.525.
    write(page, ("人工费", "上门维修", "１．５", "¥120"), ("配件费", "轴承 6204", "2", "35.25"), ("其他", "垫片", "1.5", "0.35"))
    expect(page.locator("[data-total]")).to_have_text("¥251.03")
    page.fill("[name=warranty_months]", "6")
    page.fill("[name=note]", "含一年内免费上门一次")
    assert faults(page) == []
    assert phone.narrow_targets(page) == []
    page.wait_for_timeout(400)  # a change is on disk within a quarter of a second
    phone.kill(page)

    page = pocket.new_page()
    page.goto("/m/#/queue")
    page.locator(".draft-open", has_text="填写报价单").click()
    expect(page.locator("[name=text-1]")).to_have_value("轴承 6204")
    expect(page.locator("[data-total]")).to_have_text("¥251.03")
    save(page, "draft")
    page.goto(f"/m/#/task/{dear}")
    waiting = page.locator("[data-written]")
    expect(waiting).to_contain_text("¥251.03")
    expect(page.locator('[data-action="quote"]')).to_have_count(0)
    assert faults(page) == []
    assert phone.narrow_targets(page) == []
    waiting.locator('[data-action="send"]').click()
    expect(waiting.locator("[data-item]")).to_have_count(2)

    # The answer to the writing is lost on the way: it is asked again, under its key.
    lost: list[int] = []

    def lose(route):
        answer = route.fetch()
        lost.append(answer.status)
        route.fulfill(response=answer) if len(lost) > 1 else route.abort()

    pocket.route("**/tasks/*/quotations", lose)
    pocket.set_offline(False)
    page.goto("/m/#/queue")
    expect(page.locator('[data-state="done"]')).to_have_count(2, timeout=40_000)
    assert lost == [201, 201]
    assert quotations(deployment) == [(quotations(deployment)[0][0], Decimal("251.03"), "sent")]
    page.goto(f"/m/#/task/{dear}")
    mine = page.locator("[data-quotation]")
    expect(mine).to_contain_text("已发送")
    expect(mine).to_contain_text("¥251.03")
    expect(page.locator('[data-action="quote"]')).to_have_count(0)

    theirs = phone.context(browser, address)
    page = phone.sign_in(theirs, "customer", PASSWORD)
    with deployment.database.read() as session:
        repair = session.query(RepairRequest).one().id
    expect(page.locator(f'[data-repair="{repair}"] [data-asked]')).to_have_text("报价 ¥251.03，请您确认")
    assert faults(page) == []
    page.goto(f"/m/#/repair/{repair}")
    expect(page.locator("[data-quotation]")).to_contain_text("¥251.03")
    expect(page.locator('[data-action="requote"]')).to_have_count(0)
    page.locator('[data-action="accept"]').click()
    phone.send(page)
    expect(page.locator("[data-quotation]")).to_contain_text("已同意", timeout=20_000)
    page.goto("/m/#/queue")  # the record shows what is to come before the server has heard of it
    expect(page.locator('[data-state="done"]')).to_have_count(1, timeout=20_000)
    theirs.close()
    with deployment.database.read() as session:
        assert session.get_one(Task, dear).consent == "given"


def test_what_is_wrong_is_said_at_its_line_and_what_stood_in_the_way_leaves_what_was_typed(pocket, deployment, world, dear):
    page = phone.sign_in(pocket, "agent_manager", PASSWORD)
    page.goto(f"/m/#/task/{dear}")
    page.locator('[data-action="quote"]').click()
    write(page, ("人工费", "", "0", "12.345"))
    page.locator('.page-foot [data-action="draft"]').click()
    line = page.locator('[data-line="0"]')
    for words in ("此项必填", "请填写数量", "请填写单价"):
        expect(line).to_contain_text(words)
    write(page, ("人工费", "上门维修", "1", "120"), ("配件费", "轴承", "1", ""))
    page.locator('[data-line="1"] .row-remove').click()
    expect(page.locator("[data-total]")).to_have_text("¥120.00")
    pocket.set_offline(True)
    save(page, "send")
    expect(page.locator("[data-written]")).to_contain_text("¥120.00")
    # Meanwhile the office quotes for the same work.
    with deployment.database.write() as session:
        world.session = session
        flow = Flow(deployment.context(session, SYSTEM), world)
        service = QuotationService(flow.context("dispatcher"))
        lines = [{"kind": "labour", "text": "检修", "quantity": "1", "unit_price": "99"}]
        service.act(service.create(dear, {"lines": lines}).id, "send")
    pocket.set_offline(False)
    page.goto("/m/#/queue")
    stuck = page.locator('[data-state="conflict"]')
    expect(stuck).to_contain_text("还有未结束的报价单", timeout=20_000)
    # What builds on it waits, and nothing is lost.
    expect(page.locator('[data-state="waiting"]')).to_contain_text("等待")
    assert [total for _number, total, _state in quotations(deployment)] == [Decimal("99.00")]
    with deployment.database.write() as session:
        world.session = session
        flow = Flow(deployment.context(session, SYSTEM), world)
        QuotationService(flow.context("dispatcher")).act(session.query(Quotation).one().id, "withdraw", {"reason": "以现场为准"})
    stuck.get_by_role("button", name="修改").click()
    expect(page.locator("[name=text-0]")).to_have_value("上门维修")
    page.fill("[name=unit_price-0]", "110.5")
    phone.send(page)
    page.goto("/m/#/queue")
    expect(page.locator('[data-state="done"]')).to_have_count(2, timeout=30_000)
    assert [(total, state) for _number, total, state in quotations(deployment)] == [
        (Decimal("99.00"), "withdrawn"),
        (Decimal("110.50"), "sent"),
    ]


def test_a_draft_is_changed_and_one_that_was_sent_becomes_a_new_version(pocket, deployment, dear):
    page = phone.sign_in(pocket, "repairer", PASSWORD)
    page.goto(f"/m/#/task/{dear}")
    page.locator('[data-action="quote"]').click()
    write(page, ("人工费", "上门维修", "1", "100"))
    save(page, "draft")
    card = page.locator("[data-quotation]")
    expect(card).to_contain_text("草稿", timeout=20_000)
    card.locator('[data-action="requote"]').click()
    expect(page.locator("[name=unit_price-0]")).to_have_value("100.00")
    page.fill("[name=unit_price-0]", "90")
    save(page, "send")
    expect(card).to_contain_text("已发送", timeout=20_000)
    expect(card).to_contain_text("¥90.00")
    card.get_by_role("button", name="重新报价").click()
    expect(page.locator(".notice").last).to_contain_text("将撤回")
    page.fill("[name=unit_price-0]", "80")
    save(page, "send")
    expect(page.locator("[data-quotation]", has_text="¥80.00")).to_contain_text("已发送", timeout=20_000)
    expect(card).to_have_count(1)
    found = quotations(deployment)
    assert [(total, state) for _number, total, state in found] == [(Decimal("90.00"), "withdrawn"), (Decimal("80.00"), "sent")]
    assert found[1][0] == f"{found[0][0]}-2"
