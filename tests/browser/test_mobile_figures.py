"""A unit's manager sees the unit's own figures on the phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from shuhua_core.kernel.actor import SYSTEM
from shuhua_core.testing.flow import FOLLOW_UP, Flow
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
def pocket(browser: Browser, address: str) -> Iterator[BrowserContext]:
    """A phone."""
    context = phone.context(browser, address)
    yield context
    context.close()


@pytest.fixture
def work(deployment, world) -> None:
    """One task is completed, one open; both the agent's."""
    with deployment.database.write() as session:
        world.session = session
        flow = Flow(deployment.context(session, SYSTEM), world)
        done = flow.to_completed(flow.to_assigned(flow.approve(flow.report(symptom="松动"))))
        flow.task("followup_clerk", done, "follow_up", **FOLLOW_UP)
        flow.to_assigned(flow.approve(flow.report(symptom="又松动")))


@pytest.mark.usefixtures("work")
def test_a_manager_sees_the_units_figures_also_without_a_network(pocket, deployment):
    page = phone.sign_in(pocket, "agent_manager", PASSWORD)
    phone.await_worker(page)
    page.get_by_role("button", name="统计").click()
    page.get_by_role("button", name="年", exact=True).click()
    figure = page.locator(".figure")
    expect(figure.filter(has_text="未完成").locator("b")).to_have_text("1")
    person = page.locator("[data-repairer]")
    expect(person).to_have_count(1)
    expect(person).to_contain_text("测试·repairer")
    expect(page.locator(".bars rect")).to_have_count(12)
    assert faults(page) == []
    assert phone.narrow_targets(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    pocket.set_offline(True)
    page.get_by_role("button", name="月", exact=True).click()
    page.get_by_role("button", name="年", exact=True).click()
    expect(page.get_by_text("显示上次的数据")).to_be_visible()
    expect(person).to_have_count(1)


def test_a_repairer_has_no_figures(pocket):
    page = phone.sign_in(pocket, "repairer", PASSWORD)
    expect(page.get_by_role("button", name="统计")).to_have_count(0)
