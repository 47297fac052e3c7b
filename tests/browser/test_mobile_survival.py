"""What befalls an app on a phone: killed, updated, signed out, a wrong clock. Nothing is lost, nothing is done twice."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import update

from shuhua_core.accounts.models import LoginSession
from shuhua_core.kernel.steps import steps_of
from shuhua_core.tasks.models import Task
from shuhua_core.testing.world import PASSWORD
from shuhua_web.layout import Assets
from shuhua_web.mobile.bundle import Bundle
from tests.browser import mobile_phone as phone
from tests.browser.test_mobile_repairer import actions_of

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not Assets().built, reason="the front end is not built"),
]

WORK = ("take", "depart", "arrive", "start")


def work(page: Page, task: int) -> None:
    """The beginning of the job."""
    page.goto(f"/m/#/task/{task}")
    phone.press(page, "take")
    for action in WORK[1:]:
        phone.press(page, action)
        phone.send(page)


def test_drafts_with_their_photos_are_there_again_after_the_app_was_killed(pocket, task, world, tmp_path):
    page = phone.sign_in(pocket, "repairer", PASSWORD)
    phone.await_worker(page)
    pocket.set_offline(True)
    first = f"/act/task/{task}/feedback"
    for words in ("第一份：等配件", "第二份：已到场"):
        page.goto(f"/m/#{first}")
        if words.startswith("第二份"):
            page.get_by_role("button", name="另起一份").click()
            expect(page.locator("[name=text]")).to_have_value("")
        page.fill("[name=text]", words)
        phone.take_photo(page, "media_ids", phone.photo(tmp_path / f"{words[:3]}.jpg"))
        page.goto("/m/#/")
        expect(page.locator(f'[data-task="{task}"]')).to_be_visible()
    page.goto(f"/m/#/act/task/{task}/appoint")
    page.fill("[name=note]", "下午到")
    page.wait_for_timeout(400)  # a change is on disk within a quarter of a second
    phone.kill(page)

    page = pocket.new_page()
    page.goto("/m/#/queue")
    expect(page.locator(".draft")).to_have_count(3)
    for words in ("第一份：等配件", "第二份：已到场"):
        found = []
        for number in range(3):
            page.goto("/m/#/queue")
            page.locator(".draft-open").nth(number).click()
            page.locator("textarea").first.wait_for()
            found.append((page.locator("textarea").first.input_value(), page.locator("[data-file] img").count()))
        assert (words, 1) in found
    assert len(phone.kept_bytes(page)) == 2
    assert all(phone.kept_bytes(page))


def test_a_new_version_in_the_middle_of_the_queue_loses_nothing(pocket, deployment, task, monkeypatch):
    page = phone.sign_in(pocket, "repairer", PASSWORD)
    phone.await_worker(page)
    known = actions_of(deployment, task)
    pocket.route("**/api/**", lambda route: route.abort())
    work(page, task)
    page.goto(f"/m/#/act/task/{task}/feedback")
    page.fill("[name=text]", "写到一半")
    monkeypatch.setattr(Bundle, "version", lambda _self: "another")
    page.evaluate("navigator.serviceWorker.ready.then((found) => found.update())")
    page.get_by_role("button", name="有新版本").click()
    page.wait_for_function("caches.keys().then((names) => names.includes('shuhua-another') && names.length === 1)")
    expect(page.locator("[name=text]")).to_have_value("写到一半", timeout=20_000)
    page.goto("/m/#/queue")
    expect(page.locator('[data-state="waiting"]')).to_have_count(4)
    assert actions_of(deployment, task) == known
    pocket.unroute("**/api/**")
    page.get_by_role("button", name="立即发送").click()
    expect(page.locator('[data-state="done"]')).to_have_count(4, timeout=30_000)
    assert actions_of(deployment, task) == [*known, *WORK]


def test_a_session_that_ends_in_the_middle_of_sending_leaves_the_rest_until_signed_in_again(pocket, deployment, task):
    page = phone.sign_in(pocket, "repairer", PASSWORD)
    phone.await_worker(page)
    known = actions_of(deployment, task)
    pocket.set_offline(True)
    work(page, task)

    def run_out(route: Route) -> None:
        """After two of the four the token's time is over."""
        if len(actions_of(deployment, task)) == len(known) + 2:
            with deployment.database.write() as session:
                session.execute(update(LoginSession).values(expires_at=datetime.now(UTC) - timedelta(days=1)))
        route.continue_()

    pocket.route("**/actions/*", run_out)
    pocket.set_offline(False)
    again = page.get_by_role("button", name=re.compile("登录已过期"))
    expect(again).to_be_visible(timeout=20_000)
    page.goto("/m/#/queue")
    expect(page.locator('[data-state="waiting"]')).to_have_count(2)
    assert actions_of(deployment, task) == [*known, *WORK[:2]]
    pocket.unroute("**/actions/*")
    again.click()
    page.fill("#password", PASSWORD)
    page.click("button[type=submit]")
    expect(page.get_by_text("已同步")).to_be_visible()
    page.goto("/m/#/queue")
    expect(page.locator('[data-state="done"]')).to_have_count(4, timeout=30_000)
    assert actions_of(deployment, task) == [*known, *WORK]


def test_a_clock_that_is_years_off_is_told_and_moves_no_deadline(pocket, deployment, task):
    with deployment.database.read() as session:
        due = session.get_one(Task, task).due_at
    page = pocket.new_page()
    page.clock.set_system_time(datetime.now(UTC) + timedelta(days=3 * 365))
    page.goto("/m/")
    page.fill("#login", "repairer")
    page.fill("#password", PASSWORD)
    page.click("button[type=submit]")
    expect(page.locator(".page-head")).to_contain_text("快了 1095 天")
    page.locator(f'[data-task="{task}"]').click()
    phone.press(page, "take")
    page.goto("/m/#/queue")
    expect(page.locator('[data-state="done"]')).to_have_count(1, timeout=30_000)
    with deployment.database.read() as session:
        assert session.get_one(Task, task).due_at == due
        (taken,) = [step for step in steps_of(session, "task", task) if step.action == "take"]
        assert taken.clock_skew > 90_000_000
        assert abs(taken.at - datetime.now(UTC)) < timedelta(minutes=5)
