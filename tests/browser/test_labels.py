"""Labels in the office: a batch made and printed, and the lists of what should be looked at.

With ``SHUHUA_SCREENSHOTS`` set to a folder each page is also kept as a picture there, for people to look at.
"""

from __future__ import annotations

import io
import os
from pathlib import Path

import pypdf
import pytest
from playwright.sync_api import Page, expect

from shuhua_core.accounts.actors import load_actor_by_login
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.sites.labels.scans import note_scan
from shuhua_core.sites.labels.service import LabelService
from shuhua_core.testing.world import World
from tests.browser.axe import faults

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def look(page: Page, name: str) -> None:
    """The page as a picture, for people."""
    folder = os.environ.get("SHUHUA_SCREENSHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"labels-{name}.png", full_page=True, caret="initial")


def texts(page: Page, link: str) -> list[str]:
    """The pages of the PDF behind a link, as text."""
    address = page.locator(link).get_attribute("href")
    answer = page.request.get(address)
    assert answer.headers["content-type"] == "application/pdf"
    folder = os.environ.get("SHUHUA_SCREENSHOTS")
    if folder:
        (Path(folder) / f"labels-{address.rpartition('=')[2]}.pdf").write_bytes(answer.body())
    return [each.extract_text() for each in pypdf.PdfReader(io.BytesIO(answer.body())).pages]


def test_a_collector_makes_a_batch_sees_it_and_its_labels_and_prints_it(at_desk, world):
    page = at_desk("collector")
    page.goto("/labels")
    page.get_by_role("link", name="空白标签").click()
    page.fill('[name="count"]', "30")
    page.fill('[name="note"]', "给晋江的第一批")
    page.locator("#form-newbatch button[type=submit]").first.click()
    row = page.locator("table.grid tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("给晋江的第一批")
    look(page, "batches")
    assert faults(page) == []
    sheets = texts(page, 'a[href$="size=50x50"]')
    assert "\n".join(sheets).count("\n") >= 29
    assert len(sheets) == 2
    page.goto("/labels?state=blank")
    expect(page.locator("table.grid tbody tr")).to_have_count(20)
    expect(page.locator("main")).to_contain_text("30")
    page.locator("table.grid tbody tr a").first.click()
    page.locator('[href*="/actions/bind"], [hx-get*="/actions/bind"]').first.wait_for()
    stranger = at_desk("dispatcher_other")
    stranger.goto("/labels?state=blank")
    expect(stranger.locator("table.grid tbody tr a")).to_have_count(0)


@pytest.fixture
def odd(deployment: Deployment, world: World) -> dict[str, str]:
    """A label of each kind that should be looked at: list -> code."""
    with deployment.database.write() as session:
        labels = LabelService(deployment.context(session, load_actor_by_login(session, "dispatcher")))
        codes = [each.code for each in labels.batch(labels.make_batch({"count": 5}).id)[1]]
        site, (one, two) = world.sites["one"], (world.pieces["one_1"].id, world.pieces["one_2"].id)
        ctx = deployment.context(session, load_actor_by_login(session, "dispatcher"))
        labels.act(codes[0], "bind", {"equipment_id": one, "reason": "旧标签破损"})
        labels.act(codes[0], "unbind", {"reason": "贴错了"})
        labels.act(codes[0], "bind", {"equipment_id": two, "reason": "贴对了"})
        labels.act(codes[1], "bind", {"equipment_id": one})
        note_scan(ctx, codes[1], site.longitude + 0.05, site.latitude)
        note_scan(ctx, codes[0], site.longitude, site.latitude)
        labels.act(codes[2], "bind", {"equipment_id": world.pieces["two_1"].id, "reason": "更换"})
        labels.act(codes[4], "retire", {"reason": "打印不清"})
        return {"twice": codes[0], "far": codes[1], "never": codes[2], "blank": codes[3]}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_list_of_labels_to_look_at_has_what_it_should(at_desk, odd, language):
    page = at_desk("dispatcher")
    if language == "en":
        page.get_by_role("button", name="English").click()
        expect(page.locator("html")).to_have_attribute("lang", "en")
    found = {}
    for name, query in (("twice", "twice=true"), ("far", "far=true"), ("never", "never=true"), ("blank", "state=blank")):
        page.goto(f"/labels?{query}")
        found[name] = set(page.locator("table.grid tbody tr td a").all_inner_texts()) & set(odd.values())
        look(page, f"{language}-{name}")
        assert faults(page) == []
    page.goto("/labels/check")
    look(page, f"{language}-check")
    assert faults(page) == []
    expect(page.locator("section.card")).to_have_count(4)
    expect(page.locator("section.card", has_text=odd["far"]).first).to_be_visible()
    assert found["twice"] >= {odd["twice"]}
    assert found["far"] == {odd["far"]}
    assert odd["never"] in found["never"]
    assert not {odd["twice"], odd["far"], odd["blank"]} & found["never"]
    assert found["blank"] == {odd["blank"]}


def test_labels_of_chosen_equipment_are_printed_in_all_sizes(at_desk, world):
    page = at_desk("dispatcher")
    page.goto(f"/labels/print?site_id={world.sites['one'].id}")
    page.locator('form[id^="form-"] button[type=submit]').first.click()
    page.locator("a.btn-primary", has_text="×").first.wait_for()
    look(page, "print")
    codes = [world.pieces[name].code for name in ("one_1", "one_2")]
    for size in ("30x30", "50x50", "70x100"):
        (text,) = texts(page, f'a.btn-primary[href$="size={size}"]')
        assert all(code in text for code in codes)
        assert ("太空漫步机" in text) == (size == "70x100")
