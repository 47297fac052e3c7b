"""Every screen of everybody's without a network, after the first synchronisation and with the app opened anew; pictures too.

With ``SHUHUA_SCREENSHOTS`` set to a folder each screen is also kept as a picture there, for people to look at.
"""

from __future__ import annotations

import os
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from shuhua_core.accounts.actors import load_actor_by_login
from shuhua_core.articles.service import ArticleService
from shuhua_core.kernel.actor import SYSTEM
from shuhua_core.kernel.clock import SystemClock
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.media.service import MediaService
from shuhua_core.media.store import MediaStore
from shuhua_core.quotations.service import QuotationService
from shuhua_core.sites.equipment import EquipmentService
from shuhua_core.testing.flow import Flow
from shuhua_core.testing.world import PASSWORD, World
from shuhua_core.worker import Worker
from shuhua_web.layout import Assets
from tests.browser import mobile_phone as phone

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not Assets().built, reason="the front end is not built"),
]

LINE = {"kind": "part", "text": "轴承", "quantity": "2", "unit_price": "35"}


def photo(deployment: Deployment, session: Any, login: str) -> int:
    """A stored photo of this person."""
    out = BytesIO()
    Image.effect_noise((640, 480), 90).convert("RGB").save(out, "JPEG")
    out.seek(0)
    ctx = deployment.context(session, load_actor_by_login(session, login))
    return MediaService(ctx).add(MediaStore(deployment.settings).receive(out)).id


@pytest.fixture
def places(deployment: Deployment, world: World, plan: int) -> dict[str, int]:
    """A piece, requests, tasks, a quotation and an article with pictures, and the messages that came of them."""
    living = replace(deployment, clock=SystemClock())
    with living.database.write() as session:
        world.session = session
        flow = Flow(living.context(session, SYSTEM), world)
        piece = world.pieces["one_1"].id
        shown = {"media_ids": [photo(living, session, "collector")]}
        EquipmentService(living.context(session, load_actor_by_login(session, "collector"))).edit(piece, shown)
        request = flow.report(symptom="左侧摆腿松动", media_ids=[photo(living, session, "customer")])
        task = flow.to_assigned(flow.approve(request, severity="urgent", in_warranty=False))
        manager = QuotationService(living.context(session, load_actor_by_login(session, "agent_manager")))
        manager.act(manager.create(task.id, {"lines": [LINE]}).id, "send")
        repairing = flow.to_assigned(flow.approve(flow.report(piece="one_2", symptom="踏板断裂"), severity="high"))
        for action in ("take", "depart", "arrive", "start"):
            flow.task("repairer", repairing, action)
        allocated = flow.approve(flow.report(piece="one_2", symptom="扶手松动"))
        flow.task("dispatcher", allocated, "allocate", unit_id=world.units["agent"].id)
        done = flow.approve(flow.report(piece="one_2", symptom="转盘异响"))
        done_media = {"media_ids": [photo(living, session, "repairer")]}
        completed = flow.to_completed(flow.to_assigned(done), **done_media)
        article = published(living, session, "站稳再走", pictures=2)
        found = {"piece": piece, "request": request.id, "assigned": task.id, "repairing": repairing.id, "plan": plan}
        found |= {"allocated": allocated.id, "completed": completed.id, "article": article, "site": world.sites["one"].id}
    with Worker(living, jobs=()) as worker:
        worker.run_until_idle()
    return found


def published(deployment: Deployment, session: Any, title: str, *, pictures: int, **more: Any) -> int:
    """An article that is out."""
    editor = ArticleService(deployment.context(session, load_actor_by_login(session, "content_editor")))
    media = [photo(deployment, session, "content_editor") for _each in range(pictures)]
    text = {"title_zh": title, "body_zh": f"## {title}\n\n双手**握稳**扶手，双脚踩在踏板中间。", "media_ids": media}
    article = editor.create({"section": "tips", **text, **more})
    editor.act(article.id, "publish", {})
    return int(article.id)


