"""Every screen of the phone at 360 by 640, in both languages and in large type: nothing is cut off, too small or hard to read.

With ``SHUHUA_SCREENSHOTS`` set to a folder each screen is also kept as a picture there, for people to look at.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from shuhua_core.accounts.actors import load_actor_by_login
from shuhua_core.articles.service import ArticleService
from shuhua_core.kernel.actor import SYSTEM
from shuhua_core.quotations.service import QuotationService
from shuhua_core.sites.models import Equipment
from shuhua_core.testing.flow import Flow
from shuhua_core.testing.world import PASSWORD
from shuhua_web.layout import Assets
from tests.browser import mobile_phone as phone
from tests.browser.axe import faults

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not Assets().built, reason="the front end is not built"),
]

MODES = {"zh": ("zh", False, 1), "en": ("en", False, 1), "large": ("zh", True, 1), "double": ("en", False, 2)}
"""Name -> language, the app's own large type, how much larger the person has set type in the browser."""
SCREENS = {
    "customer": "/ /equipment /report /report?equipment={piece} /repair/{asked} /act/repair/{asked}/supply /repair/{ended}"
    " /scan /queue /act/repair/{ended}/reopen /piece/{piece} /messages /me",
    "repairer": "/ /task/{assigned} /act/task/{assigned}/appoint /act/task/{assigned}/decline /task/{repairing} /queue /me"
    " /act/task/{repairing}/complete /act/task/{repairing}/hold /act/task/{repairing}/feedback /task/{dear} /quote/task/{dear}"
    " /task/{priced} /quote/quotation/{quotation}",
    "agent_manager": "/ /task/{allocated} /act/task/{allocated}/object /task/{accepted} /act/task/{accepted}/assign",
    "inspector": "/ /inspect /inspect/site/{site}?plan={plan} /piece/{piece} /report?equipment={piece}&stop=1",
    "followup_clerk": "/ /task/{completed} /act/task/{completed}/follow_up /visit?task={completed} /visit",
    "collector": "/ /collect /piece/{piece} /piece/{bare} /messages /article/{article}",
}
PUBLIC = (
    "/q/",
    "/q/?near=118.575,24.807",
    "/q/?code=ZZZZZZZZ",
    "/q/sites/{site}",
    "/q/{code}",
    "/q/{stopped}",
    "/q/ZZZZ2222",
    "/articles",
    "/articles/{article}",
)

_CUT = """() => [...document.querySelectorAll("h1, h2, button, a, label, .badge, .card *, .panel *, input, select, legend")]
  .filter((each) => each.checkVisibility() && each.clientWidth > 0 && !each.closest(".leaflet-container, video, svg"))
  .filter((each) => {
    const style = getComputedStyle(each);
    const hidden = style.overflowX !== "visible" && each.tagName !== "INPUT" && each.tagName !== "SELECT";
    const box = each.getBoundingClientRect();
    const outside = box.width > 0 && (box.right > innerWidth + 1 || box.left < -1) && style.position !== "absolute";
    return outside || (hidden && each.scrollWidth > each.clientWidth + 1);
  })
  .map((each) => `${each.outerHTML.slice(0, 140)} ${each.scrollWidth} in ${each.clientWidth}`)"""


@pytest.fixture
def places(deployment, world, plan) -> dict[str, object]:
    """A record in each state that screens differ by."""
    with deployment.database.write() as session:
        world.session = session
        flow = Flow(deployment.context(session, SYSTEM), world)
        long = "漫步机左侧摆腿连接处松动，用力时晃动并有金属摩擦声，晚间锻炼的老人较多，请尽快处理"
        assigned = flow.to_assigned(flow.approve(flow.report(symptom=long), severity="urgent"))
        repairing = flow.to_assigned(flow.approve(flow.report(piece="one_2", symptom="踏板断裂"), severity="high"))
        for action in ("take", "depart", "arrive", "start"):
            flow.task("repairer", repairing, action)
        allocated, accepted = (flow.approve(flow.report(piece="one_2", symptom=words)) for words in ("扶手松动", "座板开裂"))
        for task in (allocated, accepted):
            flow.task("dispatcher", task, "allocate", unit_id=world.units["agent"].id)
        flow.task("agent_manager", accepted, "accept")
        completed = flow.to_completed(flow.to_assigned(flow.approve(flow.report(piece="one_2", symptom="转盘异响"))))
        dear, priced = (
            flow.to_assigned(flow.approve(flow.report(piece="one_2", symptom=words), in_warranty=False))
            for words in ("立柱锈蚀", "坐垫老化开裂")
        )
        quotation = QuotationService(flow.context("repairer")).create(priced.id, {"lines": LINES, "warranty_months": 6})
        QuotationService(flow.context("repairer")).act(quotation.id, "send")
        asked = flow.report(symptom="坏了")
        flow.repair("reviewer", asked, "ask_more", question="请问具体是哪个部位损坏？能否补拍一张照片？")
        ended = flow.report(symptom="重复上报的故障")
        flow.repair("reviewer", ended, "reject", reason="该器材不属于本公司产品，建议联系所在社区。")
        editor = ArticleService(deployment.context(session, load_actor_by_login(session, "content_editor")))
        words = {
            "section": "tips",
            "title_zh": "漫步机怎么用",
            "title_en": "How to use the air walker",
            "body_zh": "## 站稳\n\n双手**握稳**扶手。",
        }
        article = editor.create(words)
        editor.act(article.id, "publish", {})
        session.get_one(Equipment, world.pieces["two_1"].id).state = "out_of_use"
        bare = session.get_one(Equipment, world.pieces["two_2"].id)
        bare.code = None
        return {
            **{name: record.id for name, record in locals().items() if name in _RECORDS},
            "piece": world.pieces["one_1"].id,
            "code": world.pieces["one_1"].code,
            "stopped": world.pieces["two_1"].code,
            "site": world.sites["one"].id,
            "plan": plan,
        }


