"""Sending a report with a picture over a bad link: how far it is, a break, and no twin; and all of it without script."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from shuhua_core.kernel.actor import SYSTEM
from shuhua_core.media.models import MediaFile
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.testing.flow import Flow
from shuhua_web.layout import Assets
from tests.browser import mobile_phone as phone
from tests.browser.axe import faults
from tests.browser.line import line_to

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not Assets().built, reason="the front end is not built"),
]


@pytest.fixture
def large(tmp_path) -> Path:
    """A picture of about a megabyte, which no packing makes smaller."""
    path = tmp_path / "large.jpg"
    Image.effect_noise((1100, 1100), 90).convert("RGB").save(path, "JPEG", quality=92)
    assert path.stat().st_size > 700_000
    return path


@pytest.fixture
def line(address):
    """The line between the park and the server."""
    with line_to(address) as made:
        yield made


@pytest.fixture
def stranger(browser, line):
    """Somebody's phone in the park."""
    context = phone.context(browser, line.address)
    yield context.new_page()
    context.close()


def throttle(page: Page, kilobytes: int) -> None:
    """So many kilobytes a second go up; 0 for as many as there are."""
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    values = {"latency": 40, "downloadThroughput": -1, "uploadThroughput": kilobytes * 1000 or -1}
    line.send("Network.emulateNetworkConditions", {"offline": False, **values})


def fill(page: Page, code: str, picture: Path) -> None:
    """The report with words, a picture and a name."""
    page.goto(f"/q/{code}")
    page.locator(".tiles label").first.click()
    page.locator("details summary").click()
    page.fill("[name=symptom]", "踏板断裂")
    page.fill("[name=caller_name]", "王女士")
    page.set_input_files("[name=pictures]", picture)


def reports(deployment) -> list[tuple[str, int]]:
    """Words and number of files of what the server has."""
    with deployment.database.read() as session:
        return [
            (each.symptom, session.query(MediaFile).filter_by(record_kind="repair", record_id=each.id).count())
            for each in session.query(RepairRequest)
        ]


def test_the_share_that_was_sent_is_told_and_grows(stranger, deployment, world, large):
    fill(stranger, world.pieces["one_1"].code, large)
    throttle(stranger, 250)
    stranger.locator("#report button[type=submit]").click()
    status = stranger.locator(".sending [role=status]")
    expect(status).to_have_text(re.compile(r"已上传 [1-9][0-9]?%"), timeout=10_000)
    first = stranger.locator(".sending progress").evaluate("bar => bar.value")
    assert 0 < first < 100
    assert faults(stranger) == []
    assert phone.narrow_targets(stranger) == []
    stranger.wait_for_function("first => document.querySelector('.sending progress').value > first", arg=first)
    throttle(stranger, 0)
    stranger.wait_for_url("**/r/**", timeout=30_000)
    expect(stranger.locator("main")).to_contain_text("我们已收到")
    assert reports(deployment) == [("松动、晃动：踏板断裂", 1)]
    stranger.goto(f"/q/{world.pieces['one_1'].code}")
    expect(stranger.locator("[name=symptom]")).to_have_value("")


def test_a_link_that_breaks_leaves_all_that_was_entered_and_what_is_sent_again_counts_once(
    stranger, line, deployment, world, large
):
    fill(stranger, world.pieces["one_1"].code, large)
    throttle(stranger, 250)
    button = stranger.locator("#report button[type=submit]")
    button.click()
    expect(stranger.locator(".sending [role=status]")).to_have_text(re.compile(r"已上传 [1-9][0-9]?%"), timeout=10_000)
    line.cut()
    problem = stranger.locator(".sending [role=alert]")
    expect(problem).to_contain_text("网络中断", timeout=20_000)
    assert faults(stranger) == []
    assert reports(deployment) == []
    expect(stranger.locator("[name=symptom]")).to_have_value("踏板断裂")
    assert stranger.locator("[name=pictures]").evaluate("control => control.files.length") == 1
    line.mend()
    throttle(stranger, 0)

    # This time all of it arrives, and the answer is lost.
    line.lose_the_answer()
    button.click()
    expect(problem).to_contain_text("网络中断", timeout=20_000)
    assert reports(deployment) == [("松动、晃动：踏板断裂", 1)]
    line.mend()
    button.click()
    stranger.wait_for_url("**/r/**", timeout=30_000)
    assert reports(deployment) == [("松动、晃动：踏板断裂", 1)]


def test_stopping_keeps_the_form_and_what_the_server_finds_wrong_keeps_the_files(stranger, deployment, world, large):
    fill(stranger, world.pieces["one_1"].code, large)
    throttle(stranger, 100)
    stranger.locator("#report button[type=submit]").click()
    stranger.get_by_role("button", name="停止上传").click()
    expect(stranger.locator(".sending [role=alert]")).to_contain_text("已停止")
    throttle(stranger, 0)
    stranger.fill("[name=caller_phone]", "123")
    stranger.locator("#report button[type=submit]").click()
    expect(stranger.locator("#report .error").filter(has_text=re.compile("."))).not_to_have_count(0, timeout=20_000)
    expect(stranger.locator("[name=symptom]")).to_have_value("踏板断裂")
    assert stranger.locator("[name=pictures]").evaluate("control => control.files.length") == 1
    assert reports(deployment) == []
    stranger.fill("[name=caller_phone]", "")
    stranger.locator("#report button[type=submit]").click()
    stranger.wait_for_url("**/r/**", timeout=30_000)
    assert reports(deployment) == [("松动、晃动：踏板断裂", 1)]


def test_what_is_supplied_to_a_report_shows_its_share_too_and_leaves_no_draft(stranger, deployment, world, large):
    stranger.goto(f"/q/{world.pieces['one_1'].code}")
    stranger.locator(".tiles label").first.click()
    stranger.locator("#report button[type=submit]").click()
    stranger.wait_for_url("**/r/**")
    with deployment.database.write() as session:
        world.session = session
        flow = Flow(deployment.context(session, SYSTEM), world)
        flow.repair("reviewer", session.query(RepairRequest).one(), "ask_more", question="请补拍一张照片")
    stranger.reload()
    stranger.locator(".actions a").first.click()
    stranger.locator("main textarea").first.fill("补充：左侧踏板")
    stranger.reload()
    expect(stranger.locator("main textarea").first).to_have_value("补充：左侧踏板")
    stranger.set_input_files("main input[type=file]", large)
    throttle(stranger, 250)
    stranger.locator("main form [type=submit]").click()
    expect(stranger.locator(".sending [role=status]")).to_have_text(re.compile(r"已上传 [1-9][0-9]?%"), timeout=10_000)
    throttle(stranger, 0)
    stranger.wait_for_url(re.compile(r"/r/[^/]+$"), timeout=30_000)
    assert [files for _words, files in reports(deployment)] == [1]
    assert stranger.evaluate("Object.keys(localStorage).filter((each) => each.includes('/r/'))") == []


def test_without_script_the_browser_sends_the_form_itself(browser, address, deployment, world, large):
    context = phone.context(browser, address, java_script_enabled=False)
    page = context.new_page()
    fill(page, world.pieces["one_1"].code, large)
    page.locator("#report button[type=submit]").click()
    page.wait_for_url("**/r/**", timeout=30_000)
    expect(page.locator("main")).to_contain_text("我们已收到")
    context.close()
    assert reports(deployment) == [("松动、晃动：踏板断裂", 1)]