EVERYBODY = {
    "/scan": "扫码",
    "/queue": "全部已发送",
    "/me": "离线图片",
    "/messages": "资讯：",
    "/article/{article}": "双手握稳扶手",
}
SCREENS = {
    "customer": {
        "/": "左侧摆腿松动",
        "/equipment": "太空漫步机",
        "/piece/{piece}": "全生命周期",
        "/repair/{request}": "审核通过",
        "/task/{assigned}": "左侧摆腿松动",
        "/act/quotation/{quotation}/accept": "¥70",
        "/report": "测试公园",
        "/report?equipment={piece}": "CP1-1",
    },
    "host_unit": {"/": "左侧摆腿松动", "/piece/{piece}": "CP1-1", "/equipment": "太空漫步机", "/report": "测试公园"},
    "repairer": {
        "/": "左侧摆腿松动",
        "/task/{assigned}": "办理过程",
        "/task/{repairing}": "开始维修",
        "/act/task/{assigned}/appoint": "预约",
        "/act/task/{repairing}/complete": "维修结果",
        "/act/task/{repairing}/hold": "挂起",
        "/piece/{piece}": "全生命周期",
        "/report?equipment={piece}&stop=1": "CP1-1",
        "/quote/task/{assigned}": "左侧摆腿松动",
    },
    "agent_manager": {
        "/": "扶手松动",
        "/task/{allocated}": "办理过程",
        "/act/task/{allocated}/object": "理由",
        "/task/{assigned}": "报价单",
        "/figures": "未完成",
        "/piece/{piece}": "全生命周期",
    },
    "inspector": {
        "/": "巡查 1",
        "/inspect": "测试公园",
        "/inspect/site/{site}?plan={plan}": "其余全部正常",
        "/visit": "测试公园",
        "/report": "测试公园",
        "/report?equipment={piece}&stop=1": "CP1-1",
    },
    "followup_clerk": {
        "/": "转盘异响",
        "/task/{completed}": "完成",
        "/act/task/{completed}/follow_up": "回访方式",
        "/visit?task={completed}": "转盘异响",
        "/repair/{request}": "审核通过",
    },
    "collector": {"/": "信息采集", "/collect": "添加器材", "/piece/{piece}": "CP1-1"},
    "dispatcher": {"/": "左侧摆腿松动", "/task/{assigned}": "办理过程", "/repair/{request}": "审核通过", "/figures": "未完成"},
}
"""Role -> screen -> what stands on it, which the server alone could have told."""
LACKING = ("联网后再试", "联网同步后再试", "无法连接服务器", "加载中", "本机没有")


@pytest.mark.timeout(600)
@pytest.mark.parametrize("login", SCREENS)
def test_every_screen_is_there_without_a_network_in_an_app_that_was_opened_anew(pocket, places, login):
    page = phone.sign_in(pocket, login, PASSWORD)
    phone.await_worker(page)
    phone.await_complete(page)
    places = {**places, "quotation": 1}
    pocket.set_offline(True)
    page.close()
    page = pocket.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    wrong = {}
    for number, (screen, told) in enumerate({**SCREENS[login], **EVERYBODY}.items()):
        page.goto(f"/m/#{screen.format(**places)}")
        page.locator("h1").first.wait_for()
        expect(page.locator("#app")).to_contain_text(told)
        page.wait_for_timeout(300)
        kept(page, f"{login}-{number}")
        text = page.locator("#app").inner_text()
        wrong[screen] = [*(each for each in LACKING if each in text), *(f"empty picture: {each}" for each in unpainted(page))]
    assert {screen: found for screen, found in wrong.items() if found} == {}
    assert complaints == []


def unpainted(page: Page) -> list[str]:
    """Places of pictures without one."""
    return page.locator(".thumbnail, .picture").evaluate_all(
        "(all) => all.filter((each) => !each.querySelector('img')?.naturalWidth).map((each) => each.outerHTML.slice(0, 120))"
    )


def kept(page: Page, name: str) -> None:
    """The screen as a picture, for people."""
    folder = os.environ.get("SHUHUA_SCREENSHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"offline-{name}.png", full_page=True)


def test_an_article_is_read_with_its_pictures_without_a_network(pocket, places):
    page = phone.sign_in(pocket, "repairer", PASSWORD)
    phone.await_worker(page)
    phone.await_complete(page)
    pocket.set_offline(True)
    page.close()
    page = pocket.new_page()
    page.goto("/m/#/messages")
    page.get_by_role("button", name="资讯", exact=True).click()
    page.locator(f'[data-article="{places["article"]}"]').click()
    expect(page.locator("article strong")).to_have_text("握稳")
    pictures = page.locator("article .picture img")
    expect(pictures).to_have_count(2)
    page.wait_for_function("document.querySelectorAll('article .picture img')[1].naturalWidth === 640")
    assert phone.painted(pictures) == [640, 640]
    pictures.first.click()
    page.wait_for_function("document.querySelector('.viewer-body img')?.naturalWidth === 640")


def test_pictures_leave_with_the_article_and_with_the_person(pocket, deployment, places):
    page = phone.sign_in(pocket, "repairer", PASSWORD)
    at = phone.await_complete(page)
    own = [each for each in phone.kept_pictures(page) if f"/articles/{places['article']}/" in each]
    assert len(own) == 4
    with deployment.database.write() as session:
        editor = ArticleService(deployment.context(session, load_actor_by_login(session, "content_editor")))
        editor.act(places["article"], "withdraw", {})
    page.goto("/m/#/me")
    page.get_by_role("button", name="重新同步全部数据").click()
    phone.await_complete(page, at)
    left = phone.kept_pictures(page)
    assert left
    assert not set(own) & set(left)
    page.goto(f"/m/#/article/{places['article']}")
    expect(page.get_by_role("status").filter(has_text="已撤下")).to_be_visible()
    page.goto("/m/#/me")
    page.get_by_role("button", name="退出登录").click()
    phone.say_yes(page)
    page.wait_for_selector("#login")
    assert phone.kept_pictures(page) == []
