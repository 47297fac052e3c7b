"""A reviewer: the queue of new requests, each answered in its own way."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import expect

from shuhua_core.kernel.clock import SystemClock
from tests.browser.hands import FORM
from tests.browser.looks import ways
from tests.browser.words import REPAIR, TASK
from tests.web.work import flow_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("way", ways(), ids=str)
def test_the_day_of_a_reviewer(day, deployment, world, way):
    with flow_in(replace(deployment, clock=SystemClock()), world) as flow:
        told = {"first": "立柱断裂", "twin": "立柱断了", "vague": "坏了", "foreign": "不是我们的器材", "known": "有异响"}
        found = {name: flow.report(symptom=symptom) for name, symptom in told.items()}
        first = found["first"].id
        number = {name: repair.number for name, repair in found.items()}
    hands = day("reviewer")
    page = hands.page
    hands.figure("/repairs?state=pending_review")
    expect(page.locator("table.grid > tbody > tr")).to_have_count(len(told))

    # Each is opened beside the queue, which keeps its place and grows shorter.
    hands.open_row(number["first"])
    hands.act("approve")
    hands.choose("severity", "urgent")
    hands.choose("in_warranty", "true")
    hands.send()
    hands.told()
    hands.open_row(number["twin"])
    hands.act("merge")
    hands.choose("target_id", first)
    hands.send()
    hands.told()
    hands.open_row(number["vague"])
    hands.act("ask_more")
    hands.write(f'{FORM} [name="question"]', "哪一台，怎样坏的？")
    hands.send()
    hands.told()
    hands.open_row(number["foreign"])
    hands.act("reject")
    hands.send_in_vain("reason")
    hands.write(f'{FORM} [name="reason"]', "非本公司产品")
    hands.send()
    hands.told()
    hands.open_row(number["known"])
    hands.act("answer")
    hands.write(f'{FORM} [name="answer"]', "属正常使用阻尼，已向用户说明")
    hands.send()
    hands.told()
    expect(page.locator(".grid-empty")).to_be_visible()
    hands.look("queue done")

    # What became of them.
    hands.menu("/repairs")
    ends = {"first": "in_progress", "twin": "merged", "vague": "need_info", "foreign": "rejected", "known": "resolved"}
    for name, state in ends.items():
        hands.row(number[name], REPAIR[state][way.locale])
    hands.menu("/tasks")
    hands.row("立柱断裂", TASK["unallocated"][way.locale])
