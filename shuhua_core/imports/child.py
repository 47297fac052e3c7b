"""Runs in a process of its own, with limits: reads one table that somebody sent, and gives its cells as text.

Started by ``reading`` as ``python -m shuhua_core.imports.child <folder> <memory> <seconds>``. The file is ``source`` in the
folder; the answer, ``{"rows": …}`` or ``{"refused": code}``, goes beside it.
"""

from __future__ import annotations

import csv
import io
import json
import resource
import sys
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook

MOST_ROWS, MOST_COLUMNS, MOST_ENTRIES = 200_001, 200, 2000
LARGEST_CONTENT = 500_000_000
"""Bytes of all parts of a workbook, unpacked: 200,000 rows by 15 columns take half of it."""
_FOREIGN = ("xl/externallinks/", "xl/embeddings/", "xl/activex/", "xl/connections.xml", "xl/querytables/")
_OLD = b"\xd0\xcf\x11\xe0"
_EXACT = 10**15
"""From here on Excel has lost digits of a whole number."""


class Refused(Exception):
    """The file is not read; ``code`` says why."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def read(content: bytes) -> list[list[str]]:
    """All rows of the first sheet as text, by what the content is, whatever the file is called. Raises Refused."""
    if content.startswith(b"PK\x03\x04"):
        rows = _workbook(content)
    elif content.startswith(_OLD):
        raise Refused("old_excel")
    else:
        rows = _separated(content)
    if len(rows) > MOST_ROWS:
        raise Refused("too_many_rows")
    return [[as_text(cell) for cell in row[:MOST_COLUMNS]] for row in rows]


def _workbook(content: bytes) -> list[list[Any]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise Refused("no_table") from error
    names = [entry.filename.lower() for entry in entries]
    if "xl/workbook.xml" not in names:
        raise Refused("no_table")
    if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > LARGEST_CONTENT:
        raise Refused("too_costly")
    if any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in names):
        raise Refused("macros")
    if any(name.startswith(_FOREIGN) for name in names):
        raise Refused("external_links")
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python(skip_empty_area=False)


def _separated(content: bytes) -> list[list[Any]]:
    """A CSV file, as Excel in China writes it (GB18030) or as others do (UTF-8)."""
    if b"\0" in content:
        raise Refused("no_table")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise Refused("no_table")
    head = text.partition("\n")[0]
    separator = max(",\t;", key=head.count)
    if separator not in head:
        raise Refused("no_table")
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise Refused("no_table") from error


def as_text(cell: Any) -> str:
    """A cell as the person sees it: a whole number without the point that it never had, a day without its midnight."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < _EXACT else repr(cell)
    if isinstance(cell, datetime):
        at_midnight = not (cell.hour or cell.minute or cell.second)
        return cell.date().isoformat() if at_midnight else cell.isoformat(" ")
    return str(cell).strip()


def limit(memory: int, seconds: int) -> None:
    """Bound this process for good."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_CONTENT, LARGEST_CONTENT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Read ``source``, write ``answer.json``."""
    folder = Path(sys.argv[1])
    limit(int(sys.argv[2]), int(sys.argv[3]))
    answer: dict[str, Any]
    try:
        answer = {"rows": read((folder / "source").read_bytes())}
    except Refused as refused:
        answer = {"refused": refused.code}
    except MemoryError:
        answer = {"refused": "too_costly"}
    except BaseException:  # noqa: BLE001 - a reader raises anything at all about hostile bytes, Rust's panics among it
        answer = {"refused": "no_table"}
    (folder / "answer.json").write_text(json.dumps(answer, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
