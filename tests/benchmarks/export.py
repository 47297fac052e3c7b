"""Measures the Excel file of a list beside the bare library writing as many cells: time as a ratio, and peak memory.

    python -m tests.benchmarks.export                  # 100,000 rows of 15 columns, about two minutes
    python -m tests.benchmarks.export --rows 20000

Each way runs in a process of its own, so that its memory is its own. Ours reads the rows of requests from SQLite, within a
dispatcher's scope, with joins, labels, masked phones, typed cells and formats; the bare library is given ready texts and
numbers. What the page adds (the hash of the file and its line in the log) is counted with ours.
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import xlsxwriter
from sqlalchemy import insert

from shuhua_core import migrations, seed
from shuhua_core.accounts.permissions import Permission
from shuhua_core.house import open_deployment
from shuhua_core.kernel.actor import Actor, Grant, ScopeKind
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.kernel.settings import from_mapping
from shuhua_core.repairs.models import RepairRequest
from shuhua_web.listing.cells import Words
from shuhua_web.listing.export import Sheet, rows_of, write_file
from shuhua_web.repairs.listing import REPAIRS

GOAL = 2.0
"""Times the bare library's time, at most."""
COLUMNS = 15
_START = datetime(2026, 1, 1, tzinfo=UTC)
_STATES = ("pending_review", "in_progress", "resolved", "closed")
_PORTION = 5_000


def deployment_in(folder: Path) -> Deployment:
    """A deployment of this folder alone."""
    settings = {
        "shuhua.database_url": f"sqlite:///{folder}/export.sqlite",
        "shuhua.media_path": str(folder / "media"),
        "shuhua.secret": "of a benchmark, and of nothing else",
        "shuhua.origin": "http://127.0.0.1",
    }
    return open_deployment(from_mapping(settings, {}))


def fill(deployment: Deployment, count: int) -> None:
    """Put ``count`` requests into a new database."""
    migrations.upgrade(deployment.database)
    with deployment.database.write() as session:
        seed.seed(session, deployment.clock.now())
        for first in range(0, count, _PORTION):
            numbers = range(first, min(first + _PORTION, count))
            session.execute(insert(RepairRequest), [_request(number) for number in numbers])


def _request(number: int) -> dict[str, Any]:
    at = _START + timedelta(minutes=number)
    return {
        "number": f"BX{at:%Y%m%d}-{number:06d}",
        "state": _STATES[number % len(_STATES)],
        "workflow_version": 1,
        "channel": "call_centre",
        "symptom": f"漫步机踏板松动，走起来有异响（{number}）",
        "severity": "normal",
        "organisation_path": "/1/2/",
        "address": f"演示路 {number} 号",
        "caller_name": "王女士",
        "caller_phone": f"139{number:08d}",
        "created_at": at,
        "updated_at": at,
    }


def ours(folder: Path) -> int:
    """The list as the office exports it."""
    deployment = deployment_in(folder)
    grants = {Permission.REPAIRS_VIEW: (Grant(ScopeKind.ORGANISATION, "/1/2/"),)}
    path = folder / "ours.xlsx"
    with deployment.database.read() as session:
        ctx = deployment.context(session, Actor(kind="user", user_id=1, grants=grants))
        columns = REPAIRS.office_columns[:COLUMNS]
        request: Any = SimpleNamespace(locale_name="zh_Hans", deployment=deployment, tr=str)
        words = Words(request, ctx, columns, REPAIRS.states.table(ctx) if REPAIRS.states else None)
        sheet = Sheet("维修申请", columns, [str(column.title) for column in columns], words, ctx.now)
        query = REPAIRS.query(ctx, REPAIRS.conditions(ctx, {}), columns).order_by(*REPAIRS.order(ctx, None))
        count = write_file(path, sheet, rows_of(session, query))
    with path.open("rb") as file:
        hashlib.file_digest(file, "sha256")
    deployment.database.dispose()
    return count


def bare(folder: Path, count: int) -> int:
    """The library with values that are ready."""
    book = xlsxwriter.Workbook(str(folder / "bare.xlsx"), {"constant_memory": True})
    page = book.add_worksheet()
    for number in range(count):
        request = _request(number)
        texts = [str(value) for value in request.values()]
        for column in range(COLUMNS):
            page.write_string(number, column, texts[column % len(texts)])
    book.close()
    return count


def measure(way: str, folder: Path, rows: int) -> tuple[float, float]:
    """(seconds, peak MiB) of one way in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.export", "--way", way, "--folder", str(folder), "--rows", str(rows)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    seconds, memory = said.split()[-2:]
    return float(seconds), float(memory)


def main() -> None:
    """The table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--way", choices=("ours", "bare"))
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    if given.way:
        began = time.perf_counter()
        if given.way == "ours":
            ours(given.folder)
        else:
            bare(given.folder, given.rows)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        sys.stdout.write(f"{time.perf_counter() - began:.2f} {memory:.0f}\n")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        deployment = deployment_in(folder)
        fill(deployment, given.rows)
        deployment.database.dispose()
        sys.stdout.write(f"{given.rows} rows of {COLUMNS} columns\n")
        base, base_memory = measure("bare", folder, given.rows)
        sys.stdout.write(f"bare library: {base:.1f} s, {base_memory:.0f} MiB\n")
        seconds, memory = measure("ours", folder, given.rows)
        sys.stdout.write(f"list: {seconds:.1f} s, {memory:.0f} MiB, {seconds / base:.2f} times (goal {GOAL})\n")


if __name__ == "__main__":
    main()
