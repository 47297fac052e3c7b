"""A phone subscribes to push over the API, and is reached through the plugin until its session ends."""

from __future__ import annotations

import importlib.util
import json
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from shuhua_channel_webpush.keys import Keys
from sqlalchemy import select

from shuhua_core.audit.models import AuditEntry, SecurityEntry
from shuhua_core.messages.models import Delivery, DeviceAddress
from shuhua_core.plugins.manager import build_plugin_manager
from shuhua_core.plugins.settings import PluginSettings
from shuhua_core.worker import Worker

FAKE = Path(__file__).parents[3] / "plugins" / "shuhua-channel-webpush" / "tests" / "push_service.py"
KEYS = Keys.new()
PATH = "/push-subscription"


@pytest.fixture(scope="module")
def fake():
    """The push service of the plugin's tests, with its own decryption."""
    spec = importlib.util.spec_from_file_location("push_service_of_plugin", FAKE)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def service(fake):
    with fake.PushService() as running:
        yield running


@pytest.fixture
def device(fake):
    return fake.Device()


def plugins_with(trial):
    own = {"private_key": KEYS.private, "contact": "mailto:a@example.com", "trial": trial}
    settings = PluginSettings(own={"webpush": own})
    return build_plugin_manager(settings, load_entry_points=False, plugins={"webpush": "shuhua_channel_webpush"})


@pytest.fixture
def plugins(app, monkeypatch):
    """The plugin as it is installed, working in a process of its own; push services may be on this machine."""
    monkeypatch.setattr(app.registry, "plugins", plugins_with("true"))
    return app.registry.plugins


@pytest.fixture
def strict(app, monkeypatch):
    """The plugin as it is in production."""
    monkeypatch.setattr(app.registry, "plugins", plugins_with("false"))


@pytest.fixture
def work(deployment, plugins):
    """Lets a worker with the plugin work until nothing is due."""

    def run():
        with Worker(deployment, plugins, jobs=()) as worker:
            worker.run_until_idle()

    return run


@pytest.fixture
def assigned(past):
    """The repairer is assigned a task, whose number this gives."""

    def run():
        with past() as flow:
            return flow.to_assigned(flow.approve(flow.report())).number

    return run


def put(person, subscription, **more):
    return person.api.app.put_json(
        f"/api/v1{PATH}", {"channel": "webpush", **subscription, **more}, headers=person.api.headers, expect_errors=True
    )


@pytest.fixture
def subscribed(as_, plugins, service, device):
    """The repairer's phone gets messages."""
    assert put(as_("repairer"), device.subscription(service.endpoint())).status_int == 200


def wanted(session):
    return session.scalars(select(DeviceAddress).where(DeviceAddress.ended_at.is_(None))).all()


def test_a_client_learns_of_the_channel_and_its_public_key(anonymous, plugins):
    channels = {each["name"]: each for each in anonymous.get("/").json["capabilities"]["notification_channels"]}
    assert channels["webpush"]["devices"] is True
    assert channels["webpush"]["public"] == {"application_server_key": KEYS.public}
    assert channels["inbox"] == {
        "name": "inbox",
        "plugin": "inbox",
        "label": {"zh": "站内消息", "en": "Inbox"},
        "devices": False,
        "public": {},
    }
    assert KEYS.private not in anonymous.get("/").text


def test_a_phone_subscribes_and_is_told_of_its_tasks(as_, assigned, work, service, device):
    repairer = as_("repairer")
    assert repairer.api.get(PATH).json == {"channels": []}
    answer = put(repairer, device.subscription(service.endpoint()))
    assert (answer.status_int, answer.json) == (200, {"channels": ["webpush"]})
    number = assigned()
    work()
    [pushed] = service.received
    told = json.loads(device.read(pushed.body))
    assert told["title"] == f"维修任务 {number} 已指派给您"
    assert told["body"] == "测试公园"
    assert "/messages/" in told["link"]


def test_subscribing_again_changes_nothing_and_is_logged_once(deployment, as_, plugins, service, device):
    repairer = as_("repairer")
    for _time in range(3):
        assert put(repairer, device.subscription(service.endpoint())).status_int == 200
    with deployment.database.read() as session:
        assert len(wanted(session)) == 1
        events = session.scalars(select(AuditEntry.event).where(AuditEntry.event.startswith("messages."))).all()
    assert events == ["messages.device_subscribed"]


def test_a_device_that_subscribes_anew_is_reached_at_the_new_address(deployment, as_, plugins, service, device):
    repairer = as_("repairer")
    put(repairer, device.subscription(service.endpoint("old")))
    put(repairer, device.subscription(service.endpoint("new")))
    with deployment.database.read() as session:
        [found] = wanted(session)
    assert found.address.count("/send/new") == 1


