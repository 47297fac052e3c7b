"""Push on the phone: turned on by a press, told while the app is closed, opened by a press; and said where it cannot be."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from shuhua_channel_webpush.keys import Keys
from sqlalchemy import select

from shuhua_core.kernel.actor import SYSTEM
from shuhua_core.kernel.clock import SystemClock
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.messages.models import DeviceAddress
from shuhua_core.plugins.manager import Plugins, build_plugin_manager
from shuhua_core.plugins.settings import PluginSettings
from shuhua_core.testing.flow import Flow
from shuhua_core.testing.world import PASSWORD
from shuhua_core.worker import Worker
from shuhua_web import make_app
from shuhua_web.layout import Assets
from tests.browser import mobile_phone as phone
from tests.browser.axe import faults
from tests.functional.live import serving

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not Assets().built, reason="the front end is not built"),
]

FAKE = Path(__file__).parents[2] / "plugins" / "shuhua-channel-webpush" / "tests" / "push_service.py"

# A push service of ours in the place of the browser's, which this machine cannot reach. What is asked of it is checked.
SUBSCRIBING = """(() => {
  const subscription = SUBSCRIPTION;
  let current = null;
  PushManager.prototype.getSubscription = async () => current;
  PushManager.prototype.subscribe = async (options) => {
    if (!options.userVisibleOnly || Notification.permission !== "granted") throw new DOMException("no", "NotAllowedError");
    current = { toJSON: () => subscription, options, unsubscribe: async () => { current = null; return true; } };
    return current;
  };
})();"""


@pytest.fixture(scope="module")
def fake() -> Any:
    """The push service of the plugin's tests, with its own decryption."""
    spec = importlib.util.spec_from_file_location("push_service_in_browser", FAKE)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def service(fake) -> Iterator[Any]:
    with fake.PushService() as running:
        yield running


@pytest.fixture
def plugins() -> Plugins:
    """The plugin, with push services on this machine allowed."""
    own = {"private_key": Keys.new().private, "contact": "mailto:a@example.com", "trial": "true"}
    settings = PluginSettings(own={"webpush": own})
    return build_plugin_manager(settings, load_entry_points=False, plugins={"webpush": "shuhua_channel_webpush"})


@pytest.fixture
def living(deployment) -> Deployment:
    """The deployment by the clock of the browser."""
    found = replace(deployment, clock=SystemClock())
    found.database.info["deployment"] = found
    return found


@pytest.fixture
def address(living, world, plugins) -> Iterator[str]:
    """Where an application with the plugin answers."""
    app = make_app(living)
    app.registry.plugins = plugins
    with serving(app, threads=4) as served:
        yield served


@pytest.fixture
def phones(browser: Browser, address: str) -> Iterator[Callable[..., BrowserContext]]:
    """Opens phones that may do what is said, and closes them."""
    opened: list[BrowserContext] = []

    def open_one(**more: Any) -> BrowserContext:
        opened.append(phone.context(browser, address, **more))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


@pytest.fixture
def assigned(living, world) -> Callable[[], tuple[int, str]]:
    """The repairer is assigned a task, urgent enough for any hour: its id and number."""

    def run() -> tuple[int, str]:
        with living.database.write() as session:
            world.session = session
            flow = Flow(living.context(session, SYSTEM), world)
            task = flow.to_assigned(flow.approve(flow.report(piece="one_1", symptom="摆腿松动"), severity="urgent"))
            return task.id, task.number

    return run


@pytest.fixture
def work(living, plugins) -> Callable[[], None]:
    """Lets a worker with the plugin work until nothing is due."""

    def run() -> None:
        with Worker(living, plugins, jobs=()) as worker:
            worker.run_until_idle()

    return run


@pytest.fixture
def subscribing(phones, fake, service) -> tuple[BrowserContext, Any]:
    """A phone whose browser subscribes at our push service, and the device that reads what comes."""
    device = fake.Device()
    context = phones(permissions=["notifications"])
    context.add_init_script(SUBSCRIBING.replace("SUBSCRIPTION", json.dumps(device.subscription(service.endpoint()))))
    return context, device


def push_to(context: BrowserContext, page: Page, data: bytes) -> None:
    """What the browser does when its push service brings a message that it could decrypt."""
    session = context.new_cdp_session(page)
    found: list[str] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated", lambda told: found.extend(r["registrationId"] for r in told["registrations"])
    )
    session.send("ServiceWorker.enable")
    page.wait_for_timeout(300)
    origin = page.evaluate("location.origin")
    session.send("ServiceWorker.deliverPushMessage", {"origin": origin, "registrationId": found[-1], "data": data.decode()})


