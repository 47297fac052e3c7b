"""What the settings say about plugins.

``plugins.enabled``       names of installed plugins that may load, by spaces or commas; ``*`` or unset: all, empty: none
``plugins.trace``         true: log every call of a hook (plugin and hook, never the arguments)
``plugins.deadline``      seconds a call to a foreign plugin may take
``plugins.start_deadline``  seconds its process may take to load it
``plugins.memory_mb``     address space of its process
``plugins.output_kb``     what it may print in one call
``plugins.result_mb``     what it may give back in one call
``plugins.failures``      failures in a row after which it rests
``plugins.rest``          seconds it rests before it gets one more try
``plugin.<name>.<key>``   a plugin's own settings; it sees these and no others
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from shuhua_core.kernel.i18n import _

from .errors import WrongSetting

PLUGIN_NAME = re.compile(r"[a-z][a-z0-9_-]{0,59}")
_TRUE = frozenset({"true", "yes", "on", "1"})
_FALSE = frozenset({"false", "no", "off", "0"})


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a foreign plugin may use."""

    deadline: float = 30.0
    start_deadline: float = 15.0
    memory_mb: int = 512
    output_kb: int = 256
    result_mb: int = 32
    failures: int = 5
    rest: float = 60.0


_KNOWN = frozenset({"enabled", "trace", *Limits.__annotations__})


@dataclass(frozen=True, slots=True)
class PluginSettings:
    """The settings of the room, read and checked."""

    enabled: frozenset[str] | None = None
    trace: bool = False
    limits: Limits = Limits()
    own: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def read(cls, settings: Mapping[str, Any]) -> "PluginSettings":
        """From the settings of the application; raises WrongSetting at the first that is wrong."""
        for name in settings:
            if name.startswith("plugins.") and name.removeprefix("plugins.") not in _KNOWN:
                raise WrongSetting(name, _("there is no such setting; known are ${known}", {"known": ", ".join(sorted(_KNOWN))}))
        return cls(
            enabled=_enabled(settings.get("plugins.enabled")),
            trace=flag(settings, "plugins.trace", default=False),
            limits=_limits(settings),
            own=_own(settings),
        )

    def of(self, plugin: str) -> Mapping[str, str]:
        """The own settings of one plugin, read only."""
        return MappingProxyType(dict(self.own.get(plugin, {})))

    def allows(self, plugin: str) -> bool:
        """Whether an installed plugin may load."""
        return self.enabled is None or plugin in self.enabled


def flag(settings: Mapping[str, Any], name: str, *, default: bool) -> bool:
    """A yes or no among settings; raises WrongSetting for anything else."""
    text = str(settings.get(name, default)).strip().lower()
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise WrongSetting(name, _("say true or false"))


def _enabled(value: Any) -> frozenset[str] | None:
    if value is None:
        return None
    names = value.replace(",", " ").split() if isinstance(value, str) else [str(one) for one in value]
    return None if "*" in names else frozenset(names)


def _limits(settings: Mapping[str, Any]) -> Limits:
    chosen: dict[str, Any] = {}
    for name, kind in Limits.__annotations__.items():
        key = f"plugins.{name}"
        if key not in settings:
            continue
        try:
            chosen[name] = kind(settings[key])
        except ValueError:
            raise WrongSetting(key, _("say a number")) from None
        if not 0 < chosen[name] < 1_000_000:
            raise WrongSetting(key, _("say a number above zero"))
    return Limits(**chosen)


def _own(settings: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    own: dict[str, dict[str, str]] = {}
    for name, value in settings.items():
        if not name.startswith("plugin."):
            continue
        plugin, dot, key = name.removeprefix("plugin.").partition(".")
        if not (PLUGIN_NAME.fullmatch(plugin) and dot and key):
            raise WrongSetting(name, _("write plugin.<name of the plugin>.<key>"))
        own.setdefault(plugin, {})[key] = str(value)
    return own