_RECORDS = {
    "assigned", "repairing", "allocated", "accepted", "completed", "asked", "ended", "article", "bare", "dear", "priced",
    "quotation",
}  # fmt: skip
LINES = [
    {"kind": "labour", "text": "上门维修", "quantity": "1.5", "unit_price": "120.00"},
    {"kind": "part", "text": "深沟球轴承 6204（含密封圈）", "quantity": "2", "unit_price": "35.25"},
]


_ENLARGE = """(times) => {
  const root = document.documentElement;
  root.style.fontSize = "";
  if (times > 1) root.style.fontSize = `${parseFloat(getComputedStyle(root).fontSize) * times}px`;
}"""


def looked_at(page: Page, name: str, times: int = 1) -> list[str]:
    """What is wrong with the screen, in type that is so much larger than usual."""
    page.locator("h1").first.wait_for()
    page.evaluate(_ENLARGE, times)
    page.wait_for_timeout(250)
    folder = os.environ.get("SHUHUA_SCREENSHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [
        *faults(page, leave=(".leaflet-container",)),
        *(f"too small: {each}" for each in phone.narrow_targets(page)),
        *(f"cut off: {each}" for each in page.evaluate(_CUT)),
        *([f"the page is {wide} too wide"] if wide > 0 else []),
    ]


def told(wrong: dict[Any, list[str]]) -> str:
    """What is wrong anywhere, a line each; one that is wrong in many places is told once."""
    places: dict[str, list[Any]] = {}
    for place, found in wrong.items():
        for each in found:
            places.setdefault(each, []).append(place)
    return "\n".join(f"{each} -- {found}" for each, found in places.items())


def set_mode(page: Page, mode: str) -> None:
    """As the person sets it: language and large type in the app, the size of type in the browser."""
    language, large, _times = MODES[mode]
    page.goto("/m/#/me")
    page.evaluate(_ENLARGE, 1)
    if page.evaluate("document.documentElement.lang") != {"zh": "zh-Hans", "en": "en"}[language]:
        page.locator(".van-cell .small-button").click()
        page.wait_for_timeout(200)
        expect(page.locator(".stack .van-button--loading")).to_have_count(0, timeout=30_000)
    switch = page.get_by_role("switch")
    if (switch.get_attribute("aria-checked") == "true") != large:
        switch.click()


@pytest.mark.timeout(600)
@pytest.mark.parametrize("login", SCREENS)
def test_every_screen_can_be_read_and_grasped(pocket, places, login):
    page = phone.sign_in(pocket, login, PASSWORD)
    wrong = {}
    for mode in MODES:
        set_mode(page, mode)
        for number, screen in enumerate(SCREENS[login].split()):
            page.goto(f"/m/#{screen.format(**places)}")
            wrong[mode, screen] = looked_at(page, f"{login}-{mode}-{number}", MODES[mode][2])
    assert told(wrong) == ""


@pytest.mark.timeout(600)
def test_signing_in_can_be_read_and_grasped(browser, address):
    for locale in ("zh-CN", "en-US"):
        context = browser.new_context(viewport={"width": 360, "height": 640}, locale=locale, base_url=address)
        page = context.new_page()
        page.goto("/m/")
        assert looked_at(page, f"sign-in-{locale}") == []
        context.close()


WECHAT = (
    "Mozilla/5.0 (Linux; Android 13; M2102K1C) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116.0.0.0 "
    "Mobile Safari/537.36 XWEB/1160083 MMWEBSDK/20231202 MicroMessenger/8.0.47.2560(0x28002F30) WeChat/arm64"
)


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("locale", "times"), [("zh-CN", 1), ("en-US", 1), ("zh-CN", 2)])
def test_every_page_for_everybody_can_be_read_and_grasped_also_in_wechat(browser, address, places, locale, times):
    context = browser.new_context(
        viewport={"width": 360, "height": 640}, locale=locale, base_url=address, has_touch=True, user_agent=WECHAT
    )
    page = context.new_page()
    wrong = {}
    for number, path in enumerate(PUBLIC):
        page.goto(path.format(**places))
        wrong[path] = looked_at(page, f"public-{locale}-{times}-{number}", times)
    page.goto(f"/q/{places['code']}")
    page.locator(".tiles label").first.click()
    page.locator("details summary").click()
    wrong["more"] = looked_at(page, f"public-{locale}-{times}-more", times)
    page.locator("#report button[type=submit]").click()
    page.wait_for_url("**/r/**")
    wrong["report"] = looked_at(page, f"public-{locale}-{times}-report", times)
    for number, action in enumerate(page.locator(".actions a").evaluate_all("links => links.map(link => link.href)")):
        page.goto(action)
        wrong[action] = looked_at(page, f"public-{locale}-{times}-act-{number}", times)
    context.close()
    assert told(wrong) == ""
