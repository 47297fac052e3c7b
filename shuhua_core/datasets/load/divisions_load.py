"""Divisions into the database: China's, Boston's neighbourhoods, and the areas of the sports places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from shuhua_core.datasets import boston_places, divisions, osm
from shuhua_core.datasets.divisions import Division as Record
from shuhua_core.datasets.load.chunks import in_chunks
from shuhua_core.datasets.load.report import ImportReport
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.places.models import Division

_CHUNK = 2000


def known_divisions() -> dict[str, Iterable[Record]]:
    """The sets of divisions that come with the system, by name."""
    return {"china": divisions.divisions(), "boston": boston_places.divisions(), "osm": osm.divisions()}


def load_divisions(
    deployment: Deployment, records: Iterable[Record], report: ImportReport | None = None, *, dry_run: bool = False
) -> Iterator[int]:
    """Put in those that are missing and put names right; yields how many were read since the last time.

    Each part of the set is a transaction of its own. ``dry_run`` only counts in ``report`` what would be done.
    """
    report = report or ImportReport()
    for chunk in in_chunks(records, _CHUNK):
        with deployment.database.read() if dry_run else deployment.database.write() as session:
            added, changed = _load_chunk(session, chunk, dry_run=dry_run)
        report.read += len(chunk)
        report.added += added
        report.changed += changed
        report.known += len(chunk) - added - changed
        yield len(chunk)


def _load_chunk(session: Session, chunk: list[Record], *, dry_run: bool) -> tuple[int, int]:
    wanted = {each.code: _row(each) for each in chunk}
    stored = {
        code: {"code": code, "parent_code": parent, "level": level, "name_zh": zh, "name_en": en}
        for code, parent, level, zh, en in session.execute(
            select(Division.code, Division.parent_code, Division.level, Division.name_zh, Division.name_en).where(
                Division.code.in_(wanted)
            )
        )
    }
    missing = [row for code, row in wanted.items() if code not in stored]
    if missing and not dry_run:
        session.execute(insert(Division), missing)
    changed = [row for code, row in wanted.items() if code in stored and stored[code] != row]
    if changed and not dry_run:
        session.execute(update(Division), changed)
    return len(missing), len(changed)


def _row(record: Record) -> dict[str, str | None]:
    return {
        "code": record.code,
        "parent_code": record.parent,
        "level": record.level,
        "name_zh": record.name_zh,
        "name_en": record.name_en,
    }
