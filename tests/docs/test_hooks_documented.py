"""The pages about plugins say what is so: every hook by its exact signature, and a tutorial whose code runs."""

import ast
import inspect
import os
import re
import subprocess
import sys
import tomllib
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pytest

import shuhua_core.plugins
from shuhua_core.kernel.settings import Settings
from shuhua_core.plugins import Notice, NoticeText, Recipient, hookspecs
from shuhua_core.plugins.builtin import BUILTINS
from shuhua_core.plugins.errors import FailureKind
from shuhua_core.plugins.manager import build_plugin_manager
from shuhua_core.plugins.runner import PluginRunner
from shuhua_core.plugins.settings import PluginSettings

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "plugins" / "shuhua-channel-file"
HOOKS = {name: hook for name, hook in vars(hookspecs).items() if hasattr(hook, "shuhua_spec")}
HOOKS_PAGE = (ROOT / "docs" / "hooks.md").read_text()
TUTORIAL = (ROOT / "docs" / "write-a-plugin.md").read_text()
FILES = re.findall(r"^```\w+ (\S+)\n(.*?)^```$", TUTORIAL, re.MULTILINE | re.DOTALL)


def signature(name):
    return f"{name}({', '.join(inspect.signature(HOOKS[name]).parameters)})"


def test_there_are_the_hooks_that_the_design_names():
    assert set(HOOKS) == {
        "shuhua_register_notification_channels",
        "shuhua_register_map_providers",
        "shuhua_register_report_types",
        "shuhua_event_committed",
    }


def test_every_hook_has_a_heading_with_its_exact_signature_and_no_other_has():
    headings = re.findall(r"^## (shuhua_.*)$", HOOKS_PAGE, re.MULTILINE)
    assert sorted(headings) == sorted(signature(name) for name in HOOKS)


@pytest.mark.parametrize("name", HOOKS)
def test_every_hook_says_when_what_it_returns_and_what_a_failure_does(name):
    for word in ("When:", "Returns:", "Failure:"):
        assert word in inspect.getdoc(HOOKS[name])
    section = HOOKS_PAGE.split(f"## {signature(name)}")[1].split("\n## ")[0]
    for word in ("Called", "Gives", "Failure"):
        assert word in section


@pytest.mark.parametrize("name", HOOKS)
def test_every_hook_has_a_test_of_its_name(name):
    tree = ast.parse((ROOT / "tests" / "core" / "plugins" / "test_hooks.py").read_text())
    assert f"test_{name}" in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_kind_of_failure_is_explained():
    assert re.findall(r"^\| `(\w+)` \|", HOOKS_PAGE.split("| failure |")[1], re.MULTILINE) == list(FailureKind)


def test_every_setting_about_plugins_is_mentioned():
    for setting in fields(Settings):
        if setting.name.startswith("plugins_"):
            assert re.search(rf"`(shuhua\.plugins)?_{setting.name.removeprefix('plugins_')}`", HOOKS_PAGE), setting.name


def test_every_built_in_offer_is_named():
    plugins = build_plugin_manager(PluginSettings(), load_entry_points=False)
    for offer in (*plugins.channels, *plugins.map_providers, *plugins.report_types):
        assert f"`{offer}`" in HOOKS_PAGE
    assert list(plugins.records) == list(BUILTINS)


def test_the_files_of_the_tutorial_are_those_of_the_example():
    assert [path for path, _text in FILES] == ["pyproject.toml", "shuhua_channel_file/__init__.py", "tests/test_file_channel.py"]
    for path, text in FILES:
        assert (EXAMPLE / path).read_text() == text


def test_the_example_imports_only_the_public_room_of_plugins():
    for file in (EXAMPLE / "shuhua_channel_file").glob("**/*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("shuhua"):
                assert node.module == "shuhua_core.plugins"
                assert {name.name for name in node.names} <= set(shuhua_core.plugins.__all__)


@pytest.fixture
def written(tmp_path):
    """The tutorial's files, written into an empty folder, with the metadata that installing would add."""
    for path, text in FILES:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    project = tomllib.loads((tmp_path / "pyproject.toml").read_text())["project"]
    installed = tmp_path / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    entries = (f"{name} = {target}" for name, target in project["entry-points"]["shuhua"].items())
    (installed / "entry_points.txt").write_text("\n".join(["[shuhua]", *entries, ""]))
    return tmp_path


def test_the_tests_of_the_tutorial_pass(written):
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"],
        cwd=written,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": os.pathsep.join([str(written), str(ROOT)])},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert " passed" in run.stdout


def test_the_plugin_of_the_tutorial_is_found_when_installed_and_sends_from_its_own_process(written, monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(str(written))
    path = tmp_path / "notices.jsonl"
    plugins = build_plugin_manager(PluginSettings(enabled=frozenset({"file"}), own={"file": {"path": str(path)}}))
    assert (plugins.records["file"].origin, plugins.records["file"].version) == ("installed", "1.0.0")
    notice = Notice("m-1", "tasks.allocated", Recipient("张三"), NoticeText("新工单", "请接收"), NOW, urgent=True)
    with PluginRunner(plugins) as runner:
        assert runner.send("file", notice).status == "queued"
    assert '"message_id": "m-1"' in path.read_text()
