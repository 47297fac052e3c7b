"""Makes the programs available that the tests use beside Python: PostgreSQL, Chromium and strace.

As root on Debian and its kin, installs what is missing. Elsewhere uses what is there, and says which tests will be skipped;
with CI set it fails instead, so that a green run is never one that tested less.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests import chromium, postgres


@dataclass(frozen=True, slots=True)
class Tool:
    """A program, how to find it, the Debian packages that bring it, and what is skipped without it."""

    name: str
    find: Callable[[], Path | None]
    packages: tuple[str, ...]
    skipped: str


def _program(name: str) -> Path | None:
    found = shutil.which(name)
    return Path(found) if found else None


TOOLS = (
    Tool("PostgreSQL", postgres.find, ("postgresql",), "tests on PostgreSQL"),
    Tool("strace", lambda: _program("strace"), ("strace",), "tests that cut the power"),
    Tool("Chromium", chromium.find, ("chromium", "fonts-noto-cjk"), "tests in a browser"),
)


def main() -> None:
    """Finds the tools, installs the missing ones where it can, and says what came of it."""
    given = {"PostgreSQL": os.environ.get(postgres.VARIABLE)}
    missing = [tool for tool in TOOLS if not given.get(tool.name) and tool.find() is None]
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        _install([package for tool in missing for package in tool.packages])
    lacking = [tool for tool in TOOLS if not given.get(tool.name) and tool.find() is None]
    for tool in TOOLS:
        where = "the server that is named" if given.get(tool.name) else tool.find()
        print(f"{tool.name}: {where or f'not found; {tool.skipped} will be skipped'}", flush=True)
    if lacking and os.environ.get("CI"):
        sys.exit(f"CI is set, so nothing may be skipped: {', '.join(tool.name for tool in lacking)} missing")


def _install(packages: list[str]) -> None:
    print(f"installing {' '.join(packages)}", flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-q"], ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]):
        done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, check=False)
        if done.returncode:
            print(f"{' '.join(command[:2])} failed; going on with what is there", flush=True)


if __name__ == "__main__":
    main()
