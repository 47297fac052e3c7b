"""What `pip wheel` makes of the sources."""

import json
import subprocess
import sys
import zipfile
from configparser import ConfigParser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    """The wheel of the sources as they are, built once: as `make wheel` does, without pip's copy of the build's tools."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, ROOT]
    built = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    (path,) = folder.glob("shuhua-*.whl")
    with zipfile.ZipFile(path) as archive:
        yield archive


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_wheel_carries_all_that_a_running_shuhua_needs(wheel):
    names = set(wheel.namelist())

    # Every module, template, catalogue, table and data file of the sources.
    wanted = {
        path.relative_to(ROOT).as_posix()
        for package in ("shuhua_core", "shuhua_web")
        for pattern in ("*.py", "*.pt", "*.po", "*.mo", "*.toml", "*.gz", "*.mako", "py.typed")
        for path in (ROOT / package).rglob(pattern)
        if "frontend" not in path.parts
    }
    assert wanted - names == set()

    # Each bundle with its style sheets, the chunks it loads, the icons and the map.
    manifest = json.loads(wheel.read("shuhua_web/static/dist/manifest.json"))
    built = {entry["file"] for entry in manifest.values()} | {css for entry in manifest.values() for css in entry.get("css", ())}
    assert {f"shuhua_web/static/dist/{name}" for name in built} - names == set()
    assert {
        "office/main.ts",
        "generated/icons.svg",
        "generated/map/world.json",
        "generated/map/provinces.json",
    } <= manifest.keys()

    # Fonts for printed sheets, and the licences of what others made.
    fonts = {"NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf", "OFL.txt"}
    assert {f"shuhua_core/assets/fonts/{name}" for name in fonts} <= names
    licences = wheel.read("shuhua_web/static/dist/licenses.txt").decode()
    for package in ("leaflet", "htmx.org", "echarts", "@tabler/core", "bootstrap", "world-atlas"):
        assert f"\n{package} " in licences

    # And nothing that only the build needs.
    assert [name for name in names if "node_modules" in name or "/frontend/" in name or name.startswith("tests/")] == []

    metadata = wheel.read(next(name for name in names if name.endswith(".dist-info/METADATA"))).decode()
    assert "License-Expression: Apache-2.0" in metadata or "License: Apache-2.0" in metadata
    entry_points = ConfigParser()
    entry_points.read_string(wheel.read(next(name for name in names if name.endswith("entry_points.txt"))).decode())
    assert entry_points["console_scripts"]["shuhua"] == "shuhua_core.cli:main"
    assert entry_points["paste.app_factory"]["main"] == "shuhua_web:main"
