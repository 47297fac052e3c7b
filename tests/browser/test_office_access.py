"""Pages of the office for people who see or grasp badly: axe finds nothing serious, and the keyboard alone is enough."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from shuhua_core.kernel.clock import SystemClock
from shuhua_core.testing.world import PASSWORD
from tests.browser import axe
from tests.web.work import flow_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MAP = (".leaflet-container",)
DESKS = {
    "call_centre": ("/", "/repairs/intake", "/repairs", "/repairs/1", "/messages"),
    "reviewer": ("/repairs?state=pending_review", "/repairs/2", "/map"),
    "dispatcher": (
        "/", "/tasks", "/tasks/1", "/tasks/1/deadline", "/sites", "/sites/1", "/sites/new", "/equipment", "/equipment/1",
        "/models", "/models/1", "/projects", "/projects/1", "/customers", "/customers/1", "/customers/new", "/customers/import",
        "/labels", "/labels/print", "/inspections", "/inspections/due", "/inspections/coverage", "/inspections/activity",
        "/inspections/spot-check", "/plans", "/checklists", "/parts", "/parts/faults", "/articles", "/quotations",
        "/customers/twins", "/sites/twins", "/customers/1/merge?with=2",
    ),
    "quality_engineer": (
        "/", "/choices", "/choices/faults", "/choices/faults/new", "/lifetimes", "/lifetimes/new", "/parts/faults",
    ),
    "agent_manager": ("/", "/tasks", "/tasks/1"),
    "followup_clerk": ("/followups",),
    "content_editor": ("/articles/office", "/articles/office/new"),
    "leader": ("/", "/overview"),
    "administrator": (
        "/users", "/users/new", "/users/import", "/users/2", "/users/2/sees", "/roles", "/roles/2", "/organisations", "/teams",
        "/absences", "/logs", "/logs/1", "/logs/security", "/logs/running", "/logs/chain", "/persons", "/system/plugins",
        "/system/jobs", "/system/settings", "/quarantine", "/sessions", "/second-factor", "/password",
    ),
}  # fmt: skip


@pytest.fixture
def work(deployment, world):
    """A task that waits for its unit, and a request that waits for its review."""
    with flow_in(replace(deployment, clock=SystemClock()), world) as flow:
        task = flow.approve(flow.report(symptom="摆腿松动"))
        flow.task("dispatcher", task, "allocate", unit_id=world.units["agent"].id)
        flow.report(symptom="踏板断裂", piece="one_2")


@pytest.mark.parametrize("locale", ["zh_Hans", "en"])
@pytest.mark.parametrize("login", DESKS)
def test_axe_finds_nothing_serious(work, at_desk, login, locale):
    page = at_desk(login)
    if locale == "en":
        page.locator(".languages button").first.click()
        expect(page.locator("html")).to_have_attribute("lang", "en")
    found = {}
    for path in DESKS[login]:
        answer = page.goto(path)
        assert answer.ok, path
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], path
        if faults := axe.faults(page, leave=MAP):
            found[path] = faults
    assert [(path, fault) for path, faults in found.items() for fault in faults] == []


# By keyboard alone -------------------------------------------------------------------------------------------------------


def tab_to(page: Page, selector: str, most: int = 120) -> None:
    """Press Tab until the focus is on what the selector names; what has it on the way can be seen to have it."""
    for _press in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"the keyboard does not come to {selector}")


def press_on(page: Page, selector: str) -> None:
    tab_to(page, selector)
    page.keyboard.press("Enter")


def sign_in_by_keyboard(page: Page, login: str) -> None:
    page.goto("/sign-in")
    for selector, text in (("input[name=login]", login), ("input[name=password]", PASSWORD)):
        if not page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            tab_to(page, selector)
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    page.wait_for_url("**/")


@pytest.fixture
def keys(browser, address):
    """Gives somebody's window, signed in by the keyboard; the mouse stays where it is."""
    contexts = []

    def desk(login: str) -> Page:
        context = browser.new_context(viewport={"width": 1024, "height": 768}, locale="zh-CN", base_url=address)
        contexts.append(context)
        page = context.new_page()
        sign_in_by_keyboard(page, login)
        return page

    yield desk
    for context in contexts:
        context.close()


def open_from_menu(page: Page, path: str) -> None:
    tab_to(page, f'.office-menu a[href="{path}"]')
    with page.expect_navigation():  # also to the page where one is already
        page.keyboard.press("Enter")


def open_first_row(page: Page, key: str = "j") -> None:
    """j, or ↓ out of the search, to the first row; Enter opens it beside the list."""
    page.keyboard.press(key)
    page.keyboard.press("Enter")
    page.locator("#beside.show [data-record]").wait_for()


def state(page: Page, label: str) -> None:
    expect(page.locator(".office-title .state")).to_have_text(label)


