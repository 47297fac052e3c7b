"""A file that somebody sent, as rows of text. It is read in a process of its own, which may take only so much."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from shuhua_core.kernel.errors import Invalid, ServiceError, TooLarge, UnsupportedMedia
from shuhua_core.kernel.i18n import _

from .child import MOST_ROWS

LARGEST_FILE = 30_000_000
MEMORY, SECONDS = 2 << 30, 60
"""What one file may take: bytes of address space, seconds of a processor."""
REFUSALS: Mapping[str, str] = {
    "no_table": _("This is no Excel file (.xlsx) or CSV file that can be read. Use the template."),
    "old_excel": _("This file is locked by a password or of an old kind (.xls). Save it as .xlsx without a password."),
    "macros": _("This file contains macros. Save it as .xlsx, which has none."),
    "external_links": _("This file takes values from other files. Copy the cells as values into the template."),
    "too_costly": _("This file unpacks to far more than a list can be. Copy the rows into the template."),
    "too_many_rows": _("At most ${n} rows at once, please.", mapping={"n": MOST_ROWS - 1}),
}
_KEEP = ("PATH", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH")
"""The environment of the child: none of our secrets."""

PART = 500
"""Rows that are kept, tried and saved together."""

Rows = Sequence[Sequence[str]]


def read_file(file: BinaryIO) -> list[list[str]]:
    """The rows of the first sheet, headings among them. Raises TooLarge, UnsupportedMedia, Invalid."""
    content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise TooLarge
    with tempfile.TemporaryDirectory(prefix="shuhua-import-") as name:
        folder = Path(name)
        (folder / "source").write_bytes(content)
        answer = _read_in_child(folder)
    if "refused" in answer:
        raise _refusal(str(answer["refused"]))
    rows: list[list[str]] = answer["rows"]
    return rows


def _read_in_child(folder: Path) -> dict[str, list[list[str]]]:
    environment = {name: os.environ[name] for name in _KEEP if name in os.environ}
    environment["PYTHONPATH"] = os.pathsep.join(path or os.getcwd() for path in sys.path)  # noqa: PTH109
    environment |= {"TMPDIR": str(folder), "MALLOC_ARENA_MAX": "2"}
    try:
        subprocess.run(  # noqa: S603 - our own module, with our own arguments
            [sys.executable, "-P", "-m", "shuhua_core.imports.child", str(folder), str(MEMORY), str(SECONDS)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env=environment,
            timeout=2 * SECONDS,
            check=True,
            start_new_session=True,
        )
        found: dict[str, list[list[str]]] = json.loads((folder / "answer.json").read_text(encoding="utf-8"))
    except (subprocess.SubprocessError, ValueError, OSError):
        # It died of its limits: an allocation that fails inside the reader ends the process.
        raise _refusal("too_costly") from None
    return found


def _refusal(code: str) -> ServiceError:
    message = REFUSALS.get(code, REFUSALS["no_table"])
    return UnsupportedMedia(message) if code in {"no_table", "old_excel"} else Invalid({"file": message})


def pack(rows: Sequence[tuple[int, Sequence[str]]]) -> bytes:
    """Numbered rows as they are kept."""
    return zlib.compress(json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode(), 1)


def unpack(content: bytes) -> list[tuple[int, list[str]]]:
    """What :func:`pack` was given."""
    return [(number, cells) for number, cells in json.loads(zlib.decompress(content))]
