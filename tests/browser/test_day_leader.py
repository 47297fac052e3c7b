"""A leader: one page, from a figure to what it counts, on paper and as Excel."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from io import BytesIO

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from shuhua_core.kernel.clock import SystemClock
from shuhua_core.tasks.models import Task
from tests.browser.hands import FORM
from tests.browser.looks import ways
from tests.web.work import flow_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("way", ways(), ids=str)
def test_the_day_of_a_leader(day, deployment, world, way):
    with flow_in(replace(deployment, clock=SystemClock()), world) as flow:
        flow.to_completed(flow.to_assigned(flow.approve(flow.report(symptom="摆腿松动"))))
        late = flow.to_assigned(flow.approve(flow.report(symptom="踏板断裂", piece="one_2"), severity="urgent"))
        flow.ctx.session.get_one(Task, late.id).due_at = flow.ctx.now - dt.timedelta(days=1)
        number = late.number
    hands = day("leader")
    page = hands.page

    # The week, the month, and what is behind a figure.
    hands.menu("/overview")
    expect(page.locator(".overview [data-chart] canvas")).to_be_visible()
    expect(page.locator(".overview .leaflet-container")).to_be_visible()
    hands.look("overview with map")
    hands.leave(lambda: hands.press('a[href*="period=month"]'))
    hands.look("month")
    sheet = hands.paper('.office-title a[href*="sheet.pdf"]')
    assert "舒华" in "".join(each.extract_text() for each in PdfReader(BytesIO(sheet)).pages)
    hands.leave(lambda: hands.press('.overview .figure-card[href^="/tasks"][href*="overdue=true"]'))
    expect(page.locator("table.grid > tbody > tr")).to_have_count(1)
    hands.look("overdue")

    # The same rows as Excel; and a word to those who are late.
    book = CalamineWorkbook.from_path(hands.file("[data-export] button:not([name])")).get_sheet_by_index(0).to_python()
    assert [row[0] for row in book[1:]] == [number]
    hands.open_row(number)
    hands.act("urge")
    hands.write(f'{FORM} [name="note"]', "请今天处理")
    hands.send()
    hands.told()
    hands.open_row(number)
    expect(page.locator("#beside")).to_contain_text("请今天处理")
    expect(page.locator("#beside .actions a")).to_have_count(1)
