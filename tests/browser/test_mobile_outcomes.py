"""What became of things that were done without a network and that the server does not take: why, what to do, and once each."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from shuhua_core import worker
from shuhua_core.accounts.actors import load_actor_by_login
from shuhua_core.accounts.users import UserService
from shuhua_core.kernel.actor import SYSTEM
from shuhua_core.kernel.clock import SystemClock
from shuhua_core.kernel.steps import steps_of
from shuhua_core.media.models import MediaFile
from shuhua_core.quotations.models import Quotation
from shuhua_core.quotations.service import QuotationService
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.tasks.models import Task
from shuhua_core.testing.flow import Flow
from shuhua_core.testing.world import PASSWORD
from shuhua_web.layout import Assets
from tests.browser import mobile_phone as phone
from tests.browser.axe import faults
from tests.browser.test_mobile_repairer import actions_of

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not Assets().built, reason="the front end is not built"),
]

LINES = [{"kind": "labour", "text": "上门维修", "quantity": "1", "unit_price": "120"}]


def say(page: Page, task: int, words: str) -> None:
    """Feedback from the task's page, by the sheet of what is possible besides."""
    page.goto(f"/m/#/act/task/{task}/feedback")
    page.fill("[name=text]", words)
    phone.send(page)
    page.goto(f"/m/#/task/{task}")


def local(later: timedelta) -> str:
    """A moment from now, in this machine's time, as the phone's own field takes it."""
    return (datetime.now(UTC) + later).astimezone().strftime("%Y-%m-%dT%H:%M")


@pytest.fixture
def reported(browser, address, world):
    """The status page of a report that somebody made without an account."""
    context = phone.context(browser, address)
    page = context.new_page()
    page.goto(f"/q/{world.pieces['one_1'].code}")
    page.locator(".tiles label").first.click()
    page.locator("#report button[type=submit]").click()
    page.wait_for_url("**/r/**")
    yield page
    context.close()


def test_a_start_without_the_customers_consent_is_refused_with_what_to_do_and_goes_once_when_they_consent(
    pocket, deployment, world, reported
):
    with deployment.database.write() as session:
        world.session = session
        flow = Flow(deployment.context(session, SYSTEM), world)
        task = flow.to_assigned(flow.approve(session.query(RepairRequest).one(), in_warranty=False)).id
        free = QuotationService(flow.context("dispatcher")).waive(task, {"reason": "老客户"}).id
    page = phone.sign_in(pocket, "repairer", PASSWORD)
    phone.await_worker(page)
    known = actions_of(deployment, task)
    page.goto(f"/m/#/task/{task}")
    expect(page.locator(".facts")).to_contain_text("免收费用")
    pocket.set_offline(True)
    phone.press(page, "take")
    for action in ("depart", "arrive", "start"):
        phone.press(page, action)
        phone.send(page)
    say(page, task, "已拆下护罩")

    # Meanwhile it is no longer free of charge, and the customer is asked.
    with deployment.database.write() as session:
        world.session = session
        flow = Flow(deployment.context(session, SYSTEM), world)
        service = QuotationService(flow.context("dispatcher"))
        service.act(free, "withdraw", {"reason": "超出优惠范围"})
        service.act(service.create(task, {"lines": LINES}).id, "send")
    pocket.set_offline(False)
    page.goto("/m/#/queue")
    stuck = page.locator('[data-state="conflict"]')
    expect(stuck).to_have_count(1, timeout=30_000)
    expect(stuck).to_contain_text("开始维修")
    expect(stuck.get_by_role("alert")).to_contain_text("保外维修")
    expect(stuck.locator("[data-todo]")).to_contain_text("等客户同意")
    expect(page.locator('[data-state="waiting"]')).to_contain_text("等待前一项：开始维修")
    assert faults(page) == []
    assert phone.narrow_targets(page) == []
    assert actions_of(deployment, task) == [*known, "take", "depart", "arrive"]
    stuck.get_by_role("button", name="查看").click()
    expect(page.locator("[data-quotation]").first).to_contain_text("¥120.00", timeout=20_000)
    expect(page.locator(".facts")).to_contain_text("待客户同意报价")

    # Too early changes nothing, and loses nothing.
    page.goto("/m/#/queue")
    stuck.get_by_role("button", name="重试").click()
    expect(stuck.locator("[data-todo]")).to_contain_text("等客户同意", timeout=20_000)
    assert actions_of(deployment, task) == [*known, "take", "depart", "arrive"]

    reported.reload()
    expect(reported.locator("main")).to_contain_text("¥120.00")
    reported.get_by_role("link", name="同意报价").click()
    reported.locator("main form [type=submit]").click()
    expect(reported.locator("main")).to_contain_text("已同意")
    page.get_by_role("button", name="立即发送").click()
    expect(stuck.locator("[data-todo]")).to_contain_text("客户已同意", timeout=20_000)
    stuck.get_by_role("button", name="重试").click()
    expect(page.locator('[data-state="done"]')).to_have_count(5, timeout=30_000)
    assert actions_of(deployment, task) == [*known, "take", "depart", "arrive", "start", "feedback"]
    with deployment.database.read() as session:
        assert session.get_one(Task, task).state == "repairing"
        assert sorted(each.state for each in session.query(Quotation)) == ["accepted", "withdrawn"]


