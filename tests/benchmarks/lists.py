"""Measures pages of the lists with 1,000 rows behind them and with a hundred or a thousand times as many.

    python -m tests.benchmarks.lists                                     # 1,000 and 100,000 rows of each kind
    python -m tests.benchmarks.lists --rows 1000,100000,1000000 --keep var/lists     # filled once, then kept for the next run
    python -m tests.benchmarks.lists --database postgresql --lists repairs,tasks
    python -m tests.benchmarks.lists --database postgresql --server postgresql+psycopg://… --keep var/lists

Each line is a page of the office as a person opens it: signed in, within the row scope of a dispatcher (users and logs: of an
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
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from shuhua_core.kernel.deployment import Deployment
from shuhua_web import make_app
from tests.benchmarks.databases import databases
from tests.benchmarks.lists_data import kept, opened
from tests.benchmarks.lists_views import LISTS, List, View, sorts
from tests.web.client import Person

ROUNDS = 5
PATIENCE = 2.0
"""Seconds that the rounds of one view take together, at most; a slow one is asked twice at the least."""
SIZE = 20
CLOCK = time.perf_counter


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


def median(ask: Callable[[], Any], spent: Spent) -> tuple[float, float]:
    """Milliseconds, and those of its statements."""
    ask()
    took: list[tuple[float, float]] = []
    until = time.perf_counter() + PATIENCE
    while len(took) < ROUNDS and not (took and time.perf_counter() > until):
        spent.seconds, began = 0.0, CLOCK()
        ask()
        took.append(((CLOCK() - began) * 1000, spent.seconds * 1000))
    return statistics.median(page for page, _sql in took), statistics.median(sql for _page, sql in took)


def measure(deployment: Deployment, wanted: Mapping[str, List]) -> dict[tuple[str, str], tuple[float, float, float | None]]:
    """(page, its statements, the bare SQL) of each view, in milliseconds."""
    app = make_app(deployment)
    people = {login: Person(app, deployment, login) for login in {each.login for each in wanted.values()}}
    spent = Spent(deployment.database.engine)
    found = {}
    for name, each in wanted.items():
        office = people[each.login].office
        for view in (*each.views, *sorts(app.registry.listings[name][0], each.table)):
            query = {"size": str(SIZE), **view.query}
            page, statements = median(lambda query=query, office=office, path=each.path: office.get(path, query), spent)  # type: ignore[misc]
            by_hand = None
            if view.order is not None:
                by_hand = median(lambda view=view, each=each: bare(deployment, each, view), spent)[0]  # type: ignore[misc]
            found[name, view.name] = (page, statements, by_hand)
            sys.stderr.write(f"{name} {view.name}: {page:.1f}\n")  # so far: a million rows take their time
    return found


def bare(deployment: Deployment, each: List, view: View) -> None:
    """What one would write by hand."""
    offset = SIZE * (int(view.query.get("page", 1)) - 1)
    with deployment.database.read() as session:
        connection = session.connection()
        rows = f"SELECT * FROM {each.table} WHERE {view.where} ORDER BY {view.order} LIMIT {SIZE} OFFSET {offset}"
        connection.execute(sa.text(rows)).all()
        connection.execute(sa.text(f"SELECT count(*) FROM {each.table} WHERE {view.where}")).all()


@contextmanager
def deployments(given: argparse.Namespace) -> Iterator[tuple[Callable[[int], Any], str]]:
    """A function that opens a deployment with so many rows, and what it runs on."""
    with tempfile.TemporaryDirectory() as name:
        if given.keep:
            given.keep.mkdir(parents=True, exist_ok=True)
            yield lambda size: kept(given.server, given.keep, size), given.server or f"SQLite in {given.keep}"
            return
        with databases(given.database, Path(name), given.server) as (make, what):
            yield lambda size: opened(make(f"lists_{size}"), Path(name), size), what


def main() -> None:
    """The table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", default="1000,100000")
    parser.add_argument("--lists", default=",".join(LISTS))
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--server", help="address of a PostgreSQL that runs; kept databases need one")
    parser.add_argument("--keep", type=Path, help="folder in which filled databases stay for the next run")
    parser.add_argument("--cpu", action="store_true", help="processor time, for a machine that others use as well (SQLite)")
    given = parser.parse_args()
    if given.cpu:
        global CLOCK  # noqa: PLW0603 - the one choice of this script
        CLOCK = time.thread_time
    wanted = {name: LISTS[name] for name in given.lists.split(",")}
    sizes = [int(each) for each in given.rows.split(",")]
    found = []
    with deployments(given) as (open_at, what):
        sys.stdout.write(f"{what}\n")
        for size in sizes:
            began = time.perf_counter()
            with open_at(size) as deployment:
                sys.stdout.write(f"{size:,} rows of each kind in {time.perf_counter() - began:.0f} s\n")
                sys.stdout.flush()
                found.append(measure(deployment, wanted))
    heads = "".join(f"{size:>11,d}" for size in sizes)
    sys.stdout.write(f"\n{'a page, ms':36s}{heads}   times     SQL    bare   times\n")
    for key, (page, statements, by_hand) in found[-1].items():
        pages = "".join(f"{each[key][0]:11.1f}" for each in found)
        beside = f"{by_hand:8.1f}{statements / by_hand:8.2f}" if by_hand else ""
        sys.stdout.write(f"{key[0]:13s}{key[1]:23s}{pages}{page / found[0][key][0]:8.1f}{statements:8.1f}{beside}\n")


if __name__ == "__main__":
    main()
