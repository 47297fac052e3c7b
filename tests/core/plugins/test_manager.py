import logging
import sys
import types
from importlib.metadata import EntryPoint

import pytest

from shuhua_core.kernel.errors import ConfigurationError
from shuhua_core.kernel.i18n import translator
from shuhua_core.kernel.settings import from_mapping
from shuhua_core.plugins import Basemap, Label, Layer, Receipt, hookimpl
from shuhua_core.plugins import manager as manager_module
from shuhua_core.plugins.errors import PluginError
from shuhua_core.plugins.manager import build_plugin_manager
from shuhua_core.plugins.settings import PluginSettings


class Pigeon:
    name = "pigeon"
    label = Label(zh="信鸽", en="Pigeon")

    def accepts(self, notice):
        return True

    def send(self, notice):
        return Receipt("queued")


class Globe:
    name = "globe"
    label = Label(zh="地球仪", en="Globe")

    def basemap(self):
        return Basemap(Label(zh="示例", en="Example"), layers=(Layer("globe"),), note=Label(zh="示意图", en="Schematic"))


class Offers:
    """A plugin that registers the channels it is made with, and keeps the settings it was given."""

    def __init__(self, *channels, maps=()):
        self.channels = channels
        self.maps = maps
        self.settings = None

    @hookimpl
    def shuhua_register_notification_channels(self, settings):
        self.settings = settings
        return self.channels

    @hookimpl
    def shuhua_register_map_providers(self):
        return self.maps


def build(settings=None, **plugins):
    return build_plugin_manager(settings or PluginSettings(), load_entry_points=False, plugins=plugins)


def deployment(**values):
    return from_mapping({"shuhua.database_url": "sqlite:///x.sqlite", "shuhua.secret": "0" * 32, **values})


@pytest.fixture
def install(monkeypatch):
    """Pretend that plugins are installed: name → object."""

    def install(**plugins):
        module = types.ModuleType("installed_plugins")
        vars(module).update(plugins)
        monkeypatch.setitem(sys.modules, "installed_plugins", module)
        found = [EntryPoint(name, f"installed_plugins:{name}", "shuhua") for name in plugins]
        monkeypatch.setattr(manager_module, "entry_points", lambda group: found)

    return install


def test_the_built_in_plugins_are_there():
    plugins = build()
    assert list(plugins.channels) == ["inbox", "console"]
    assert list(plugins.map_providers) == ["outline"]
    assert list(plugins.report_types) == [
        *("task_sheet", "service_sheet", "followup_sheet", "inspection_sheet", "part_return_sheet"),
        *("quotation_sheet", "record_sheet"),
        *("stop_notice", "summary_table", "summary_table_pdf"),
    ]
    assert [layer.name for layer in plugins.basemaps["outline"].layers] == ["world-land", "china-provinces", "china-prefectures"]
    assert plugins.event_listeners == ()


def test_it_tells_whose_an_offer_is():
    pigeon = Pigeon()
    plugins = build(post=Offers(pigeon))
    assert plugins.channels["pigeon"] is pigeon
    assert plugins.owner_of(pigeon) == "post"
    assert plugins.owner_of(plugins.channels["inbox"]) == "inbox"
    with pytest.raises(KeyError):
        plugins.owner_of(Pigeon())


def test_capabilities_are_plain_values():
    capabilities = build(post=Offers(Pigeon())).capabilities()
    assert capabilities["plugins"][-1] == "post"
    assert capabilities["notification_channels"][-1] == {
        "name": "pigeon",
        "plugin": "post",
        "label": {"zh": "信鸽", "en": "Pigeon"},
        "devices": False,
        "public": {},
    }
    assert capabilities["report_types"][0]["media_type"] == "application/pdf"


def test_a_plugin_is_given_its_own_settings_and_no_others():
    mine, theirs = Offers(), Offers()
    settings = deployment(**{"plugin.mine.key": "one", "plugin.theirs.other": 2})
    build(settings, mine=mine, theirs=theirs)
    assert dict(mine.settings) == {"key": "one"}
    assert dict(theirs.settings) == {"other": "2"}
    with pytest.raises(TypeError):
        mine.settings["key"] = "changed"


def test_two_plugins_of_one_name_are_refused(install):
    install(post=Offers(Pigeon()))
    with pytest.raises(PluginError, match="two plugins of this name"):
        build_plugin_manager(PluginSettings(), plugins={"post": Offers()})


def test_a_plugin_cannot_take_the_name_of_a_built_in_one():
    with pytest.raises(PluginError, match="plugin inbox: there are two plugins"):
        build(inbox=Offers())


def test_two_offers_of_one_name_are_refused_and_both_plugins_named():
    with pytest.raises(PluginError, match="plugin second: the channel 'pigeon' is registered by plugin first already"):
        build(first=Offers(Pigeon()), second=Offers(Pigeon()))


