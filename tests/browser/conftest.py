"""A real Chromium in front of the real application, on a database of its own."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from shuhua_core.accounts.actors import load_actor_by_login
from shuhua_core.inspections.checklists import ChecklistService
from shuhua_core.inspections.plans import PlanService
from shuhua_core.kernel.actor import SYSTEM
from shuhua_core.kernel.clock import SystemClock
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.testing.flow import Flow
from shuhua_core.testing.world import PASSWORD, World, build_world
from shuhua_web import make_app
from tests import chromium
from tests.browser import mobile_phone as phone
from tests.browser.hands import WAYS, Hands
from tests.browser.looks import Looks, Way
from tests.functional.live import serving

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def backend() -> str:
    """One database is enough here: what the two do differently is tested below the screens."""
    return "sqlite"


@pytest.fixture(scope="session")
def engine() -> Iterator[Callable[..., Browser]]:
    """Starts a Chromium with further flags: ``engine("--a-flag")``. Without one the test is skipped, in CI it fails."""
    path = chromium.find()
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("CI needs Chromium: the screens are tested in it")
        pytest.skip("Chromium is not installed")
    # One for all tests of a process: a second one beside it cannot be started.
    with sync_playwright() as playwright:
        yield lambda *flags: playwright.chromium.launch(executable_path=str(path), args=[*FLAGS, *flags])


@pytest.fixture(scope="session")
def browser(engine: Callable[..., Browser]) -> Iterator[Browser]:
    """Chromium."""
    started = engine()
    yield started
    started.close()


@pytest.fixture
def world(deployment: Deployment) -> World:
    """The small world, committed."""
    with deployment.database.write() as session:
        made = build_world(session)
        session.flush()
        session.expunge_all()
    return made


@pytest.fixture
def address(deployment: Deployment, world: World) -> Iterator[str]:
    """Where the application answers."""
    living = replace(deployment, clock=SystemClock())
    living.database.info["deployment"] = living
    with serving(make_app(living), threads=4) as served:
        yield served


def is_fault(message: ConsoleMessage) -> bool:
    """Whether the browser complains of the page; that the server refused a form (422) is no fault of it."""
    return message.type == "error" and "status of 422" not in message.text


@pytest.fixture
def at_desk(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Gives somebody's own browser window, signed in: ``at_desk("dispatcher")``; errors of scripts fail the test."""
    windows: dict[str, Page] = {}
    complaints: list[str] = []

    def desk(login: str, width: int = 1024, height: int = 768) -> Page:
        if login not in windows:
            context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN", base_url=address)
            page = context.new_page()
            page.on("pageerror", lambda error: complaints.append(f"{login}: {error}"))
            page.on("console", lambda message: complaints.append(f"{login}: {message.text}") if is_fault(message) else None)
            page.goto("/sign-in")
            page.fill("input[name=login]", login)
            page.fill("input[name=password]", PASSWORD)
            page.click("main form:not(.languages) button[type=submit]")
            page.wait_for_url("**/")
            windows[login] = page
        return windows[login]

    yield desk
    for page in windows.values():
        page.context.close()
    assert complaints == []


@pytest.fixture
def day(browser: Browser, address: str, request: pytest.FixtureRequest, way: Way) -> Iterator[Callable[[str], Hands]]:
    """Gives somebody's hands at their desk, signed in, for a day that is walked in a ``way``."""
    context = browser.new_context(
        viewport={"width": way.size[0], "height": way.size[1]},
        locale="zh-CN" if way.locale == "zh_Hans" else "en-US",
        base_url=address,
        accept_downloads=True,
    )
    page = context.new_page()
    page.set_default_timeout(12_000)
    looks = Looks(request.node.originalname.removeprefix("test_the_day_of_"), way)
    page.on("pageerror", lambda error: looks.faults.append(f"script: {error}"))
    page.on("console", lambda message: looks.faults.append(f"console: {message.text}") if is_fault(message) else None)

    def begin(login: str) -> Hands:
        hands = WAYS[way.by](page, looks)
        hands.sign_in(login)
        return hands

    yield begin
    context.close()
    assert looks.faults == []


SITE = {"longitude": 118.571, "latitude": 24.805}


@pytest.fixture
def pocket(browser: Browser, address: str) -> Iterator[BrowserContext]:
    """A phone that knows where it is: some way from the first site."""
    context = phone.context(browser, address, geolocation=SITE, permissions=["geolocation"])
    yield context
    context.close()


@pytest.fixture
def task(deployment: Deployment, world: World) -> int:
    """A task that the repairer has to take."""
    with deployment.database.write() as session:
        world.session = session
        flow = Flow(deployment.context(session, SYSTEM), world)
        repair = flow.report(piece="one_1", symptom="摆腿松动，用力时晃动")
        made = flow.to_assigned(flow.approve(repair, severity="urgent"))
        return made.id


@pytest.fixture
def plan(deployment: Deployment, world: World) -> int:
    """A round that is due at the first site."""
    with deployment.database.write() as session:
        ctx = deployment.context(session, load_actor_by_login(session, "dispatcher"))
        checklist = ChecklistService(ctx).all(active=True)[0]
        made = PlanService(ctx).create(
            {
                "site_id": world.sites["one"].id,
                "checklist_id": checklist.id,
                "interval_days": 30,
                "starts_on": dt.datetime.now(dt.UTC).date().isoformat(),
                "responsible_id": world.users["inspector"],
            }
        )
        return made.id
