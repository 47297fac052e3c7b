"""Fixtures for authors of plugins; pytest finds them by itself where shuhua is installed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from shuhua_core.plugins.manager import Plugins


@pytest.fixture
def load_plugin() -> Callable[..., Plugins]:
    """Loads a plugin as a deployment would, and refuses what a deployment would refuse.

    ``load_plugin("file", my_module, path="/tmp/x")`` stands for ``plugin.file.path = /tmp/x``; the result has its
    ``channels``, ``map_providers`` and ``report_types`` by name.
    """

    def load(name: str, plugin: object, **settings: str) -> Plugins:
        # Imported when it is used: every test run of an environment loads this file, whatever it tests.
        from shuhua_core.plugins.manager import build_plugin_manager  # noqa: PLC0415
        from shuhua_core.plugins.settings import PluginSettings  # noqa: PLC0415

        own = PluginSettings(own={name: settings})
        return build_plugin_manager(own, load_entry_points=False, plugins={name: plugin})

    return load
