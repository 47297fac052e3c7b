"""One request from the list to its close, in a real Chromium, by the people whose work it is."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def press(page: Page, action: str) -> None:
    """Open the form of an action of the record that is shown."""
    page.locator(f'.actions a[href*="/actions/{action}"], .actions button[data-action="{action}"]').first.click()
    page.locator('form[id^="form-"]:visible').wait_for()


def send(page: Page) -> None:
    """Send the visible form."""
    page.locator('form[id^="form-"]:visible button[type=submit]').first.click()
    page.locator('form[id^="form-"]:visible').wait_for(state="detached")


def state(page: Page, label: str) -> None:
    """The record's state, as its badge says."""
    expect(page.locator(".office-title .state")).to_have_text(label)


def test_one_request_from_the_list_to_its_close(at_desk, world):
    clerk = at_desk("call_centre")
    clerk.goto(f"/repairs/intake?equipment_id={world.pieces['one_1'].id}")
    clerk.fill('[name="caller_name"]', "测试来电")
    clerk.fill('[name="caller_phone"]', "139 0000 7777")
    clerk.fill('[name="symptom"]', "摆腿松动，用力时晃动")
    send(clerk)
    number = clerk.locator(".office-title h1").inner_text()
    assert number.startswith("BX")
    state(clerk, "待审核")

    reviewer = at_desk("reviewer")
    reviewer.goto("/repairs?state=pending_review")
    expect(reviewer.locator("table.grid")).to_contain_text(number)
    path = clerk.url
    reviewer.goto(path)
    press(reviewer, "approve")
    reviewer.locator('[name="severity"][value="urgent"]').check(force=True)
    reviewer.locator('[name="in_warranty"][value="true"]').check(force=True)
    send(reviewer)
    state(reviewer, "处理中")

    dispatcher = at_desk("dispatcher")
    dispatcher.goto("/tasks?state=unallocated")
    dispatcher.locator("table.grid tbody tr a").first.click()
    dispatcher.wait_for_load_state()
    dispatcher.goto("/tasks/1")
    state(dispatcher, "待分配")
    press(dispatcher, "allocate")
    dispatcher.get_by_text("测试代理商甲").first.click()
    send(dispatcher)
    state(dispatcher, "待接收")

    manager = at_desk("agent_manager")
    manager.goto("/tasks/1")
    press(manager, "accept")
    send(manager)
    state(manager, "已接收")
    press(manager, "assign")
    manager.get_by_text("测试·repairer").first.click()
    send(manager)
    state(manager, "已指派")

    repairer = at_desk("repairer", 390, 844)
    repairer.goto("/tasks")
    repairer.goto("/tasks/1")
    for action, after in (("take", "已指派"), ("depart", "已出发"), ("arrive", "已到场"), ("start", "维修中")):
        press(repairer, action)
        send(repairer)
        state(repairer, after)
    press(repairer, "complete")
    repairer.fill('[name="cause"]', "轴承磨损")
    repairer.fill('[name="remedy"]', "更换轴承")
    send(repairer)
    state(repairer, "已完成")

    followup = at_desk("followup_clerk")
    followup.goto("/followups?state=open")
    expect(followup.locator("table.grid")).to_contain_text("摆腿松动")
    followup.goto("/tasks/1")
    press(followup, "follow_up")
    followup.locator('[name="repaired"][value="true"]').check(force=True)
    for score in ("response_score", "manner_score", "quality_score"):
        followup.locator(f'[name="{score}"][value="5"]').check(force=True)
    send(followup)
    state(followup, "已回访")
    press(followup, "close")
    send(followup)
    state(followup, "已关闭")

    reviewer.goto(path)
    state(reviewer, "已解决")


@pytest.mark.parametrize(
    "path", ["/", "/repairs", "/tasks", "/sites", "/equipment", "/customers", "/projects", "/models", "/messages"]
)
def test_no_page_of_the_office_scrolls_sideways_at_1024(at_desk, path):
    page = at_desk("dispatcher")
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 1024


def test_a_leader_sees_figures_and_the_map_shows_sites(at_desk):
    leader = at_desk("leader")
    leader.goto("/")
    expect(leader.locator(".figure-card").first).to_be_visible()
    leader.goto("/map")
    expect(leader.locator(".leaflet-marker-icon").first).to_be_visible()
