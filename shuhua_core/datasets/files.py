"""The files beside this module: compressed, made by ``build.py``, each with its source and licence in ``files/SOURCES.md``."""

import csv
import gzip
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

FOLDER = "files"


def rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of the table ``name`` (such as ``divisions.csv.gz``) one by one, as column → text."""
    with _open(name) as stream:
        yield from csv.DictReader(stream)


def document(name: str) -> Any:
    """The JSON document ``name``, read at once."""
    with _open(name) as stream:
        return json.load(stream)


def write_rows(folder: Path, name: str, header: Sequence[str], lines: Iterable[Sequence[str]]) -> int:
    """Write a table so that the same rows give the same bytes; gives the number of rows."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    count = 0
    for line in lines:
        writer.writerow(line)
        count += 1
    _write(folder / name, text.getvalue())
    return count


def write_document(folder: Path, name: str, value: Any) -> None:
    """Write a JSON document so that the same value gives the same bytes."""
    _write(folder / name, json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")))


@contextmanager
def _open(name: str) -> Iterator[io.TextIOBase]:
    path = files(__package__).joinpath(FOLDER, name)
    with path.open("rb") as raw, gzip.open(raw, "rt", encoding="utf-8", newline="") as stream:
        yield stream


def _write(path: Path, text: str) -> None:
    path.write_bytes(gzip.compress(text.encode("utf-8"), compresslevel=9, mtime=0))
