"""What the app's start costs, and that it is complete without a network."""

from __future__ import annotations

import gzip

import pytest

from shuhua_web.layout import DIST, Assets
from shuhua_web.mobile.bundle import Bundle

BUDGET = 250_000


@pytest.fixture
def bundle() -> Bundle:
    found = Bundle(Assets())
    if not found.built:
        pytest.skip("the front end is not built")
    return found


def compressed(file: str) -> int:
    """As it goes over the line."""
    return len(gzip.compress((DIST / file).read_bytes(), mtime=0))


def test_script_and_style_of_the_first_load_are_within_the_budget(bundle):
    sizes = {file: compressed(file) for file in bundle.shell()}
    assert sum(sizes.values()) < BUDGET, sizes


def test_scanner_and_map_are_loaded_when_they_are_used(bundle):
    shell, later = "\n".join(bundle.shell()), bundle.later()
    assert "scan-" not in shell
    assert "task-map" not in shell
    assert any(file.endswith(".wasm") for file in later)
    assert any("task-map" in file for file in later)
    assert any("jsQR" in file for file in later)


def test_what_runs_is_kept_before_the_maps_data(bundle):
    runs = [file.endswith((".js", ".css", ".wasm")) for file in bundle.later()]
    assert runs == sorted(runs, reverse=True)
    assert not all(runs)


def test_nothing_of_the_office_is_loaded_at_the_start(bundle):
    assert [file for file in bundle.shell() if "office" in file or "charts" in file or "htmx" in file] == []


def test_no_script_evaluates_text(bundle):
    scripts = [file for file in (*bundle.shell(), *bundle.later()) if file.endswith(".js")]
    assert [file for file in scripts if "new Function(" in (DIST / file).read_text(encoding="utf-8")] == []
