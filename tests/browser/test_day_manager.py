"""An agent's manager: what came in, to whom of the own people, an objection, a quotation, the own figures."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import expect

from shuhua_core.kernel.clock import SystemClock
from tests.browser.hands import FORM
from tests.browser.looks import ways
from tests.browser.words import QUOTATION, TASK
from tests.web.work import flow_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("way", ways(), ids=str)
def test_the_day_of_an_agent_manager(day, deployment, world, way):
    with flow_in(replace(deployment, clock=SystemClock()), world) as flow:
        number = {}
        for name, symptom, covered in (("mine", "立柱断裂", True), ("far", "踏板松动", True), ("paid", "座椅人为损坏", False)):
            task = flow.approve(flow.report(symptom=symptom), in_warranty=covered)
            flow.task("dispatcher", task, "allocate", unit_id=world.units["agent"].id)
            number[name] = task.number
    hands = day("agent_manager")
    page = hands.page

    # What waits is accepted, and given to one of the own people.
    hands.figure("/tasks?state=pending_accept")
    for name in ("mine", "paid"):
        hands.open_row(number[name])
        hands.act("accept")
        hands.send()
        hands.told()
    hands.open_row(number["far"])
    hands.act("object")
    hands.write(f'{FORM} [name="reason"]', "近期人员不足，无法按期上门")
    hands.send()
    hands.told()
    expect(page.locator(".grid-empty")).to_be_visible()
    hands.look("nothing waits")
    hands.menu("/tasks")
    expect(page.locator("table.grid > tbody > tr")).to_have_count(2)  # what was objected to is somebody else's now
    hands.open_row(number["mine"])
    hands.act("assign")
    hands.choose("repairer_id", world.users["repairer"])
    hands.send()
    hands.told()
    hands.row(number["mine"], TASK["assigned"][way.locale])

    # Out of warranty: a quotation first.
    hands.open_row(number["paid"])
    hands.form('#beside a[href$="/quotations/new"]', "quotation")
    hands.write(f'{FORM} [name="text"]', "更换座椅及安装")
    hands.write(f'{FORM} [name="unit_price"]', "186.50")
    hands.send()
    hands.told()
    hands.look("quotation written")
    hands.act("send")
    hands.send()
    hands.told()
    hands.state(QUOTATION["sent"][way.locale])
    expect(page.locator("main")).to_contain_text("186.50")

    # The own figures.
    hands.menu("/overview")
    expect(page.locator(".overview .figure-card").first).to_be_visible()
