"""Where the keyboard is after a part of the page was replaced, how dates are typed, and which filters are in sight."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from shuhua_core.kernel.clock import SystemClock
from tests.web.work import flow_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def dispatcher(deployment, world, at_desk) -> Page:
    """Somebody with a task that waits."""
    with flow_in(replace(deployment, clock=SystemClock()), world) as flow:
        for symptom in ("摆腿松动", "踏板断裂"):
            flow.approve(flow.report(symptom=symptom))
    return at_desk("dispatcher")


def test_the_focus_stays_where_it_was_when_the_list_comes_anew(dispatcher: Page):
    page = dispatcher
    page.goto("/tasks")
    for selector in (".state-tabs a:nth-child(2)", "thead th a", ".filters-buttons button[type=submit]"):
        page.locator(selector).first.focus()
        with page.expect_response("**/tasks?**"):
            page.keyboard.press("Enter")
        expect(page.locator(selector).first).to_be_focused()
    page.locator(".page-sizes a").first.focus()
    with page.expect_response("**size=10**"):
        page.keyboard.press("Enter")
    expect(page.locator(".page-sizes strong")).to_have_text("10")
    assert page.evaluate("document.activeElement.closest('#listing') !== null")


def test_a_form_in_the_dialog_begins_in_its_first_field_and_a_refused_one_at_what_is_wrong(dispatcher: Page):
    page = dispatcher
    page.goto("/tasks/1")
    page.locator('.actions a[href*="/actions/cancel"]').click()
    reason = page.locator('#dialog [name="reason"]')
    expect(reason).to_be_focused()
    page.locator("#dialog form button[type=submit]").focus()
    page.keyboard.press("Enter")
    expect(page.locator('#dialog [name="reason"][aria-invalid="true"]')).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#dialog.show")).to_have_count(0)
    expect(page.locator('.actions a[href*="/actions/cancel"]')).to_be_focused()


@pytest.mark.parametrize("typed", ["2026-11-05", "2026/11/5", "20261105", "2026年11月5日", "2026.11.05"])
def test_a_day_is_understood_however_it_is_typed(dispatcher: Page, typed: str):
    page = dispatcher
    page.goto("/repairs")
    day = page.locator("#filter-created")
    expect(day).to_have_attribute("placeholder", "年-月-日")
    day.fill(typed)
    with page.expect_response("**/repairs?**created_from=2026-11-05**"):
        page.keyboard.press("Enter")
    expect(page.locator("table.grid tbody tr")).to_have_count(2)
    expect(day).to_have_value("2026-11-05")


def test_the_arrow_keys_turn_the_day_and_what_is_none_is_said(dispatcher: Page):
    page = dispatcher
    page.goto("/repairs")
    day = page.locator("#filter-created")
    day.fill("2024-02-28")
    page.keyboard.press("ArrowUp")
    expect(day).to_have_value("2024-02-29")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(day).to_have_value("2024-02-27")
    for wrong in ("2024-02-30", "2024-13-01", "昨天"):
        expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)
        expect(day).to_have_attribute("type", "text")
        day.fill(wrong)
        with page.expect_response("**/repairs?**"):
            page.keyboard.press("Enter")
        expect(page.locator("#listing .alert-danger")).to_be_visible()
        expect(day).to_have_value(wrong)


def test_a_moment_is_typed_and_kept_in_the_house_form(dispatcher: Page):
    page = dispatcher
    page.goto("/tasks/1/deadline")
    moment = page.locator('[name="due_at"]')
    assert page.evaluate("/^\\d{4}-\\d{2}-\\d{2} \\d{2}:\\d{2}$/.test(document.querySelector('[name=due_at]').value)")
    moment.fill("2099/1/5 9:30")
    page.fill('[name="reason"]', "等待厂家发货")
    page.locator('form[id^="form-"] button[type=submit]').click()
    page.wait_for_url("**/tasks/1")
    expect(page.locator("main")).to_contain_text("2099-01-05 09:30")


def test_the_calendar_is_the_browsers_own(dispatcher: Page):
    page = dispatcher
    page.goto("/repairs")
    page.evaluate("() => { HTMLInputElement.prototype.showPicker = function () { this.dataset.shown = this.value } }")
    page.locator("#filter-created").fill("2026-11-05")
    page.keyboard.press("Alt+ArrowDown")
    calendar = page.locator(".date-calendar").first
    expect(calendar).to_have_attribute("data-shown", "2026-11-05")
    calendar.evaluate("(each) => { each.value = '2026-11-09'; each.dispatchEvent(new Event('change', {bubbles: true})) }")
    expect(page.locator("#filter-created")).to_have_value("2026-11-09")
    expect(page.locator("#filter-created")).to_be_focused()
    page.locator(".date-open").nth(1).click()
    expect(page.locator(".date-calendar").nth(1)).to_have_attribute("data-shown", "")


def test_a_filter_that_is_set_stays_in_sight_without_those_around_it(dispatcher: Page):
    page = dispatcher
    page.goto("/tasks?overdue=true")
    expect(page.locator("#filter-overdue")).to_be_visible()
    expect(page.locator("#filter-mine")).to_be_hidden()
    expect(page.locator(".state-tabs a[aria-current]")).to_have_count(1)
    page.locator("[data-fold-toggle]").click()
    expect(page.locator("#filter-mine")).to_be_visible()
    page.locator("[data-fold-toggle]").click()
    expect(page.locator("#filter-mine")).to_be_hidden()
    expect(page.locator("#filter-overdue")).to_be_visible()