def row_says(page: Page, label: str) -> None:
    """The list is where it was, and its first row has moved on."""
    expect(page.locator("table.grid tbody tr").first).to_contain_text(label)


def send_by_keyboard(page: Page) -> None:
    form = page.locator('form[id^="form-"]:visible')
    press_on(page, 'form[id^="form-"] button[type=submit]')
    form.wait_for(state="detached")


def test_a_clerk_enters_a_call_and_a_reviewer_approves_it_by_keyboard(keys, world):
    clerk = keys("call_centre")
    open_from_menu(clerk, "/repairs")
    press_on(clerk, 'a[href^="/repairs/intake"]')
    clerk.wait_for_url("**/repairs/intake*")
    if not clerk.evaluate("document.activeElement.matches('[name=caller_phone]')"):
        tab_to(clerk, '[name="caller_phone"]')
    clerk.keyboard.type("13900007777")
    tab_to(clerk, '[name="caller_name"]')
    clerk.keyboard.type("测试来电")
    tab_to(clerk, '[name="address"]')
    clerk.keyboard.type("测试路 1 号")
    tab_to(clerk, '[name="symptom"]')
    clerk.keyboard.type("摆腿松动")
    tab_to(clerk, '[name="severity"]')
    clerk.keyboard.press("Space")
    send_by_keyboard(clerk)
    state(clerk, "待审核")

    reviewer = keys("reviewer")
    open_from_menu(reviewer, "/repairs")
    open_first_row(reviewer)
    press_on(reviewer, '#beside .actions [href*="/actions/approve"], #beside .actions [data-action="approve"]')
    reviewer.locator('form[id^="form-"]:visible').wait_for()
    tab_to(reviewer, '[name="severity"]')
    reviewer.keyboard.press("Space")
    tab_to(reviewer, '[name="in_warranty"]')
    reviewer.keyboard.press("Space")
    send_by_keyboard(reviewer)
    row_says(reviewer, "处理中")


def test_a_dispatcher_allocates_and_a_manager_accepts_and_assigns_by_keyboard(keys, deployment, world):
    with flow_in(replace(deployment, clock=SystemClock()), world) as flow:
        flow.approve(flow.report())
    dispatcher = keys("dispatcher")
    press_on(dispatcher, 'a.figure-card[href="/tasks?state=unallocated"]')
    dispatcher.wait_for_url("**/tasks?state=unallocated")
    open_first_row(dispatcher)
    press_on(dispatcher, '#beside .actions [href*="/actions/allocate"], #beside .actions [data-action="allocate"]')
    dispatcher.locator('form[id^="form-"]:visible').wait_for()
    tab_to(dispatcher, f'[type=radio][value="{world.units["agent"].id}"], [type=radio]')
    dispatcher.keyboard.press("Space")
    send_by_keyboard(dispatcher)
    expect(dispatcher.locator("table.grid tbody tr td.grid-first")).to_have_count(0)  # it waits no longer

    manager = keys("agent_manager")
    for action, after in (("accept", "已接收"), ("assign", "已指派")):
        open_from_menu(manager, "/tasks")
        open_first_row(manager)
        press_on(manager, f'#beside .actions [href*="/actions/{action}"], #beside .actions [data-action="{action}"]')
        manager.locator('form[id^="form-"]:visible').wait_for()
        if action == "assign":
            tab_to(manager, "[type=radio]")
            manager.keyboard.press("Space")
        send_by_keyboard(manager)
        row_says(manager, after)


def test_a_leader_changes_the_period_and_goes_into_a_figure_by_keyboard(keys, work):
    leader = keys("leader")
    open_from_menu(leader, "/overview")
    press_on(leader, 'a[href*="period=month"]')
    leader.wait_for_url("**period=month*")
    press_on(leader, ".figure-card")
    expect(leader.locator("table.grid tbody tr")).to_have_count(2)


def test_an_administrator_renames_a_user_and_reads_the_log_by_keyboard(keys, world):
    administrator = keys("administrator")
    open_from_menu(administrator, "/users")
    administrator.keyboard.press("/")
    administrator.keyboard.type("repairer_2")
    administrator.keyboard.press("Enter")
    expect(administrator.locator("table.grid tbody tr")).to_have_count(1)
    open_first_row(administrator, "ArrowDown")
    press_on(administrator, f'#beside a[href="/users/{world.users["repairer_2"]}/edit"]')
    administrator.locator('[name="name"]').wait_for()
    tab_to(administrator, '[name="name"]')
    administrator.keyboard.press("Control+A")
    administrator.keyboard.type("改名乙")
    send_by_keyboard(administrator)
    expect(administrator.locator(".office-title h1")).to_contain_text("改名乙")
    open_from_menu(administrator, "/logs")
    expect(administrator.locator("table.grid tbody tr").first).to_contain_text("修改用户")
