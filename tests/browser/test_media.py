"""Videos and voices from phones play in the office: on the pages of requests, tasks, inspections and installation points.

With ``SHUHUA_SCREENSHOTS`` set to a folder each page is also kept as a picture there, for people to look at.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from shuhua_core.inspections.models import Inspection
from shuhua_core.kernel.clock import SystemClock
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.sites.models import Site
from shuhua_core.testing.world import PASSWORD
from shuhua_core.worker import Worker
from shuhua_web.layout import Assets
from tests.browser import mobile_phone as phone
from tests.browser.axe import faults

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not Assets().built, reason="the front end is not built"),
]

SAMPLES = Path(os.environ.get("SHUHUA_TEST_DATA", "../shared/data")) / "phone-media"
FILM, VOICE = SAMPLES / "sample.mp4", SAMPLES / "sample_nb.amr"
PLAYS = """async (player) => {
  player.muted = true;
  await player.play();
  while (player.currentTime === 0 && !player.ended) await new Promise((done) => setTimeout(done, 50));
  return [player.tagName, player.readyState, player.duration, player.error?.message ?? null, player.videoWidth ?? 0];
}"""


@pytest.fixture
def pockets(browser: Browser, address: str) -> Iterator[Callable[[str], Page]]:
    """Phones at the first site by login, signed in."""
    opened: list[BrowserContext] = []
    here = {"longitude": 118.5751, "latitude": 24.8071}

    def sign_in(login: str) -> Page:
        opened.append(phone.context(browser, address, geolocation=here, permissions=["geolocation"]))
        return phone.sign_in(opened[-1], login, PASSWORD)

    yield sign_in
    for each in opened:
        each.close()


def add(part: object, count: int) -> None:
    """Choose a film and a voice memo."""
    part.locator("input[name=pick]").set_input_files([FILM, VOICE])  # type: ignore[attr-defined]
    expect(part.locator("[data-file]")).to_have_count(count)  # type: ignore[attr-defined]


def played(desk: Page, address: str, name: str) -> None:
    """Open a page of the office and play what it has: a film and a voice."""
    desk.goto(address)
    film, voice = desk.locator("main video").first, desk.locator("main audio").first
    for player in (film, voice):
        tag, ready, duration, error, width = player.evaluate(PLAYS)
        assert error is None
        assert ready >= 2
        assert duration > 0
        assert (width > 0) == (tag == "VIDEO")
    folder = os.environ.get("SHUHUA_SCREENSHOTS")
    if folder:
        film.scroll_into_view_if_needed()
        desk.screenshot(path=Path(folder) / f"media-{name}.png", caret="initial")
    assert faults(desk) == []


def report(page: Page, piece: int) -> None:
    """A customer's report."""
    page.goto(f"/m/#/report?equipment={piece}")
    page.fill("[name=symptom]", "踏板异响，录像和录音各一段")
    add(page.locator('[data-field="media_ids"]'), 2)


def feed_back(page: Page, task: int) -> None:
    """A repairer's feedback."""
    page.goto(f"/m/#/act/task/{task}/feedback")
    page.fill("[name=text]", "到场拍摄")
    add(page.locator('[data-field="media_ids"]'), 2)


def inspect(page: Page, site: int, piece: int) -> None:
    """A round at a site, on which a piece is not as it should be."""
    page.goto(f"/m/#/inspect/site/{site}")
    first = page.locator(f'[data-piece="{piece}"] .question').first
    first.locator(".answer-abnormal").click()
    add(first, 2)
    for button in page.get_by_role("button", name="其余全部正常").all():
        button.click()


def collect(page: Page) -> None:
    """A new installation point."""
    page.goto("/m/#/collect")
    page.locator('[data-field="name"] input').fill("湖边健身点")
    page.locator('[data-field="kind"] label.choice', has_text="公园").click()
    expect(page.locator('[data-field="position"]')).to_contain_text("已定位")
    add(page.locator('[data-field="media_ids"]').first, 2)


@pytest.fixture
def addresses(pockets, deployment, world, task) -> dict[str, str]:
    """The pages of what was sent from four phones, each with a film and a voice that the worker has looked at."""
    site, piece = world.sites["one"].id, world.pieces["one_1"].id
    for login, make in (
        ("customer", lambda page: report(page, world.pieces["one_2"].id)),
        ("repairer", lambda page: feed_back(page, task)),
        ("inspector", lambda page: inspect(page, site, piece)),
        ("collector", collect),
    ):
        page = pockets(login)
        make(page)
        phone.send(page)
        page.goto("/m/#/queue")
        expect(page.locator('[data-state="done"]')).to_have_count(1, timeout=60_000)
    with Worker(replace(deployment, clock=SystemClock()), jobs=()) as worker:
        worker.run_until_idle()
    with deployment.database.read() as session:
        repair = session.query(RepairRequest).filter(RepairRequest.symptom.startswith("踏板异响")).one().id
        made = session.query(Inspection).one().id
        new = session.query(Site).filter_by(name="湖边健身点").one().id
    return {
        "repair": f"/repairs/{repair}",
        "task": f"/tasks/{task}",
        "inspection": f"/inspections/{made}",
        "site": f"/sites/{new}",
    }


@pytest.mark.timeout(300)
def test_films_and_voices_from_phones_play_on_the_pages_of_the_office(at_desk, addresses):
    desk = at_desk("dispatcher")
    for name, address in addresses.items():
        played(desk, address, name)