@pytest.mark.usefixtures("plugins")
def test_who_signs_in_on_a_phone_takes_its_push_over(deployment, world, as_, service, device):
    put(as_("repairer"), device.subscription(service.endpoint()))
    put(as_("inspector"), device.subscription(service.endpoint()))
    with deployment.database.read() as session:
        [found] = wanted(session)
        blanked = session.scalars(select(DeviceAddress.address).where(DeviceAddress.ended_at.is_not(None))).all()
    assert found.user_id == world.users["inspector"]
    assert blanked == [""]
    assert as_("repairer").api.get(PATH).json == {"channels": []}


def test_unsubscribing_and_signing_out_end_it(as_, assigned, work, service, device):
    repairer = as_("repairer")
    put(repairer, device.subscription(service.endpoint()))
    assert repairer.api.delete(PATH).status_int == 204
    assert repairer.api.delete(PATH).status_int == 204
    assert repairer.api.get(PATH).json == {"channels": []}
    put(repairer, device.subscription(service.endpoint()))
    repairer.api.delete("/session")
    assigned()
    work()
    assert service.received == []


@pytest.mark.usefixtures("subscribed")
def test_a_phone_that_is_gone_is_forgotten(deployment, assigned, work, service):
    service.status = 410
    assigned()
    work()
    with deployment.database.read() as session:
        assert wanted(session) == []
        assert session.scalars(select(Delivery.state).where(Delivery.channel == "webpush")).all() == ["gone"]


@pytest.mark.usefixtures("subscribed")
def test_a_busy_push_service_is_asked_again(deployment, assigned, work, service):
    service.status, service.headers = 429, {"Retry-After": "90"}
    assigned()
    work()
    service.status = 201
    deployment.clock.set(deployment.clock.now() + timedelta(seconds=91))
    work()
    assert len(service.received) == 2
    assert service.received[0].headers["topic"] == service.received[1].headers["topic"]


REFUSED = (
    "http://push.example.com/x",
    *(f"https://{host}/x" for host in ("127.0.0.1", "[::1]", "[::ffff:10.0.0.1]", "10.0.0.1", "169.254.169.254", "127.1")),
    *(f"https://{host}/x" for host in ("2130706433", "0x7f000001", "0177.0.0.1", "localhost", "push.local", "metadata.internal")),
    *("https://user@push.example.com/x", "https://push.example.com:8443/x", "https://push.example.com:0x50/x"),
    *("https://push.example.com\\@127.0.0.1/x", "https://推送.example.com/x", "file:///etc/passwd", "//push.example.com/x"),
    *("push", "https://"),
)
TAKEN = (
    "https://fcm.googleapis.com/fcm/send/abc:DEF-_1?x=1",
    "https://updates.push.services.mozilla.com/wpush/v2/gAAA",
    "https://web.push.apple.com/QK",
    "https://wns2-par02p.notify.windows.com/w/?token=a%2b",
    "https://push.example.com:443/x",
)


@pytest.mark.usefixtures("strict")
def test_an_address_that_no_browser_gives_is_refused_when_it_is_saved(deployment, as_, device):
    repairer = as_("repairer")
    for endpoint in REFUSED:
        answer = put(repairer, device.subscription(endpoint))
        assert answer.status_int == 422, endpoint
        assert list(answer.json["errors"]) == ["endpoint"]
    with deployment.database.read() as session:
        assert session.scalars(select(DeviceAddress)).all() == []
        assert session.scalars(select(SecurityEntry.kind)).all().count("egress.blocked") == len(REFUSED)
    for endpoint in TAKEN:
        assert put(repairer, device.subscription(endpoint)).status_int == 200, endpoint


def test_what_is_no_subscription_is_refused(as_, plugins, service, device):
    good = device.subscription(service.endpoint())
    for changed, field in (
        ({"channel": "inbox"}, "channel"),
        ({"channel": "pigeon"}, "channel"),
        ({"endpoint": None}, "endpoint"),
        ({"keys": {"p256dh": "no!", "auth": "AA"}}, "keys.p256dh"),
        ({"keys": {**good["keys"], "more": "x"}}, "keys.more"),
        ({"keys": None}, "keys"),
        ({"user_id": 1}, "user_id"),
    ):
        answer = put(as_("repairer"), {**good, **changed})
        assert answer.status_int == 422
        assert any(each.startswith(field) for each in answer.json["errors"]), (field, answer.json)


def test_a_stranger_subscribes_nothing(anonymous, plugins, service, device):
    answer = anonymous.app.put_json(f"/api/v1{PATH}", device.subscription(service.endpoint()), expect_errors=True)
    assert answer.status_int == 401
