"""Messages on the phone: what they say, and where they lead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from shuhua_core.kernel.actor import SYSTEM
from shuhua_core.kernel.clock import SystemClock
from shuhua_core.quotations.service import QuotationService
from shuhua_core.testing.flow import Flow
from shuhua_core.testing.world import PASSWORD
from shuhua_core.worker import Worker
from shuhua_web.layout import Assets
from tests.browser import mobile_phone as phone
from tests.browser.axe import faults

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not Assets().built, reason="the front end is not built"),
]


@pytest.fixture
def pocket(browser: Browser, address: str) -> Iterator[BrowserContext]:
    """A phone."""
    context = phone.context(browser, address)
    yield context
    context.close()


@pytest.fixture
def accepted(deployment, world) -> int:
    """The task whose quotation the customer has accepted; everybody concerned has been told."""
    living = replace(deployment, clock=SystemClock())
    with living.database.write() as session:
        world.session = session
        flow = Flow(living.context(session, SYSTEM), world)
        task = flow.to_assigned(flow.approve(flow.report(), in_warranty=False))
        made = QuotationService(flow.context("agent_manager")).create(
            task.id, {"lines": [{"kind": "labour", "text": "上门维修", "quantity": "1", "unit_price": "120.00"}]}
        )
        QuotationService(flow.context("agent_manager")).act(made.id, "send")
        QuotationService(flow.context("customer")).act(made.id, "accept")
        task_id = task.id
    with Worker(living, jobs=()) as worker:
        worker.run_until_idle()
    return task_id


def test_messages_say_what_happened_where_and_lead_there(pocket, deployment, world, accepted):
    page = phone.sign_in(pocket, "agent_manager", PASSWORD)
    page.goto("/m/#/messages")
    allocated = page.locator(".card", has_text="已分配给您")
    expect(allocated).to_contain_text("测试公园")
    assert faults(page) == []
    pocket.set_offline(True)
    page.locator(".card", has_text="客户已同意报价单").click()
    page.wait_for_url(f"**/m/#/task/{accepted}")
    expect(page.get_by_text("报价单").first).to_be_visible()
