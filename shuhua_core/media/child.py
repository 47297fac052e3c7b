"""Runs in a process of its own, with limits: reads one file that somebody sent, and writes what may be shown of it.

Started by ``sandbox`` as ``python -m shuhua_core.media.child``. What to do comes as one JSON object on standard input, the
answer goes into a file beside what was written: a decoder that has been taken over can say nothing else.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from typing import Any

from .derive import Refused


def limit(memory: int, seconds: int, file_size: int) -> None:
    """Bound this process for good."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_size, file_size))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def derive(task: dict[str, Any]) -> dict[str, Any]:
    """Do the task; gives ``{"refused": code}`` or what the file is."""
    source, target = Path(task["source"]), Path(task["target"])
    try:
        if task["kind"] == "photo":
            from . import photos  # noqa: PLC0415 - each kind loads what it needs

            return {"kind": "photo", **photos.draw(source, task["reader"], target)}
        from . import films  # noqa: PLC0415 - the same

        return films.rewrite(source, task["reader"], target)
    except Refused as refused:
        return {"refused": refused.code}
    except MemoryError:
        return {"refused": "too_costly"}
    except Exception:  # noqa: BLE001 - a decoder raises anything at all about hostile bytes
        return {"refused": "damaged"}


def main() -> None:
    """Read the task, do it, write the answer."""
    task = json.load(sys.stdin)
    limit(task["memory"], task["seconds"], task["file_size"])
    (Path(task["target"]) / "answer.json").write_text(json.dumps(derive(task)))


if __name__ == "__main__":
    main()