def test_what_was_entered_wrong_is_put_right_from_its_reason_and_what_waits_behind_it_follows(pocket, deployment, task):
    page = phone.sign_in(pocket, "repairer", PASSWORD)
    known = actions_of(deployment, task)
    pocket.set_offline(True)
    page.goto(f"/m/#/act/task/{task}/appoint")
    page.fill("[name=appointed_at]", local(timedelta(hours=-2)))
    page.fill("[name=note]", "客户下午在家")
    phone.send(page)
    say(page, task, "已联系客户")
    pocket.set_offline(False)
    page.goto("/m/#/queue")
    stuck = page.locator('[data-state="refused"]')
    expect(stuck.get_by_role("alert")).to_contain_text("请选择将来的时间", timeout=30_000)
    expect(stuck.locator("[data-todo]")).to_contain_text("请修改后重新发送")
    expect(page.locator('[data-state="waiting"]')).to_have_count(1)
    assert faults(page) == []
    stuck.get_by_role("button", name="修改").click()
    expect(page.locator('[data-field="appointed_at"]')).to_contain_text("请选择将来的时间")
    expect(page.locator("[name=note]")).to_have_value("客户下午在家")
    page.fill("[name=appointed_at]", local(timedelta(days=1)))
    phone.send(page)
    expect(page.locator('[data-state="done"]')).to_have_count(2, timeout=30_000)
    assert actions_of(deployment, task) == [*known, "appoint", "feedback"]
    with deployment.database.read() as session:
        assert session.get_one(Task, task).appointed_at > datetime.now(UTC)


def test_what_somebody_sends_whose_rights_have_ended_is_carried_out_by_their_manager_who_sees_its_photo(
    pocket, at_desk, deployment, task, tmp_path
):
    page = phone.sign_in(pocket, "repairer", PASSWORD)
    phone.await_worker(page)
    known = actions_of(deployment, task)
    page.goto(f"/m/#/act/task/{task}/feedback")
    page.fill("[name=text]", "护罩已拆下")
    phone.take_photo(page, "media_ids", phone.photo(tmp_path / "cover.jpg"))
    # The photo gets through; then the person is disabled before what it belongs to.
    held: list[str] = []

    def hold(route):
        held.append(route.request.url)
        with deployment.database.write() as session:
            person = load_actor_by_login(session, "repairer").user_id
            UserService(deployment.context(session, SYSTEM)).disable(person)
        route.continue_()

    pocket.route("**/actions/feedback", hold)
    phone.send(page)
    page.goto("/m/#/queue")
    stuck = page.locator('[data-state="quarantined"]')
    expect(stuck).to_have_count(1, timeout=30_000)
    expect(stuck.locator("[data-todo]")).to_contain_text("导出交给主管")
    assert len(held) == 1
    pocket.unroute("**/actions/feedback")
    assert actions_of(deployment, task) == known

    worker.run_once(replace(deployment, clock=SystemClock()))  # prepares the photo for being shown
    desk = at_desk("agent_manager")
    desk.goto("/quarantine")
    desk.goto(desk.locator("table.grid tbody a").first.get_attribute("href"))
    shown = desk.locator(".pictures img")
    expect(shown).to_have_count(1)
    assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    assert faults(desk) == []
    desk.get_by_role("button", name="以本人名义提交").click()
    expect(desk.locator("main")).to_contain_text("已代为提交")
    assert actions_of(deployment, task) == [*known, "feedback"]
    with deployment.database.read() as session:
        (media,) = session.query(MediaFile).filter_by(record_kind="task", record_id=task)
        assert media.uploader_id == load_actor_by_login(session, "agent_manager").user_id
        assert [step.action for step in steps_of(session, "task", task)].count("feedback") == 1
    stuck.get_by_role("button", name="重试").click()
    expect(page.locator('[data-state="done"]')).to_have_count(1, timeout=20_000)
