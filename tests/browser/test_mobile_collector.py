"""A collector on the phone: a new point with a piece, its photo and its label, and what is nearby; articles are read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from shuhua_core.accounts.actors import load_actor_by_login
from shuhua_core.articles.service import ArticleService
from shuhua_core.media.models import MediaFile
from shuhua_core.sites.labels.models import Label
from shuhua_core.sites.labels.service import LabelService
from shuhua_core.sites.models import Equipment, Site
from shuhua_core.testing.world import PASSWORD
from shuhua_web.layout import Assets
from tests.browser import mobile_phone as phone
from tests.browser.axe import faults

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not Assets().built, reason="the front end is not built"),
]

NEAR_THE_FIRST = {"longitude": 118.5754, "latitude": 24.8071, "accuracy": 8}


@pytest.fixture
def pocket(browser: Browser, address: str) -> Iterator[BrowserContext]:
    """A phone a few steps from a point that is known."""
    context = phone.context(browser, address, geolocation=NEAR_THE_FIRST, permissions=["geolocation"])
    yield context
    context.close()


@pytest.fixture
def label(deployment, world) -> str:
    """The code of a blank label."""
    with deployment.database.write() as session:
        service = LabelService(deployment.context(session, load_actor_by_login(session, "dispatcher")))
        _batch, labels = service.batch(service.make_batch({"count": 1}).id)
        return labels[0].code


def test_a_collector_sees_what_is_near_and_brings_a_point_a_piece_and_its_label(pocket, deployment, world, label, tmp_path):
    known = world.sites["one"]
    page = phone.sign_in(pocket, "collector", PASSWORD)
    page.get_by_role("button", name="信息采集").click()
    near = page.get_by_role("status").filter(has_text="附近已有安装点")
    expect(near).to_contain_text(known.number)
    page.locator('[data-field="name"] input').fill("湖边健身点")
    page.locator('[data-field="kind"] label.choice', has_text="公园").click()
    page.get_by_role("button", name="添加器材").click()
    piece = page.locator('[data-piece="0"]')
    model = page.locator("#model-0 option").nth(1).get_attribute("value")
    page.select_option("#model-0", model)
    with page.expect_file_chooser() as chooser:
        piece.locator(".capture-button").first.click()
    chooser.value.set_files(phone.photo(tmp_path / "piece.jpg"))
    expect(piece.locator("[data-file]")).to_have_count(1)
    piece.get_by_role("button", name="扫码", exact=True).click()
    page.fill("#typed-code", label)
    page.get_by_role("button", name="打开").click()
    expect(piece).to_contain_text(label)
    assert faults(page) == []
    assert phone.narrow_targets(page) == []
    phone.send(page)
    page.goto("/m/#/queue")
    expect(page.locator('[data-state="done"]')).to_have_count(3, timeout=30_000)
    with deployment.database.read() as session:
        site = session.query(Site).filter_by(name="湖边健身点").one()
        assert (round(site.longitude, 4), round(site.latitude, 4), site.kind) == (118.5754, 24.8071, "park")
        made = session.query(Equipment).filter_by(site_id=site.id).one()
        assert made.code == label
        assert session.query(Label).filter_by(code=label).one().state == "bound"
        assert session.query(MediaFile).filter_by(record_kind="equipment", record_id=made.id).count() == 1


def test_a_label_is_bound_to_a_piece_that_is_known(pocket, deployment, world, label):
    with deployment.database.write() as session:
        piece = session.get_one(Equipment, world.pieces["one_2"].id)
        piece.code = None
    page = phone.sign_in(pocket, "collector", PASSWORD)
    page.goto(f"/m/#/piece/{piece.id}")
    page.get_by_role("button", name="绑定标签").click()
    page.fill("#typed-code", label)
    page.get_by_role("button", name="打开").click()
    page.goto("/m/#/queue")
    expect(page.locator('[data-state="done"]')).to_have_count(1, timeout=30_000)
    with deployment.database.read() as session:
        assert session.get_one(Equipment, piece.id).code == label


def test_articles_are_read_also_without_a_network(pocket, deployment, world):
    with deployment.database.write() as session:
        service = ArticleService(deployment.context(session, load_actor_by_login(session, "content_editor")))
        words = {"section": "tips", "title_zh": "漫步机怎么用", "body_zh": "## 站稳\n\n双手**握稳**扶手。"}
        service.act(service.create(words).id, "publish", {})
    page = phone.sign_in(pocket, "repairer", PASSWORD)
    phone.await_worker(page)
    page.goto("/m/#/messages")
    page.get_by_role("button", name="资讯", exact=True).click()
    page.get_by_role("button", name="漫步机怎么用").click()
    expect(page.locator("article strong")).to_have_text("握稳")
    assert faults(page) == []
    pocket.set_offline(True)
    page.goto("/m/#/messages")
    page.get_by_role("button", name="资讯", exact=True).click()
    page.get_by_role("button", name="漫步机怎么用").click()
    expect(page.locator("article")).to_contain_text("双手")