SHOWN = """async () => {
  const registration = await navigator.serviceWorker.getRegistration("/m/");
  return (await registration.getNotifications()).map(({ title, body, data }) => ({ title, body, data }));
}"""
PRESSED = """async () => {
  const [notification] = await self.registration.getNotifications();
  self.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
}"""


def test_a_repairer_is_told_of_a_task_and_opens_it_from_the_notification(subscribing, service, deployment, work, assigned):
    context, device = subscribing
    page = phone.sign_in(context, "repairer", PASSWORD)
    phone.await_worker(page)
    page.goto("/m/#/me")
    cell = page.locator("[data-push]")
    expect(cell).to_have_attribute("data-push", "off")
    with deployment.database.read() as session:
        assert session.scalars(select(DeviceAddress)).all() == [], "nobody subscribes before they are asked"
    page.get_by_role("switch", name="消息推送").click()
    expect(cell).to_have_attribute("data-push", "on")
    assert faults(page) == []
    assert phone.narrow_targets(page) == []

    task_id, number = assigned()
    work()
    told = [device.read(each.body) for each in service.received]
    assert [json.loads(each)["title"] for each in told] == [f"维修任务 {number} 已指派给您"]
    push_to(context, page, told[0])
    page.wait_for_function(
        "async () => (await (await navigator.serviceWorker.getRegistration('/m/')).getNotifications()).length === 1"
    )
    [shown] = page.evaluate(SHOWN)
    assert (shown["title"], shown["body"]) == (f"维修任务 {number} 已指派给您", "测试公园")
    assert shown["data"]["place"].startswith("/messages/")
    push_to(context, page, told[0])
    page.wait_for_timeout(500)
    assert len(page.evaluate(SHOWN)) == 1, "the same message twice is shown once"

    [worker_of_page] = context.service_workers
    worker_of_page.evaluate(PRESSED)
    page.wait_for_function("id => location.hash === `#/task/${id}`", arg=task_id)
    expect(page.locator(".panel").first).to_contain_text("已指派", timeout=20_000)
    page.goto("/m/#/messages")
    expect(page.locator(".card").first).to_contain_text(number)
    expect(page.locator(".card.unread")).to_have_count(0)

    page.goto("/m/#/me")
    page.get_by_role("switch", name="消息推送").click()
    expect(cell).to_have_attribute("data-push", "off")
    with deployment.database.read() as session:
        assert session.scalars(select(DeviceAddress.address)).all() == [""]


def test_a_phone_whose_push_service_is_out_of_reach_says_so_and_shows_news_when_opened(phones, assigned, work):
    context = phones(permissions=["notifications"])
    context.add_init_script(
        "PushManager.prototype.subscribe = async () => { throw new DOMException('push service error', 'AbortError'); };"
    )
    assigned()
    work()
    page = phone.sign_in(context, "repairer", PASSWORD)
    page.locator("[data-unread]").click()
    expect(page.locator(".card.unread")).to_have_count(1)
    phone.await_worker(page)
    page.goto("/m/#/me")
    page.get_by_role("switch", name="消息推送").click()
    expect(page.locator('[data-push="failed"]')).to_contain_text("打开应用时会显示新消息")


@pytest.mark.parametrize(
    ("agent", "script", "state", "words"),
    [
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 MicroMessenger/8.0.50", "", "in_app", "请用手机浏览器打开"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)", "delete window.PushManager;", "install", "添加到主屏幕"),
        ("Mozilla/5.0 (Linux; Android 10) UCBrowser", "delete window.PushManager;", "unsupported", "不支持推送"),
        (None, "Object.defineProperty(Notification, 'permission', { get: () => 'denied' });", "denied", "通知权限已被拒绝"),
    ],
)  # fmt: skip
def test_a_phone_that_cannot_says_what_to_do(phones, agent, script, state, words):
    context = phones(permissions=["notifications"], **({"user_agent": agent} if agent else {}))
    if script:
        context.add_init_script(script)
    page = phone.sign_in(context, "repairer", PASSWORD)
    page.goto("/m/#/me")
    expect(page.locator(f'[data-push="{state}"]')).to_contain_text(words)
    expect(page.get_by_role("switch", name="消息推送")).to_have_count(0)
    assert faults(page) == []
