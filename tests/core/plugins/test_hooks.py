"""One test a hook, named after it, as tests/docs demands: what a plugin registers is what the core then uses."""

import io
from datetime import UTC, datetime

from shuhua_core.plugins import (
    Basemap,
    Built,
    CommittedEvent,
    Label,
    Layer,
    Receipt,
    ReportData,
    hookimpl,
)
from shuhua_core.plugins.manager import build_plugin_manager
from shuhua_core.plugins.runner import PluginRunner
from shuhua_core.plugins.settings import PluginSettings

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


class Offer:
    name = "mine"
    label = Label(zh="自有", en="Mine")
    kind = "sheet"
    media_type = "text/plain"
    extension = "txt"

    def __init__(self, settings):
        self.word = settings["word"]

    def accepts(self, notice):
        return notice.recipient.name == self.word

    def send(self, notice):
        return Receipt("sent", f"{self.word} {notice.message_id}")

    def basemap(self):
        return Basemap(self.label, layers=(Layer(self.word),), note=self.label)

    def build(self, data, out):
        out.write(f"{self.word} {data.number}".encode())
        return Built(pages=1)


class Mine:
    def __init__(self):
        self.events = []

    @hookimpl
    def shuhua_register_notification_channels(self, settings):
        return [Offer(settings)]

    @hookimpl
    def shuhua_register_map_providers(self, settings):
        return [Offer(settings)]

    @hookimpl
    def shuhua_register_report_types(self, settings):
        return [Offer(settings)]

    @hookimpl
    def shuhua_event_committed(self, event):
        self.events.append(event)


def start(plugin):
    settings = PluginSettings(own={"mine": {"word": "hello"}})
    return build_plugin_manager(settings, load_entry_points=False, plugins={"mine": plugin})


def test_shuhua_register_notification_channels(notice):
    runner = PluginRunner(start(Mine()))
    assert runner.accepts("mine", notice) is False
    assert runner.send("mine", notice) == Receipt("sent", "hello m-0001")


def test_shuhua_register_map_providers():
    assert start(Mine()).basemaps["mine"].layers == (Layer("hello"),)


def test_shuhua_register_report_types():
    out = io.BytesIO()
    built = PluginRunner(start(Mine())).build("mine", ReportData("", "en", NOW, number="RW-1"), out)
    assert (built.pages, out.getvalue()) == (1, b"hello RW-1")


def test_shuhua_event_committed():
    mine = Mine()
    plugins = start(mine)
    event = CommittedEvent("e-1", "tasks.accepted", NOW, "task", 7)
    assert plugins.event_listeners == ("mine",)
    PluginRunner(plugins).committed("mine", event)
    assert mine.events == [event]
