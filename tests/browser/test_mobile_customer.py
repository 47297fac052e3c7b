"""A customer on the phone: reports by the code on the label, follows the request, says how content they are, opens it again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from shuhua_core.kernel.actor import SYSTEM
from shuhua_core.kernel.steps import steps_of
from shuhua_core.media.models import MediaFile
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.testing.flow import FOLLOW_UP, Flow
from shuhua_core.testing.world import PASSWORD
from shuhua_web.layout import Assets
from tests.browser import mobile_phone as phone
from tests.browser.axe import faults

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not Assets().built, reason="the front end is not built"),
]

SYMPTOM = "转盘卡住，转不动"


@pytest.fixture
def pocket(browser: Browser, address: str) -> Iterator[BrowserContext]:
    """A phone in the park."""
    context = phone.context(browser, address, geolocation={"longitude": 118.575, "latitude": 24.807}, permissions=["geolocation"])
    yield context
    context.close()


def repaired(deployment, world, repair_id: int) -> None:
    """The request repaired and followed up by others."""
    with deployment.database.write() as session:
        world.session = session
        flow = Flow(deployment.context(session, SYSTEM), world)
        task = flow.to_completed(flow.to_assigned(flow.approve(session.get_one(RepairRequest, repair_id))))
        flow.task("followup_clerk", task, "follow_up", **FOLLOW_UP)
        flow.task("followup_clerk", task, "close")


def look_again(page: Page) -> None:
    """Read what is new, as pulling down does."""
    page.goto("/m/#/me")
    page.get_by_role("button", name="重新同步全部数据").click()
    page.wait_for_timeout(500)


def test_a_report_made_without_a_network_by_a_phone_that_was_closed_arrives_once(pocket, deployment, world, tmp_path):
    piece = world.pieces["one_1"]
    picture = phone.photo(tmp_path / "stuck.jpg")
    page = phone.sign_in(pocket, "customer", PASSWORD)
    phone.await_worker(page)
    pocket.set_offline(True)
    page.get_by_role("button", name="我的器材").click()
    page.locator(f'[data-piece="{piece.id}"]').click()
    page.get_by_role("button", name="报修", exact=True).click()
    page.fill("[name=symptom]", SYMPTOM)
    phone.take_photo(page, "media_ids", picture)
    phone.send(page)
    phone.kill(page)

    page = pocket.new_page()
    page.goto("/m/#/queue")
    expect(page.locator('[data-state="waiting"]')).to_have_count(1)
    with deployment.database.read() as session:
        assert session.query(RepairRequest).count() == 0
    pocket.set_offline(False)
    expect(page.locator('[data-state="done"]')).to_have_count(1, timeout=30_000)
    with deployment.database.read() as session:
        (made,) = session.query(RepairRequest)
        assert (made.equipment_id, made.symptom) == (piece.id, SYMPTOM)
        (media,) = session.query(MediaFile).filter_by(record_kind="repair", record_id=made.id)
        assert media.sha256 == hashlib.sha256(picture.read_bytes()).hexdigest()
    assert phone.kept_bytes(page) == [0]


def test_a_customer_reports_follows_confirms_and_opens_again(pocket, deployment, world, tmp_path):
    piece = world.pieces["one_1"]
    picture = phone.photo(tmp_path / "stuck.jpg")
    page = phone.sign_in(pocket, "customer", PASSWORD)
    page.goto("/m/#/scan")
    page.fill("#typed-code", piece.code)
    page.get_by_role("button", name="打开").click()
    page.get_by_role("button", name="报修", exact=True).click()
    expect(page.locator(".form-about")).to_contain_text(piece.number)
    page.fill("[name=symptom]", SYMPTOM)
    phone.take_photo(page, "media_ids", picture)
    assert faults(page) == []
    phone.send(page)
    page.goto("/m/#/queue")
    expect(page.locator('[data-state="done"]')).to_have_count(1, timeout=30_000)
    with deployment.database.read() as session:
        (made,) = session.query(RepairRequest)
        assert (made.equipment_id, made.symptom) == (piece.id, SYMPTOM)
        (media,) = session.query(MediaFile).filter_by(record_kind="repair", record_id=made.id)
        assert media.sha256 == hashlib.sha256(picture.read_bytes()).hexdigest()
        repair = made.id
    page.goto("/m/#/")
    card = page.locator(f'[data-repair="{repair}"]')
    expect(card).to_contain_text("待审核")

    repaired(deployment, world, repair)
    look_again(page)
    page.goto("/m/#/")
    expect(page.get_by_role("region", name="等您处理").locator(f'[data-repair="{repair}"]')).to_contain_text("请您确认并评价")
    page.goto(f"/m/#/repair/{repair}")
    expect(page.locator(".steps")).to_contain_text("审核通过")
    # What was done for it stands in the same course of events.
    expect(page.locator(".steps")).to_contain_text("开始维修", timeout=20_000)
    assert faults(page) == []
    assert phone.narrow_targets(page) == []
    phone.press(page, "confirm")
    page.locator('[data-field="score"] label.choice', has_text="4").click()
    page.fill("[name=note]", "修得很快")
    phone.send(page)
    expect(page.locator(".panel").first).to_contain_text("已关闭", timeout=20_000)
    phone.press(page, "reopen")
    page.fill("[name=reason]", "又坏了")
    phone.send(page)
    expect(page.locator(".panel").first).to_contain_text("待审核", timeout=20_000)
    page.goto("/m/#/queue")
    expect(page.locator('[data-state="done"]')).to_have_count(3, timeout=20_000)
    with deployment.database.read() as session:
        steps = steps_of(session, "repair", repair)
        assert [step.action for step in steps][-2:] == ["confirm", "reopen"]
        assert session.get_one(RepairRequest, repair).score == 4


def test_an_answer_from_before_does_not_take_back_what_was_done_since(pocket, deployment, world):
    with deployment.database.write() as session:
        world.session = session
        repair = Flow(deployment.context(session, SYSTEM), world).report().id
    repaired(deployment, world, repair)
    page = phone.sign_in(pocket, "customer", PASSWORD)
    phone.await_worker(page)  # which fetches a lot: what is read below is not to stand behind it
    page.goto(f"/m/#/repair/{repair}")
    expect(page.locator('.page-foot [data-action="confirm"]')).to_be_visible()
    late = []

    def hold(route):
        """The first reading takes its time on the way back."""
        if late:
            return route.fallback()
        late.append((route, route.fetch()))
        return None

    pocket.route(f"**/api/v1/repairs/{repair}", hold)
    page.goto("/m/#/me")
    page.goto(f"/m/#/repair/{repair}")
    phone.press(page, "confirm")
    page.locator('[data-field="score"] label.choice', has_text="5").click()
    phone.send(page)
    expect(page.locator('.page-foot [data-action="reopen"]')).to_be_visible(timeout=20_000)
    page.goto("/m/#/queue")
    expect(page.locator('[data-state="done"]')).to_have_count(1, timeout=20_000)
    with page.expect_response(f"**/api/v1/repairs/{repair}/timeline"):
        page.goto(f"/m/#/repair/{repair}")
    route, answer = late[0]
    assert answer.json()["state"] == "resolved"
    route.fulfill(response=answer)
    page.wait_for_timeout(700)
    expect(page.locator(".panel").first).to_contain_text("已关闭")
    expect(page.locator('.page-foot [data-action="reopen"]')).to_be_visible()
