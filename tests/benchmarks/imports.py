"""Measures an import beside the bare library: time as a ratio, and peak memory.

    python -m tests.benchmarks.imports                 # 100,000 installation points of 15 columns
    python -m tests.benchmarks.imports --rows 20000 --database postgresql
    python -m tests.benchmarks.imports --bad 1         # one bad row among them

The bare library reads the file (calamine) and writes its cells into a plain table in one transaction (executemany). The
bare rows are what ours has written into sites, outbox and audit, written once more by the driver into the same tables of a new
database with their indexes, sums of the map and index of words, a transaction for each chunk: what the storage alone takes.
Ours reads the file in a process of its own, tries every row (schema, permission, row scope, references, unique numbers), and
after that saves every row with its event, its audit entry, its cells of the map and its index of words. Each way runs in a
process of its own, so that its memory is its own. The reader's memory, which ours needs beside, is printed too.
"""

from __future__ import annotations

import argparse
import json
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import xlsxwriter
from python_calamine import CalamineWorkbook

from shuhua_core import migrations, seed
from shuhua_core.accounts.actors import load_actor_by_login
from shuhua_core.archives.models import Customer, Project
from shuhua_core.house import open_deployment
from shuhua_core.imports import run
from shuhua_core.imports.models import Import
from shuhua_core.imports.reading import read_file
from shuhua_core.imports.service import ImportService
from shuhua_core.kernel.db import Base
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.kernel.settings import from_mapping
from shuhua_core.places.models import Division
from shuhua_core.testing.factories import accounts
from tests.benchmarks.databases import databases

CLOCK = time.process_time if "--cpu" in sys.argv else time.perf_counter
GOAL = 2.0
"""Times the bare library's time, at most."""
HEADS = (
    *("编号", "名称", "类别", "行政区划", "地址", "经度", "纬度", "工程", "客户", "负责单位"),
    *("联系人", "电话", "安装日期", "备注", "未读的一列"),
)
COUNTIES = 12
AGENTS = 20


def deployment_at(url: str, folder: Path) -> Deployment:
    """A deployment of this folder alone."""
    settings = {"shuhua.database_url": url, "shuhua.media_path": str(folder / "media"), "shuhua.origin": "http://127.0.0.1"}
    return open_deployment(from_mapping({**settings, "shuhua.secret": "of a benchmark, and of nothing else"}, {}))


def prepare(deployment: Deployment) -> None:
    """What the rows refer to, and who imports them."""
    migrations.upgrade(deployment.database)
    now = deployment.clock.now()
    with deployment.database.write() as session:
        seed.seed(session, now)
        branch = accounts.organisation(session, "branch", name="示例分公司", divisions=["35"])
        for number in range(AGENTS):
            accounts.organisation(session, "agent", parent=branch, name=f"示例代理商 {number}", divisions=["35"])
        accounts.user(session, "dispatcher", login="dispatcher", organisation=branch)
        for number in range(1, COUNTIES + 1):
            session.add(
                Division(code=f"3505{number:02d}", level="county", name_zh=f"示例县 {number}", name_en=f"County {number}")
            )
        about = {"organisation_path": branch.path, "created_at": now, "updated_at": now}
        for number in range(AGENTS):
            session.add(Customer(number=f"KH-{number}", name=f"示例体育局 {number}", kind="sports_bureau", **about))
            session.add(Project(number=f"GC-{number}", name=f"示例工程 {number}", kind="fitness_path", **about))


