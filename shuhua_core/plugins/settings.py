"""What the settings say about plugins: which may load, how much a foreign one may use, and what each is told."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any

from shuhua_core.kernel.i18n import _
from shuhua_core.kernel.settings import Settings

from .errors import WrongSetting

PLUGIN_NAME = re.compile(r"[a-z][a-z0-9_-]{0,59}")
_TRUE = frozenset({"true", "yes", "on", "1"})
_FALSE = frozenset({"false", "no", "off", "0"})


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a foreign plugin may use. Times are in seconds."""

    deadline: float = 30.0
    """For one call."""
    start_deadline: float = 15.0
    """For its process to load it."""
    memory_mb: int = 512
    """Address space of its process."""
    output_kb: int = 256
    """What it may print in one call."""
    result_mb: int = 32
    """What it may give back in one call."""
    failures: int = 5
    """Failures in a row after which it rests."""
    rest: float = 60.0
    """How long it rests before it gets one more try."""


@dataclass(frozen=True, slots=True)
class PluginSettings:
    """The settings of the room. ``enabled`` names the installed plugins that may load; None is all of them."""

    enabled: frozenset[str] | None = None
    trace: bool = False
    limits: Limits = Limits()
    own: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in self.own:
            if not PLUGIN_NAME.fullmatch(name):
                raise WrongSetting(f"plugin.{name}", _("write plugin.<name of the plugin>.<key>"))
        for limit in fields(self.limits):
            if not 0 < getattr(self.limits, limit.name) < 1_000_000:
                raise WrongSetting(f"shuhua.plugins_{limit.name}", _("say a number above zero"))

    @classmethod
    def of_deployment(cls, settings: Settings) -> "PluginSettings":
        """From the settings of a deployment; raises WrongSetting at the first that is wrong."""
        names = settings.plugins_enabled.replace(",", " ").split()
        return cls(
            enabled=None if "*" in names else frozenset(names),
            trace=settings.plugins_trace,
            limits=Limits(
                deadline=settings.plugins_deadline,
                memory_mb=settings.plugins_memory_mb,
                result_mb=settings.plugins_result_mb,
                failures=settings.plugins_failures,
                rest=settings.plugins_rest,
            ),
            own=settings.plugins,
        )

    def of(self, plugin: str) -> Mapping[str, str]:
        """The own settings of one plugin, read only."""
        return MappingProxyType(dict(self.own.get(plugin, {})))

    def allows(self, plugin: str) -> bool:
        """Whether an installed plugin may load."""
        return self.enabled is None or plugin in self.enabled


def flag(settings: Mapping[str, Any], name: str, *, default: bool) -> bool:
    """A yes or no among a plugin's settings; raises WrongSetting for anything else."""
    text = str(settings.get(name, default)).strip().lower()
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise WrongSetting(name, _("say true or false"))
