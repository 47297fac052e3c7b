"""An article from the editor's form to the phones of those that it is for, and away again.

With ``SHUHUA_SCREENSHOTS`` set to a folder each page is also kept as a picture there, for people to look at.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from shuhua_core.kernel.clock import SystemClock
from shuhua_core.testing.world import PASSWORD
from shuhua_core.worker import Worker
from shuhua_web.layout import Assets
from tests.browser import mobile_phone as phone
from tests.browser.axe import faults
from tests.browser.test_main_job import press, send, state

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not Assets().built, reason="the front end is not built"),
]

BODY = "## 站稳再走\n\n- 双手**握稳**扶手\n- 停稳后再下\n\n> 雨后踏板湿滑，请先擦干。"


@pytest.fixture
def pockets(browser: Browser, address: str) -> Iterator[Callable[[str], Page]]:
    """Phones by login, signed in."""
    opened: list[BrowserContext] = []

    def sign_in(login: str) -> Page:
        opened.append(phone.context(browser, address))
        return phone.sign_in(opened[-1], login, PASSWORD)

    yield sign_in
    for each in opened:
        each.close()


@pytest.fixture
def work(deployment) -> Callable[[], None]:
    """Lets a worker work until nothing is due."""
    living = replace(deployment, clock=SystemClock())

    def run() -> None:
        with Worker(living, jobs=()) as worker:
            worker.run_until_idle()

    return run


def look(page: Page, name: str) -> None:
    """The page as a picture, for people."""
    folder = os.environ.get("SHUHUA_SCREENSHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"article-{name}.png", full_page=True, caret="initial")


def read_again(page: Page, at: float) -> float:
    """Read what is new on a phone."""
    page.goto("/m/#/me")
    page.get_by_role("button", name="重新同步全部数据").click()
    return phone.await_complete(page, at)


def articles(page: Page) -> list[str]:
    """Titles of the articles on a phone."""
    page.goto("/m/#/messages")
    page.get_by_role("button", name="资讯", exact=True).click()
    page.wait_for_timeout(200)
    return page.locator("[data-article] .card-title").all_inner_texts()


def write(editor: Page, tmp_path: Path) -> None:
    """An article with two pictures for repairers and for one agent's people, by the form."""
    editor.goto("/articles/office")
    editor.locator('a[href="/articles/office/new"]').first.click()
    form = editor.locator("#form-articlecreate")
    form.get_by_text("运动小知识", exact=True).click()
    editor.fill('[name="title_zh"]', "漫步机怎么用才安全")
    editor.fill('[name="title_en"]', "How to use an air walker safely")
    editor.fill('[name="body_zh"]', BODY)
    form.get_by_text("指定角色或机构", exact=True).click()
    form.get_by_text("巡查员", exact=True).click()
    look(editor, "form")
    form.get_by_text("测试代理商甲").first.click()
    files = []
    for number, colour in enumerate(("steelblue", "seagreen")):
        files.append(tmp_path / f"{number}.jpg")
        Image.new("RGB", (1200, 800), colour).save(files[-1])
    editor.locator('input[type="file"]').set_input_files(files)
    expect(editor.locator("form .pictures img, form figure img")).to_have_count(2)
    look(editor, "form")
    assert faults(editor) == []
    send(editor)
    state(editor, "草稿")


def test_an_article_reaches_those_that_it_is_for_with_a_message_and_leaves_them_when_withdrawn(at_desk, pockets, work, tmp_path):
    editor = at_desk("content_editor")
    write(editor, tmp_path)
    look(editor, "record")
    mine, others = {each: pockets(each) for each in ("repairer", "inspector")}, {"customer": pockets("customer")}
    times = {login: phone.await_complete(page) for login, page in {**mine, **others}.items()}
    assert [articles(page) for page in (*mine.values(), *others.values())] == [[], [], []]

    press(editor, "publish")
    send(editor)
    state(editor, "已发布")
    work()
    for login, page in {**mine, **others}.items():
        times[login] = read_again(page, times[login])
    for login, page in mine.items():
        assert articles(page) == ["漫步机怎么用才安全"]
        look(page, f"list-{login}")
        page.get_by_role("button", name="消息", exact=True).first.click()
        message = page.locator(".card", has_text="漫步机怎么用才安全")
        expect(message).to_have_count(1)
        message.click()
        expect(page.locator("article")).to_contain_text("雨后踏板湿滑")
        expect(page.locator("article .picture img")).to_have_count(2)
        page.wait_for_function("[...document.querySelectorAll('article img')].every((each) => each.naturalWidth === 1200)")
        look(page, f"read-{login}")
        assert faults(page) == []
    assert articles(others["customer"]) == []
    others["customer"].get_by_role("button", name="消息", exact=True).first.click()
    expect(others["customer"].locator(".card")).to_have_count(0)
    number = editor.url.rpartition("/")[2]
    others["customer"].goto(f"/m/#/article/{number}")
    expect(others["customer"].get_by_role("status").filter(has_text="不再面向您")).to_be_visible()

    press(editor, "withdraw")
    send(editor)
    state(editor, "已撤下")
    for login, page in mine.items():
        read_again(page, times[login])
        assert articles(page) == []
        assert phone.kept_pictures(page) == []
        page.goto(f"/m/#/article/{number}")
        expect(page.get_by_role("status").filter(has_text="已撤下")).to_be_visible()