def test_the_error_is_one_of_configuration():
    with pytest.raises(ConfigurationError):
        build(inbox=Offers())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": "Pigeon Post"}, "lower case"),
        ({"name": None}, "lower case"),
        ({"label": "信鸽"}, "must be a Label"),
        ({"send": None}, "no method send"),
        ({"send": lambda: None}, "must take 1 arguments"),
    ],
)
def test_an_offer_that_breaks_its_contract_is_refused(change, said):
    pigeon = Pigeon()
    vars(pigeon).update(change)
    with pytest.raises(PluginError, match=said):
        build(post=Offers(pigeon))


def test_something_that_is_no_list_of_offers_is_refused():
    class Broken:
        @hookimpl
        def shuhua_register_notification_channels(self):
            return 7

    with pytest.raises(PluginError, match="plugin broken: shuhua_register_notification_channels failed: TypeError"):
        build(broken=Broken())


def test_a_map_provider_without_a_base_map_is_refused():
    globe = Globe()
    globe.basemap = lambda: {"tiles": "x"}
    with pytest.raises(PluginError, match="gave no Basemap"):
        build(maps=Offers(maps=[globe]))


@pytest.mark.parametrize("error", [RuntimeError("no key"), SystemExit(1)])
def test_an_error_while_registering_names_the_plugin(error):
    class Raises:
        @hookimpl
        def shuhua_register_report_types(self):
            raise error

    with pytest.raises(PluginError, match="plugin raises: shuhua_register_report_types failed"):
        build(raises=Raises())


def test_a_hook_that_does_not_exist_is_refused():
    class Guesses:
        @hookimpl
        def shuhua_register_pigeons(self):
            return []

    with pytest.raises(PluginError, match="plugin guesses: unknown hook 'shuhua_register_pigeons'"):
        build(guesses=Guesses())


def test_an_argument_that_the_hook_does_not_have_is_refused():
    class Asks:
        @hookimpl
        def shuhua_register_map_providers(self, session):
            return []

    with pytest.raises(PluginError, match="session"):
        build(asks=Asks())


def test_installed_plugins_load_and_are_marked_as_foreign(install):
    install(post=Offers(Pigeon()))
    plugins = build_plugin_manager(PluginSettings())
    assert plugins.records["post"].target == "installed_plugins:post"
    assert plugins.records["post"].origin == "installed"
    assert plugins.records["inbox"].target is None


@pytest.mark.parametrize(
    ("enabled", "loaded"),
    [("*", {"a", "b"}), ("a", {"a"}), ("a, b", {"a", "b"}), ("", set()), (None, {"a", "b"})],
)
def test_the_allow_list_says_which_installed_plugins_load(install, enabled, loaded):
    install(a=Offers(), b=Offers())
    settings = deployment() if enabled is None else deployment(**{"shuhua.plugins_enabled": enabled})
    assert {"a", "b"} & set(build_plugin_manager(settings).records) == loaded


def test_a_name_on_the_allow_list_that_is_not_installed_is_refused(install):
    install(a=Offers())
    with pytest.raises(PluginError, match=r"plugin c: shuhua\.plugins_enabled names it, but it is not installed"):
        build_plugin_manager(PluginSettings(enabled=frozenset({"a", "c"})))


def test_a_plugin_that_cannot_be_imported_is_named(monkeypatch):
    found = [EntryPoint("gone", "no_such_module:plugin", "shuhua")]
    monkeypatch.setattr(manager_module, "entry_points", lambda group: found)
    with pytest.raises(PluginError, match="plugin gone: loading no_such_module:plugin failed: ModuleNotFoundError"):
        build_plugin_manager(PluginSettings())


def test_the_trace_names_hook_and_plugin_but_no_settings(caplog):
    with caplog.at_level(logging.INFO):
        build(PluginSettings(trace=True, own={"post": {"key": "secret-0000"}}), post=Offers(Pigeon()))
    assert "hook shuhua_register_notification_channels: post" in caplog.text
    assert "secret-0000" not in caplog.text


def test_settings_for_a_plugin_that_is_not_loaded_are_mentioned(caplog):
    build(PluginSettings(own={"cosole": {"show_text": "true"}}))
    assert "settings for plugin cosole, which is not loaded" in caplog.text


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"shuhua.plugins_deadline": "-1"}, "shuhua.plugins_deadline"),
        ({"shuhua.plugins_failures": "0"}, "shuhua.plugins_failures"),
        ({"shuhua.plugins_rest": "nan"}, "shuhua.plugins_rest"),
        ({"plugin.In Box.key": "1"}, "plugin.In Box"),
        ({"plugin.console.show_text": "maybe"}, "show_text"),
    ],
)
def test_wrong_settings_are_refused_by_name(settings, said):
    with pytest.raises(ConfigurationError) as refused:
        build(deployment(**settings))
    assert said in str(refused.value)
    assert said in translator("en")(refused.value.message)
