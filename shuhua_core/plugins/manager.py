"""Finds the plugins, checks them, and keeps what they offer. Built by a function, never at import."""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from pkgutil import resolve_name
from types import MappingProxyType
from typing import Any, Literal, TypeVar

import pluggy

from shuhua_core.kernel.settings import Settings

from . import hookspecs
from .builtin import BUILTINS
from .contracts import Basemap, CommittedEvent, MapProvider, NotificationChannel, ReportType, rules_of
from .errors import PluginError
from .hookspecs import PROJECT
from .settings import PLUGIN_NAME, Limits, PluginSettings
from .verify import problems

log = logging.getLogger(__name__)

T = TypeVar("T")

Origin = Literal["builtin", "given", "installed"]

_REGISTERS = (
    ("channel", "shuhua_register_notification_channels"),
    ("map_provider", "shuhua_register_map_providers"),
    ("report_type", "shuhua_register_report_types"),
)
_EVENT_HOOK = "shuhua_event_committed"


@dataclass(frozen=True, slots=True)
class PluginRecord:
    """A plugin that is loaded. One with a ``target`` (``module:attribute``) is foreign: it works in a child process."""

    name: str
    origin: Origin
    settings: Mapping[str, str]
    target: str | None = None
    version: str | None = None


class Plugins:
    """What the loaded plugins offer, collected once. Mappings go by name, in the order of loading."""

    def __init__(self, manager: pluggy.PluginManager, records: Iterable[PluginRecord], limits: Limits) -> None:
        self.manager = manager
        self.limits = limits
        self.records: Mapping[str, PluginRecord] = MappingProxyType({record.name: record for record in records})
        self._owners: dict[int, str] = {}
        offers = {kind: self._collect(kind, hook) for kind, hook in _REGISTERS}
        self.channels: Mapping[str, NotificationChannel] = MappingProxyType(offers["channel"])
        self.map_providers: Mapping[str, MapProvider] = MappingProxyType(offers["map_provider"])
        self.report_types: Mapping[str, ReportType] = MappingProxyType(offers["report_type"])
        self.basemaps: Mapping[str, Basemap] = MappingProxyType(
            {name: self._basemap(provider) for name, provider in self.map_providers.items()}
        )
        self.event_listeners: tuple[str, ...] = tuple(
            record.name for record in self.records.values() if _implements(manager, record.name, _EVENT_HOOK)
        )

    def owner_of(self, offer: object) -> str:
        """The name of the plugin that handed over a channel, map provider or report type; KeyError for others."""
        return self._owners[id(offer)]

    def tell(self, plugin: str, event: CommittedEvent) -> None:
        """Call one plugin's ``shuhua_event_committed`` in this process; lets through what it raises."""
        _only(self.manager, plugin, _EVENT_HOOK)(event=event)

    def capabilities(self) -> dict[str, Any]:
        """What is installed, as plain JSON values, for clients to read."""

        def described(offers: Mapping[str, Any]) -> list[dict[str, Any]]:
            return [
                {"name": name, "plugin": self.owner_of(offer), "label": {"zh": offer.label.zh, "en": offer.label.en}}
                for name, offer in offers.items()
            ]

        channels = described(self.channels)
        for entry, channel in zip(channels, self.channels.values(), strict=True):
            rules = rules_of(channel)
            entry |= {"devices": rules.devices, "public": dict(rules.public)}
        reports = described(self.report_types)
        for entry, report in zip(reports, self.report_types.values(), strict=True):
            entry |= {"kind": report.kind, "media_type": report.media_type}
        return {
            "plugins": list(self.records),
            "notification_channels": channels,
            "map_providers": described(self.map_providers),
            "report_types": reports,
        }

    def _collect(self, kind: str, hook: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for record in self.records.values():
            for offer in self._offers(record, hook):
                wrong = "; ".join(_guarded(record.name, hook, partial(problems, kind, offer)))
                if wrong:
                    raise PluginError(record.name, f"{hook} gave a {kind} that breaks its contract: {wrong}")
                if offer.name in found:
                    other = self.owner_of(found[offer.name])
                    raise PluginError(record.name, f"the {kind} {offer.name!r} is registered by plugin {other} already")
                found[offer.name] = offer
                self._owners[id(offer)] = record.name
        return found

    def _offers(self, record: PluginRecord, hook: str) -> list[Any]:
        caller = _only(self.manager, record.name, hook)
        return _guarded(record.name, hook, lambda: [offer for offers in caller(settings=record.settings) for offer in offers])

    def _basemap(self, provider: MapProvider) -> Basemap:
        owner = self.owner_of(provider)
        basemap = _guarded(owner, "basemap()", provider.basemap)
        if not isinstance(basemap, Basemap):
            raise PluginError(owner, f"the map provider {provider.name!r} gave no Basemap")
        return basemap


def build_plugin_manager(
    settings: Settings | PluginSettings,
    load_entry_points: bool = True,
    plugins: Mapping[str, object] = MappingProxyType({}),
) -> Plugins:
    """Load the built-in plugins, then ``plugins``, then the installed ones, and collect what they offer.

    ``plugins`` maps a name to a plugin object, which is trusted and works in this process, or to a text
    ``module:attribute``, which is loaded and then treated as an installed plugin is. Raises ConfigurationError, of which
    PluginError names the plugin, for anything that is wrong: a missing name of the allow-list, a name taken twice, a
    hook that does not exist, an offer that breaks its contract, an error while loading.
    """
    own = settings if isinstance(settings, PluginSettings) else PluginSettings.of_deployment(settings)
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(hookspecs)
    if own.trace:
        manager.add_hookcall_monitoring(_trace, lambda *_args: None)
    records: list[PluginRecord] = []
    for name, plugin in BUILTINS.items():
        records.append(_register(manager, plugin, PluginRecord(name, "builtin", own.of(name))))
    for name, plugin in plugins.items():
        target = plugin if isinstance(plugin, str) else None
        loaded = _load(name, plugin) if isinstance(plugin, str) else plugin
        records.append(_register(manager, loaded, PluginRecord(name, "given", own.of(name), target)))
    if load_entry_points:
        records += [_register_installed(manager, own, entry) for entry in _chosen(own)]
    _check_pending(manager)
    for name in own.own.keys() - {record.name for record in records}:
        log.warning("settings for plugin %s, which is not loaded", name)
    return Plugins(manager, records, own.limits)


def _chosen(settings: PluginSettings) -> list[EntryPoint]:
    installed = sorted(entry_points(group=PROJECT), key=lambda entry: entry.name)
    missing = (settings.enabled or frozenset()) - {entry.name for entry in installed}
    if missing:
        raise PluginError(min(missing), "shuhua.plugins_enabled names it, but it is not installed")
    return [entry for entry in installed if settings.allows(entry.name)]


def _register_installed(manager: pluggy.PluginManager, settings: PluginSettings, entry: EntryPoint) -> PluginRecord:
    target = f"{entry.module}:{entry.attr}" if entry.attr else entry.module
    version = entry.dist.version if entry.dist else None
    record = PluginRecord(entry.name, "installed", settings.of(entry.name), target, version)
    return _register(manager, _load(entry.name, target), record)


def _load(name: str, target: str) -> object:
    log.info("loading plugin %s", name)  # before, so that a plugin that ends the process here can be named
    return _guarded(name, f"loading {target}", lambda: resolve_name(target))


def _register(manager: pluggy.PluginManager, plugin: object, record: PluginRecord) -> PluginRecord:
    if not PLUGIN_NAME.fullmatch(record.name):
        raise PluginError(record.name, "a plugin's name is lower case letters, digits, _ and -")
    if manager.has_plugin(record.name):
        raise PluginError(record.name, "there are two plugins of this name")
    try:
        manager.register(plugin, record.name)
    except (pluggy.PluginValidationError, ValueError) as error:
        raise PluginError(record.name, str(error)) from error
    return record


def _check_pending(manager: pluggy.PluginManager) -> None:
    try:
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        raise PluginError(manager.get_name(error.plugin) or "?", str(error)) from error


def _guarded(name: str, doing: str, work: Callable[[], T]) -> T:
    """Whatever a plugin does wrong at start becomes one clear error; even a call of exit()."""
    try:
        return work()
    except (Exception, SystemExit) as error:
        raise PluginError(name, f"{doing} failed: {type(error).__name__}: {error}") from error


def _only(manager: pluggy.PluginManager, name: str, hook: str) -> pluggy.HookCaller:
    keep = manager.get_plugin(name)
    return manager.subset_hook_caller(hook, [plugin for plugin in manager.get_plugins() if plugin is not keep])


def _implements(manager: pluggy.PluginManager, name: str, hook: str) -> bool:
    return bool(_only(manager, name, hook).get_hookimpls())


def _trace(hook: str, implementations: Iterable[pluggy.HookImpl], _arguments: Mapping[str, Any]) -> None:
    log.info("hook %s: %s", hook, ", ".join(implementation.plugin_name for implementation in implementations) or "nobody")