def write_file(path: Path, rows: int, bad: int) -> None:
    """The file; ``bad`` of its rows have a date that there is not."""
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, HEADS)
        for number in range(1, rows + 1):
            wrong = bad and number % (rows // bad) == 0
            page.write_row(number, 0, _row(number, wrong=bool(wrong)))


def _row(number: int, *, wrong: bool) -> tuple[str, ...]:
    return (
        *(f"AZ-B-{number:07d}", f"示例健身点 {number}", ("公园", "学校", "其他")[number % 3], f"3505{number % COUNTIES + 1:02d}"),
        *(f"示例路 {number} 号", f"{110 + number % 1000 / 100:.4f}", f"{25 + number % 777 / 100:.4f}", f"GC-{number % AGENTS}"),
        *(
            f"示例体育局 {number % AGENTS}",
            f"示例代理商 {number % AGENTS}",
            "王女士",
            f"139 {number // 10000:04d} {number % 10000:04d}",
        ),
        *("2024年2月31日" if wrong else f"2024-{number % 12 + 1:02d}-{number % 28 + 1:02d}", "备注一句", "x"),
    )


def ours(url: str, folder: Path) -> dict[str, Any]:
    """The file as the office takes it, its trial and its import."""
    deployment, took = deployment_at(url, folder), {}
    database = deployment.database

    def timed(name: str, what: Callable[[], Any]) -> Any:
        began = CLOCK()
        found = what()
        took[name] = CLOCK() - began
        return found

    def start() -> int:
        with (folder / "rows.xlsx").open("rb") as file:
            rows = read_file(file)
        with database.write() as session:
            ctx = deployment.context(session, load_actor_by_login(session, "dispatcher"))
            return ImportService(ctx, "sites").start(rows, filename="rows.xlsx", locale="zh_Hans", datum="wgs84").id

    def work() -> None:
        while run.run_due(deployment):
            pass

    import_id = timed("read", start)
    before = _peak()
    timed("trial", work)
    with database.write() as session:
        ctx = deployment.context(session, load_actor_by_login(session, "dispatcher"))
        ImportService(ctx, "sites").confirm(import_id)
    timed("import", work)
    with database.read() as session:
        entry = session.get_one(Import, import_id)
        counts = {"added": entry.added, "refused": entry.refused}
    database.dispose()
    reader = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return {**took, **counts, "memory": _peak(), "grown": _peak() - before, "reader": reader}


def bare(_url: str, folder: Path) -> dict[str, Any]:
    """The library, and the driver."""
    began = CLOCK()
    rows = CalamineWorkbook.from_path(str(folder / "rows.xlsx")).get_sheet_by_index(0).to_python()
    connection = sqlite3.connect(folder / "bare.sqlite")
    columns = ", ".join(f"c{at}" for at in range(len(HEADS)))
    with connection:
        connection.execute(f"CREATE TABLE rows (id INTEGER PRIMARY KEY, {columns})")
        marks = ", ".join("?" * len(HEADS))
        connection.executemany(f"INSERT INTO rows ({columns}) VALUES ({marks})", rows[1:])
    connection.close()
    return {"all": CLOCK() - began, "memory": _peak()}


def bare_rows(url: str, folder: Path, again: str) -> float:
    """Seconds of what was written, written again by the driver into the tables of a deployment at ``again`` without sites."""
    deployment = deployment_at(again, folder)
    prepare(deployment)
    source, target = deployment_at(url, folder).database, deployment.database
    tables = [Base.metadata.tables[name] for name in ("sites", "outbox", "audit")]
    with source.read() as session:
        asked = [sa.select(table).order_by(table.c.id) for table in tables]
        asked[1:] = [query.where(query.selected_columns.record_kind == "site") for query in asked[1:]]
        found = {table: [row._asdict() for row in session.execute(query)] for table, query in zip(tables, asked, strict=True)}
    began = CLOCK()
    most = max(len(rows) for rows in found.values())
    for first in range(0, most, run.CHUNK):
        with target.write() as session:
            for table, rows in found.items():
                if rows[first : first + run.CHUNK]:
                    session.execute(sa.insert(table), rows[first : first + run.CHUNK])
    took = CLOCK() - began
    for database in (source, target):
        database.dispose()
    return took


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


WAYS = {"ours": ours, "bare": bare}


def measure(way: str, url: str, folder: Path) -> dict[str, Any]:
    """What one way says of itself, run in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.imports", "--way", way, "--folder", str(folder), "--url", url]
    command += ["--cpu"] if "--cpu" in sys.argv else []
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found: dict[str, Any] = json.loads(said.splitlines()[-1])
    return found


def main() -> None:
    """The table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--bad", type=int, default=0)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--cpu", action="store_true", help="processor time, for a machine that others use as well")
    parser.add_argument("--way", choices=tuple(WAYS), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.way:
        sys.stdout.write(json.dumps(WAYS[given.way](given.url, given.folder)) + "\n")
        return
    with tempfile.TemporaryDirectory() as name, databases(given.database, Path(name), None) as (make, what):
        folder, url = Path(name), make("imports")
        deployment = deployment_at(url, folder)
        prepare(deployment)
        deployment.database.dispose()
        write_file(folder / "rows.xlsx", given.rows, given.bad)
        sys.stdout.write(f"{given.rows:,} rows of {len(HEADS)} columns, {what}\n")
        base = measure("bare", url, folder)
        sys.stdout.write(f"bare library: {base['all']:.1f} s, {base['memory']:.0f} MiB\n")
        found = measure("ours", url, folder)
        for step in ("read", "trial", "import"):
            each = 1000 * found[step] / given.rows
            sys.stdout.write(
                f"{step:8s}{found[step]:8.1f} s, {each:.2f} ms a row, {found[step] / base['all']:.1f} times (goal {GOAL})\n"
            )
        sys.stdout.write(f"{found['added']:,} added, {found['refused']:,} refused\n")
        rows = bare_rows(url, folder, make("again"))
        sys.stdout.write(f"bare rows: {rows:.1f} s, the import {found['import'] / rows:.2f} times\n")
        memory = (
            f"{found['memory']:.0f} MiB, {found['grown']:.0f} of it after the file was read; the reader {found['reader']:.0f} MiB"
        )
        sys.stdout.write(f"memory at its peak: {memory}\n")


if __name__ == "__main__":
    main()
