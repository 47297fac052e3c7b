"""What is committed, and what pages may load."""

import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FRONTEND = ROOT / "shuhua_web" / "frontend"
# Names of XML vocabularies look like addresses and load nothing; people may read the last ones.
VOCABULARIES = {"www.w3.org", "xml.zope.org"}
ADDRESS = re.compile(r"""["'(]\s*(?:https?:)?//([a-z0-9.-]+\.[a-z]{2,})""", re.IGNORECASE)


@pytest.fixture(scope="module")
def committed():
    """The paths that git knows."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [path for path in listed.stdout.decode().split("\0") if path and (ROOT / path).is_file()]


def test_the_lock_file_holds_no_address_and_checks_every_package():
    text = (FRONTEND / "package-lock.json").read_text()
    assert "://" not in text
    packages = {name: entry for name, entry in json.loads(text)["packages"].items() if name}
    assert [name for name, entry in packages.items() if not entry.get("integrity")] == []


def test_the_lock_file_is_that_of_the_package_file():
    package = json.loads((FRONTEND / "package.json").read_text())
    locked = json.loads((FRONTEND / "package-lock.json").read_text())["packages"]
    for kind in ("dependencies", "devDependencies"):
        assert locked[""][kind] == package[kind]
        assert all(re.fullmatch(r"(npm:[a-z]+@)?\d+\.\d+\.\d+", version) for version in package[kind].values())


def test_no_built_file_and_no_code_of_others_is_committed(committed):
    built = re.compile(r"(^|/)(node_modules|dist|generated|\.venv)/|\.(mo|ttf|otf|woff2?|whl|min\.js|min\.css|map)$")
    assert [path for path in committed if built.search(path)] == []
    scripts = [path for path in committed if Path(path).suffix in {".js", ".css"}]
    ours = ("shuhua_web/frontend/", "plugins/", "docs/", "tests/", "shuhua_web/static/")
    assert [path for path in scripts if not path.startswith(ours)] == []
    signs = re.compile(r"jquery v\d|bootstrap v\d|@license|leaflet \d\.\d|copyright .{0,30}(twitter|openjs)", re.IGNORECASE)
    assert [path for path in scripts if signs.search((ROOT / path).read_text(errors="replace"))] == []


def test_no_template_script_or_style_refers_to_another_host(committed):
    kinds = {".pt", ".ts", ".js", ".css", ".svg"}
    of_pages = [path for path in committed if path.startswith("shuhua_web/") and Path(path).suffix in kinds]
    assert any(path.endswith("office/main.ts") for path in of_pages)
    strangers = {
        (path, host)
        for path in of_pages
        for host in ADDRESS.findall((ROOT / path).read_text())
        if host.lower() not in VOCABULARIES
    }
    assert strangers == set()


def test_the_built_style_sheets_load_nothing_from_elsewhere():
    sheets = sorted((ROOT / "shuhua_web" / "static" / "dist" / "assets").glob("*.css"))
    assert sheets
    for sheet in sheets:
        loads = re.findall(r"(?:@import\s+|url\()[\"']?([^\"')]{1,200})", sheet.read_text())
        assert [address for address in loads if re.match(r"(https?:)?//", address)] == []


def test_every_icon_that_a_template_names_is_in_the_sprite(committed):
    known = set(json.loads((FRONTEND / "office" / "icons.json").read_text()))
    named = {
        (path, icon)
        for path in committed
        if path.startswith("shuhua_web/") and path.endswith(".pt")
        for icon in re.findall(r"""name '([a-z0-9-]+)'" use-macro="[\w.]*pieces\['icon'\]""", (ROOT / path).read_text())
    }
    assert [(path, icon) for path, icon in named if icon not in known] == []
