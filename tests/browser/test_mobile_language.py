"""The language of the phone: changed at once, with and without a network; its bar stays on one line in any type."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from shuhua_core.kernel.actor import SYSTEM
from shuhua_core.quotations.service import QuotationService
from shuhua_core.testing.flow import Flow
from shuhua_core.testing.world import PASSWORD
from shuhua_web.layout import Assets
from tests.browser import mobile_phone as phone

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not Assets().built, reason="the front end is not built"),
]

LINE = {"kind": "labour", "text": "上门", "quantity": "1", "unit_price": "80"}


@pytest.fixture
def request_id(deployment, world) -> int:
    """A request whose task waits for the customer's consent to a quotation."""
    with deployment.database.write() as session:
        world.session = session
        flow = Flow(deployment.context(session, SYSTEM), world)
        repair = flow.report(symptom="摆腿松动")
        task = flow.to_assigned(flow.approve(repair, in_warranty=False))
        manager = QuotationService(flow.context("agent_manager"))
        manager.act(manager.create(task.id, {"lines": [LINE]}).id, "send")
        return repair.id


def change_language(page: Page) -> None:
    page.goto("/m/#/me")
    page.locator(".van-cell .small-button").click()


def test_states_and_actions_are_in_the_chosen_language_at_once_also_without_a_network(pocket, request_id):
    page = phone.sign_in(pocket, "customer", PASSWORD)
    phone.await_worker(page)
    at = phone.await_complete(page)
    page.goto(f"/m/#/repair/{request_id}")
    quotation = page.locator("[data-quotation]")
    expect(quotation.locator(".badge")).to_have_text("已发送")
    pocket.set_offline(True)
    change_language(page)
    page.goto(f"/m/#/repair/{request_id}")
    expect(page.locator(".panel").first.locator(".badge").last).to_have_text("In progress")
    expect(quotation.locator(".badge")).to_have_text("Sent")
    expect(quotation.locator("[data-action=accept]")).to_have_text("Accept the quotation")
    quotation.locator("[data-action=accept]").click()
    expect(page.locator("h1")).to_have_text("Accept the quotation")
    page.goto("/m/#/")
    expect(page.locator(f'[data-repair="{request_id}"] .badge').last).to_have_text("In progress")

    # With a network again, what the server alone can say comes in the new language by itself.
    pocket.set_offline(False)
    page.close()
    page = pocket.new_page()
    page.goto(f"/m/#/repair/{request_id}")
    phone.await_complete(page, at)
    expect(page.locator(".steps")).to_contain_text("Approve")
    page.goto("/m/#/messages")
    expect(page.locator("main")).not_to_contain_text("已")


def test_who_changes_the_language_with_a_network_reads_everything_in_it(pocket, request_id):
    page = phone.sign_in(pocket, "repairer", PASSWORD)
    at = phone.await_complete(page)
    change_language(page)
    phone.await_complete(page, at)
    pocket.set_offline(True)
    page.goto("/m/#/")
    page.locator("[data-task]").click()
    expect(page.locator(".panel").first.locator(".badge").last).to_have_text("Assigned")
    expect(page.locator(".steps")).to_contain_text("Assign")
    expect(page.locator("[data-quotation] .badge")).to_have_text("Sent")


ENLARGE = """(times) => {
  const root = document.documentElement;
  root.style.fontSize = `${parseFloat(getComputedStyle(root).fontSize) * times}px`;
}"""
LINES = """(texts) => texts.map((each) => {
  const box = each.getBoundingClientRect();
  const lines = Math.round(box.height / parseFloat(getComputedStyle(each).lineHeight));
  return [each.textContent, lines, box.left >= 0 && box.right <= innerWidth];
})"""


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("large", "times"), [(False, 1), (True, 1), (False, 2), (True, 2)])
def test_the_bar_is_on_one_line_in_any_type(pocket, language, large, times):
    page = phone.sign_in(pocket, "repairer", PASSWORD)
    page.goto("/m/#/me")
    if language == "en":
        page.locator(".van-cell .small-button").click()
        expect(page.locator("h1")).to_have_text("Me")
    if large:
        page.get_by_role("switch").click()
    page.evaluate(ENLARGE, times)
    folder = os.environ.get("SHUHUA_SCREENSHOTS")
    for number, screen in enumerate(("", "scan", "queue", "messages", "me")):
        page.goto(f"/m/#/{screen}")
        page.wait_for_timeout(150)
        if folder:
            page.screenshot(path=Path(folder) / f"bar-{language}-{large}-{times}-{number}.png")
        tabs = page.locator(".van-tabbar-item__text").evaluate_all(LINES)
        assert [each[1:] for each in tabs] == [[1, True]] * 5, tabs
