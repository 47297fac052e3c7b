"""A worker that starts a plugin, says the process id of the plugin, and is then killed from outside."""

import sys
import threading
from datetime import UTC, datetime

from shuhua_core.plugins import Notice, NoticeText, Recipient
from shuhua_core.plugins.manager import build_plugin_manager
from shuhua_core.plugins.runner import PluginRunner
from shuhua_core.plugins.settings import PluginSettings

name = sys.argv[1]
plugins = build_plugin_manager(PluginSettings(), load_entry_points=False, plugins={name: f"hostile_plugins:{name}"})
notice = Notice("m-1", "tasks.allocated", Recipient("张三"), NoticeText("", ""), datetime.now(UTC))
runner = PluginRunner(plugins)
threading.Thread(target=runner.send, args=(name, notice, 1.0), daemon=True).start()
while runner._seats[name].process is None:
    pass
print(runner._seats[name].process._process.pid, flush=True)
sys.stdin.read()
