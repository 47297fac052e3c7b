"""A plan made in the office, a round made on the phone, and at once the coverage and activity that managers look at.

With ``SHUHUA_SCREENSHOTS`` set to a folder each page is also kept as a picture there, for people to look at.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from shuhua_core.testing.world import PASSWORD
from shuhua_web.layout import Assets
from tests.browser import mobile_phone as phone
from tests.browser.axe import faults
from tests.browser.test_main_job import send

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not Assets().built, reason="the front end is not built"),
]

COVERAGE, ACTIVITY = "/inspections/coverage", "/inspections/activity"


def look(page: Page, name: str) -> None:
    """The page as a picture, for people."""
    folder = os.environ.get("SHUHUA_SCREENSHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"inspections-{name}.png", full_page=True, caret="initial")


def figures(page: Page, path: str) -> dict[str, str]:
    """Label -> figure of a page."""
    page.goto(path)
    cards = page.locator(".figure-card")
    return dict(zip(cards.locator("span").all_inner_texts(), cards.locator("b").all_inner_texts(), strict=True))


def rows(page: Page) -> list[list[str]]:
    """The cells of the table of a page."""
    return [row.split("\t") for row in page.locator("table tbody tr").evaluate_all(CELLS)]


CELLS = "(rows) => rows.map((row) => [...row.cells].map((cell) => cell.innerText.trim()).join('\\t'))"


def make_plan(page: Page, site: int) -> None:
    """A monthly round of the inspector at a site, by the form."""
    page.goto(f"/plans/new?site_id={site}")
    page.select_option('[name="checklist_id"]', index=1)
    page.fill('[name="interval_days"]', "30")
    person = page.locator('[data-picker]:has([name="responsible_id"]), .picker:has([name="responsible_id"])').first
    person.locator('input[type="search"], input[type="text"]').first.fill("inspector")
    person.locator('option, [role="option"]').filter(has_text="测试·inspector").first.click()
    look(page, "plan-form")
    assert faults(page) == []
    send(page)


def test_a_round_made_on_the_phone_is_counted_at_once_in_coverage_and_activity(at_desk, pocket, world):
    desk = at_desk("dispatcher")
    for site in ("one", "two"):
        make_plan(desk, world.sites[site].id)
        look(desk, f"plan-{site}")
    assert figures(desk, COVERAGE) == {"应巡查": "2", "已完成": "0", "覆盖率": "0.0 %", "按时": "0.0 %", "超期": "0"}
    assert figures(desk, ACTIVITY)["巡查员"] == "0"

    page = phone.sign_in(pocket, "inspector", PASSWORD)
    phone.await_worker(page)
    page.get_by_role("button", name="巡查").click()
    expect(page.locator("[data-plan]")).to_have_count(2)
    pocket.set_offline(True)
    page.locator("[data-plan]", has_text="AZ1").click()
    first = page.locator(f'[data-piece="{world.pieces["one_1"].id}"] .question').first
    first.locator(".answer-abnormal").click()
    first.locator("label.danger").click()
    for button in page.get_by_role("button", name="其余全部正常").all():
        button.click()
    page.get_by_role("button", name="获取位置").or_(page.get_by_role("button", name="重新定位")).first.click()
    phone.send(page)
    assert figures(desk, ACTIVITY)["巡查"] == "0"
    pocket.set_offline(False)
    page.goto("/m/#/queue")
    expect(page.locator('[data-state="done"]')).to_have_count(1, timeout=30_000)

    # Two rounds were due, one is done and in time; one site of the three of the branch; one piece of two was abnormal.
    assert figures(desk, COVERAGE) == {"应巡查": "2", "已完成": "1", "覆盖率": "50.0 %", "按时": "50.0 %", "超期": "0"}
    assert rows(desk) == [["福建省泉州市晋江市", "2", "1", "1", "0", "50.0 %", "50.0 %", "1", "1 / 2"]]
    look(desk, "coverage")
    assert faults(desk) == []
    figures(desk, f"{COVERAGE}?by=unit")
    assert rows(desk) == [
        ["测试代理商乙", "1", "0", "0", "0", "0.0 %", "0.0 %", "0", "0 / 1"],
        ["测试代理商甲", "1", "1", "1", "0", "100.0 %", "100.0 %", "1", "1 / 1"],
    ]
    assert figures(desk, ACTIVITY) == {"巡查员": "1", "巡查": "1", "异常项": "1", "停用": "1", "异地填报": "0"}
    (person,) = rows(desk)
    assert person[:8] == ["测试·inspector", "1", "1", "2", "1", "1", "0", "0"]
    look(desk, "activity")
    assert faults(desk) == []
    desk.get_by_role("link", name="测试·inspector").click()
    expect(desk.locator("table.grid tbody tr")).to_have_count(1)
    expect(desk.locator("table.grid tbody")).to_contain_text("测试公园")
