"""A call-centre clerk: a call comes in, a request with a photo, what became of another one, a follow-up."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from shuhua_core.kernel.clock import SystemClock
from shuhua_core.sites.models import Equipment
from tests.browser.hands import FORM
from tests.browser.looks import ways
from tests.browser.words import REPAIR, TASK
from tests.web.work import flow_in, jpeg

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PHOTO = {"name": "fault.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}


@pytest.mark.parametrize("way", ways(), ids=str)
def test_the_day_of_a_clerk(day, deployment, world, way):
    with flow_in(replace(deployment, clock=SystemClock()), world) as flow:
        flow.ctx.session.get_one(Equipment, world.pieces["one_1"].id).warranty_to = dt.date(2099, 1, 1)
        open_one = flow.approve(flow.report(symptom="摆腿松动"))
        number = flow.report(symptom="踏板断裂").number
        done = flow.to_completed(flow.to_assigned(flow.approve(flow.report(symptom="把手松动", piece="one_2"))))
        open_task, done_task, label = open_one.number, done.number, world.pieces["one_2"].code
    hands = day("call_centre")
    page = hands.page

    # A call comes in: the last four digits are enough, and what is open there already is told before it is entered twice.
    hands.menu("/repairs")
    hands.leave(lambda: hands.press('.toolbar a[href="/repairs/intake"]'))
    hands.look("intake")
    hands.write('[name="caller_phone"]', "0001")
    expect(page.locator(".caller").first).to_contain_text("测试客户")
    hands.look("intake: caller")
    hands.press('.caller .place-pieces button:has-text("CP1-1")' if way.by == "mouse" else ".caller .place-pieces button")
    expect(page.locator(".place-chosen")).to_contain_text("CP1-1")
    expect(page.locator(".place-ends .state")).to_be_visible()
    expect(page.locator(".place-chosen .alert")).to_contain_text(number)
    expect(page.locator('[name="caller_phone"]')).to_have_value("13900000001")
    hands.settle()
    hands.look("intake: open already")

    # It is another piece; its label is read to the clerk.
    hands.press(".place-chosen > .btn")
    hands.write('.place-field [name="q"]', label)
    hands.press("#places-found .place-pieces button")
    expect(page.locator(".place-chosen")).to_contain_text("CP1-2")
    hands.write('[name="symptom"]', "底座开裂，来电人要求尽快处理")
    hands.choose("severity", "urgent")
    hands.attach(".picture-input", [PHOTO])
    expect(page.locator(".picture-chosen img, .picture-field img").first).to_be_visible()
    hands.look("intake: filled")
    hands.send()
    hands.told()
    hands.state(REPAIR["pending_review"][way.locale])
    expect(page.locator("main .pictures img").first).to_be_visible()
    hands.look("request entered")

    # Somebody asks what became of theirs.
    hands.menu("/repairs")
    hands.find("0001")
    hands.row("摆腿松动", REPAIR["in_progress"][way.locale])
    hands.look("requests of a caller")
    hands.menu("/tasks")
    hands.open_row(open_task)
    hands.act("urge")
    hands.write(f'{FORM} [name="note"]', "来电询问进度，请尽快联系")
    hands.send()
    hands.told()
    hands.look("urged")

    # The follow-up of what was completed.
    hands.menu("/followups")
    hands.row("把手松动", done_task)
    hands.press('td.grid-actions a[href*="/actions/follow_up"]')
    page.locator(f"{FORM}:visible").wait_for()
    hands.look("follow-up")
    hands.choose("way", "phone")
    hands.choose("repaired", "true")
    for score in ("response_score", "manner_score", "quality_score"):
        hands.choose(score, 5)
    hands.write(f'{FORM} [name="opinion"]', "很满意")
    hands.send()
    hands.told()
    hands.look("followed up")
    hands.menu("/tasks")
    hands.row(done_task, TASK["followed_up"][way.locale])
