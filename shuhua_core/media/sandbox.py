"""Bytes that somebody sent are decoded in a process of their own, which may take only so much memory and time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .kinds import Format

_KEEP = ("PATH", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH")
"""The environment of the child: none of our secrets."""
_LARGEST_ANSWER = 4096


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may take."""

    memory: int = 1 << 30
    """Bytes of address space, of which the libraries take a part; what a file really needs is far less."""
    photo_seconds: int = 20
    film_seconds: int = 90
    file_size: int = 1 << 30


@dataclass(frozen=True, slots=True)
class Derived:
    """What became of a file: ``refused`` with a reason, or the facts of what was written."""

    refused: str | None = None
    kind: str = "photo"
    facts: Mapping[str, Any] = field(default_factory=dict)
    content_type: str | None = None
    """Of the variant ``content``, which videos and sound have."""


def derive(source: Path, form: Format, target: Path, limits: Limits | None = None) -> Derived:
    """Write the variants of ``source`` below the folder ``target``. A child that dies or lingers has refused the file."""
    limits = limits or Limits()
    seconds = limits.photo_seconds if form.kind == "photo" else limits.film_seconds
    task = {
        "source": str(source.resolve()),
        "target": str(target.resolve()),
        "kind": form.kind,
        "reader": form.reader,
        "memory": limits.memory,
        "seconds": seconds,
        "file_size": limits.file_size,
    }
    environment = {name: os.environ[name] for name in _KEEP if name in os.environ}
    environment["PYTHONPATH"] = os.pathsep.join(path or os.getcwd() for path in sys.path)  # noqa: PTH109
    environment["TMPDIR"] = str(target)
    # One thread each: OpenBLAS and the like would reserve address space for every core.
    environment |= {"OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
    try:
        subprocess.run(
            [sys.executable, "-P", "-m", "shuhua_core.media.child"],
            input=json.dumps(task).encode(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=target,
            env=environment,
            timeout=2 * seconds,
            check=True,
            start_new_session=True,
        )
        return _answer(target / "answer.json")
    except (subprocess.SubprocessError, ValueError, OSError):
        return Derived(refused="too_costly")


def _answer(path: Path) -> Derived:
    with path.open("rb") as file:
        answer = json.loads(file.read(_LARGEST_ANSWER))
    if not isinstance(answer, dict):
        raise TypeError("no answer")
    path.unlink()
    if "refused" in answer:
        return Derived(refused=str(answer["refused"]))
    facts = {name: answer.get(name) for name in ("width", "height", "seconds")}
    return Derived(None, str(answer["kind"]), facts, answer.get("content_type"))
