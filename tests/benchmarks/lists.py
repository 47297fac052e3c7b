"""Measures pages of the large lists with 1,000 rows behind them and with a hundred or a thousand times as many.

    python -m tests.benchmarks.lists                                     # 1,000 and 100,000 rows of each kind, about five minutes
    python -m tests.benchmarks.lists --rows 1000,1000000 --lists repairs
    python -m tests.benchmarks.lists --database postgresql

Each line is a page of the office as a person opens it: signed in, within the row scope of a dispatcher (the log: of an
administrator), tabs with counts, twenty rows, the whole HTML. Beside it stands the bare SQL that one would write for the same by
hand, with no scope: the rows of the page, the number of all that fit, and for a search a comparison of every row. Printed are
the milliseconds at the median for each number of rows, how many times the largest is slower than the smallest, what of it
the database took, and how many times the bare SQL's time that is. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from shuhua_core import migrations, seed
from shuhua_core.house import open_deployment
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.kernel.settings import from_mapping
from shuhua_web import make_app
from tests.benchmarks.databases import databases
from tests.benchmarks.lists_data import ABSENT, COMMON, OLD, RARE, fill
from tests.web.client import Person

ROUNDS = 5
SIZE = 20
DEEP = 450
"""A page that hardly anybody turns to."""
CLOCK = time.perf_counter


@dataclass(frozen=True)
class View:
    """What is asked of a list, and the WHERE and ORDER BY of the bare SQL for the same."""

    name: str
    query: Mapping[str, str]
    where: str = "1 = 1"
    order: str = "created_at DESC, id DESC"


@dataclass(frozen=True)
class List:
    """A list, its table, and the views of it."""

    path: str
    table: str
    views: tuple[View, ...]
    login: str = "dispatcher"


def _searches(where: str, order: str = "created_at DESC, id DESC") -> tuple[View, ...]:
    words = {"common": COMMON, "rare": RARE, "old": OLD, "absent": ABSENT}
    return tuple(View(f"search: {name} word", {"q": word}, where.format(word), order) for name, word in words.items())


def _pages(order: str = "created_at DESC, id DESC") -> tuple[View, ...]:
    return (View("first page", {}, order=order), View("deep page", {"page": str(DEEP)}, order=order))


LISTS: Mapping[str, List] = {
    "repairs": List(
        "/repairs",
        "repairs",
        (
            *_pages(),
            View("tab of few", {"state": "pending_review"}, "state = 'pending_review'"),
            View("tab of many", {"state": "closed"}, "state = 'closed'"),
            View("filtered", {"severity": "urgent"}, "severity = 'urgent'"),
            View(
                "a day",
                {"created_from": "2022-05-01", "created_to": "2022-05-01"},
                "created_at >= '2022-05-01' AND created_at < '2022-05-02'",
            ),
            View("sorted", {"sort": "number"}, order="number"),
            *_searches("symptom LIKE '%{0}%' OR address LIKE '%{0}%' OR caller_name LIKE '%{0}%'"),
            View("search: last four", {"q": "0777"}, "caller_tail = '0777' OR number LIKE '%0777%'"),
        ),
    ),
    "tasks": List(
        "/tasks",
        "tasks",
        (
            *_pages(),
            View("tab of few", {"state": "repairing"}, "state = 'repairing'"),
            View("filtered", {"overdue": "true"}, "state = 'repairing' AND due_at < '2026-01-01'"),
            View("sorted", {"sort": "due_at"}, order="due_at"),
            *_searches("symptom LIKE '%{0}%' OR address LIKE '%{0}%'"),
        ),
    ),
    "equipment": List(
        "/equipment",
        "equipment",
        (
            *_pages(),
            View("tab of few", {"state": "faulty"}, "state = 'faulty'"),
            View("sorted", {"sort": "safe_life_to"}, order="safe_life_to"),
            *_searches("name LIKE '%{0}%'"),
        ),
    ),
    "sites": List(
        "/sites",
        "sites",
        (
            *_pages(),
            View("filtered", {"kind": "park"}, "kind = 'park'"),
            View("sorted", {"sort": "name"}, order="name"),
            *_searches("name LIKE '%{0}%' OR address LIKE '%{0}%' OR contact_name LIKE '%{0}%'"),
        ),
    ),
    "customers": List(
        "/customers",
        "customers",
        (
            *_pages(),
            View("filtered", {"kind": "school"}, "kind = 'school'"),
            View("sorted", {"sort": "-updated_at"}, order="updated_at DESC"),
            *_searches("name LIKE '%{0}%' OR address LIKE '%{0}%' OR contact_name LIKE '%{0}%'"),
        ),
    ),
    "followups": List(
        "/followups",
        "followups",
        (
            *_pages(),
            View("filtered", {"state": "open"}, "state = 'open'"),
            *_searches("task_id IN (SELECT id FROM tasks WHERE symptom LIKE '%{0}%')"),
            View("search: number", {"q": "HF00000777"}, "number LIKE '%HF00000777%'"),
        ),
    ),
    "changes": List(
        "/logs",
        "audit",
        (
            *_pages("at DESC, id DESC"),
            View("filtered", {"record_kind": "repair"}, "record_kind = 'repair'", "at DESC, id DESC"),
            View("search: number", {"q": "BX00000777"}, "number LIKE '%BX00000777%'", "at DESC, id DESC"),
        ),
        login="administrator",
    ),
}


class Spent:
    """Adds up what the statements of an engine take."""

    def __init__(self, engine: sa.Engine) -> None:
        self.seconds = 0.0
        self._began = 0.0
        sa.event.listen(engine, "before_cursor_execute", self._begin)
        sa.event.listen(engine, "after_cursor_execute", self._end)

    def _begin(self, *_given: Any) -> None:
        self._began = CLOCK()

    def _end(self, *_given: Any) -> None:
        self.seconds += CLOCK() - self._began


@contextmanager
def opened(url: str, folder: Path, rows: int) -> Iterator[Deployment]:
    """A deployment with so many rows of each kind."""
    settings = {
        "shuhua.database_url": url,
        "shuhua.media_path": str(folder / "media"),
        "shuhua.secret": "of a benchmark, and of nothing else",
    }
    deployment = open_deployment(from_mapping({**settings, "shuhua.origin": "http://127.0.0.1"}, {}))
    migrations.upgrade(deployment.database)
    with deployment.database.write() as session:
        seed.seed(session, deployment.clock.now())
    began = time.perf_counter()
    fill(deployment, rows)
    sys.stdout.write(f"{rows:,} rows of each kind in {time.perf_counter() - began:.0f} s\n")
    sys.stdout.flush()
    try:
        yield deployment
    finally:
        deployment.database.dispose()


def median(ask: Callable[[], Any]) -> float:
    """Milliseconds."""
    took = []
    for _round in range(ROUNDS + 1):
        began = CLOCK()
        ask()
        took.append((CLOCK() - began) * 1000)
    return statistics.median(took[1:])


def measure(deployment: Deployment, wanted: Mapping[str, List]) -> dict[tuple[str, str], tuple[float, float, float]]:
    """(page, its statements, the bare SQL) of each view, in milliseconds."""
    app = make_app(deployment)
    people = {login: Person(app, deployment, login) for login in ("dispatcher", "administrator")}
    spent = Spent(deployment.database.engine)
    found = {}
    for name, each in wanted.items():
        office = people[each.login].office
        for view in each.views:
            spent.seconds = 0.0
            page = median(lambda view=view, office=office, path=each.path: office.get(path, {"size": str(SIZE), **view.query}))  # type: ignore[misc]
            statements = spent.seconds * 1000 / (ROUNDS + 1)
            found[name, view.name] = (page, statements, median(lambda view=view, each=each: bare(deployment, each, view)))  # type: ignore[misc]
    return found


def bare(deployment: Deployment, each: List, view: View) -> None:
    """What one would write by hand."""
    offset = SIZE * (int(view.query.get("page", 1)) - 1)
    with deployment.database.read() as session:
        connection = session.connection()
        rows = f"SELECT * FROM {each.table} WHERE {view.where} ORDER BY {view.order} LIMIT {SIZE} OFFSET {offset}"
        connection.execute(sa.text(rows)).all()
        connection.execute(sa.text(f"SELECT count(*) FROM {each.table} WHERE {view.where}")).all()


def main() -> None:
    """The table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", default="1000,100000")
    parser.add_argument("--lists", default=",".join(LISTS))
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--cpu", action="store_true", help="processor time, for a machine that others use as well (SQLite)")
    given = parser.parse_args()
    if given.cpu:
        global CLOCK  # noqa: PLW0603 - the one choice of this script
        CLOCK = time.thread_time
    wanted = {name: LISTS[name] for name in given.lists.split(",")}
    sizes = [int(each) for each in given.rows.split(",")]
    found = []
    with tempfile.TemporaryDirectory() as name, databases(given.database, Path(name), None) as (make, what):
        sys.stdout.write(f"{what}\n")
        for size in sizes:
            with opened(make(f"lists_{size}"), Path(name), size) as deployment:
                found.append(measure(deployment, wanted))
    heads = "".join(f"{size:>11,d}" for size in sizes)
    sys.stdout.write(f"\n{'a page, ms':34s}{heads}   times     SQL    bare   times\n")
    for key, (page, statements, by_hand) in found[-1].items():
        pages = "".join(f"{each[key][0]:11.1f}" for each in found)
        times = f"{page / found[0][key][0]:8.1f}{statements:8.1f}{by_hand:8.1f}{statements / by_hand:8.2f}"
        sys.stdout.write(f"{key[0]:12s}{key[1]:22s}{pages}{times}\n")


if __name__ == "__main__":
    main()
