"""A dispatcher: new tasks to units, an objection, what is overdue, and a sheet on paper."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from io import BytesIO

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from shuhua_core.kernel.clock import SystemClock
from shuhua_core.tasks.models import Task
from tests.browser.hands import FORM
from tests.browser.looks import ways
from tests.browser.words import TASK
from tests.web.work import flow_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("way", ways(), ids=str)
def test_the_day_of_a_dispatcher(day, deployment, world, way):
    with flow_in(replace(deployment, clock=SystemClock()), world) as flow:
        urgent, one, two, objected, late = (
            flow.approve(flow.report(symptom=symptom, piece=piece), severity=severity)
            for symptom, piece, severity in (
                ("立柱断裂", "one_1", "urgent"),
                ("踏板松动", "one_1", "normal"),
                ("把手脱落", "one_2", "normal"),
                ("摆腿松动", "one_2", "normal"),
                ("座椅开裂", "one_2", "high"),
            )
        )
        flow.task("dispatcher", objected, "allocate", unit_id=world.units["agent_2"].id)
        flow.task("agent_manager_2", objected, "object", reason="不在本单位责任区域")
        flow.to_assigned(late)
        flow.ctx.session.get_one(Task, late.id).due_at = flow.ctx.now - dt.timedelta(days=2)
        number = {name: task.number for name, task in (("urgent", urgent), ("objected", objected), ("late", late))}
        several = [one.number, two.number]
    agent, department = world.units["agent"].id, world.units["department"].id
    hands = day("dispatcher")
    page = hands.page

    # The urgent one by itself, by what is proposed for it; the others together.
    hands.figure("/tasks?state=unallocated")
    hands.open_row(number["urgent"])
    hands.act("allocate")
    hands.choose("receiver", f"unit:{agent}")
    hands.write(f'{FORM} [name="note"]', "今天内到场")
    hands.send()
    hands.told()
    for each in several:
        hands.tick(each)
    hands.press('[data-bulk*="allocate"]')
    page.locator(f"{FORM}:visible").wait_for()
    page.locator("#dialog.show").wait_for()
    hands.look("allocate several")
    hands.select('[name="unit_id"]', department)
    hands.press(f"{FORM} button[type=submit]")
    expect(page.locator("[data-bulk-done] .alert-success")).to_contain_text("2")
    hands.look("several allocated")
    hands.press("[data-bulk-close]")
    expect(page.locator(".grid-empty")).to_be_visible()

    # An objection: its reason stands in the history, and somebody else gets the task.
    hands.menu("/")
    hands.figure("/tasks?state=pending_reallocation")
    hands.open_row(number["objected"])
    expect(page.locator("#beside")).to_contain_text("不在本单位责任区域")
    hands.act("allocate")
    hands.choose("receiver", f"unit:{agent}")
    hands.send()
    hands.told()

    # What is overdue gets a new deadline, typed as people write dates.
    hands.menu("/")
    hands.figure("/tasks?overdue=true")
    hands.row(number["late"], TASK["assigned"][way.locale])
    hands.open_row(number["late"])
    hands.form('#beside a[href$="/deadline"]', "deadline")
    hands.write('[name="due_at"]', "2099/1/5 9:30")
    hands.write(f'{FORM} [name="reason"]', "等待厂家发货")
    expect(page.locator('[name="due_at"]')).to_have_value("2099-01-05 09:30")
    hands.send()
    hands.told()

    # The sheet for the urgent one.
    hands.menu("/tasks")
    hands.row(number["late"], "2099-01-05 09:30")
    hands.open_row(number["urgent"])
    hands.leave(lambda: hands.press("[data-beside-full]"))
    hands.state(TASK["pending_accept"][way.locale])
    hands.look("task")
    hands.press(".papers > button")
    sheet = hands.paper('.papers a[href$="sheet.pdf"]')
    text = "".join(each.extract_text() for each in PdfReader(BytesIO(sheet)).pages)
    assert number["urgent"] in text
    assert "立柱断裂" in text
