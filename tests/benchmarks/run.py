"""Measures Shuhua beside the reference application and prints both, with their ratio.

    python -m tests.benchmarks.run                                     # both databases, about ten minutes
    python -m tests.benchmarks.run --quick --database sqlite --work list,act
    python -m tests.benchmarks.run --subject reference                 # beside itself: shows how noisy the machine is

Both run at the same time on databases of their own with as many records, and are measured in turn, A B, then B A, and so on, so
that a machine which slows down slows both. A ratio is the median over the rounds of Shuhua's rate divided by the rate of the
reference next to it. Nothing is asserted about time: the exit status is 0 unless something failed to run or answered wrongly.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
import signal
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from tests.benchmarks import load
from tests.benchmarks.databases import databases
from tests.benchmarks.subjects import LIMIT, RECORDS, WORKS, Reference, Subject, subjects
from tests.postgres import PostgresError

GOAL = 0.8
#: more than any server here answers a second, so that no script ends before its time
RATE_MAX = 2_000
PACKAGES = ("pyramid", "waitress", "sqlalchemy", "zope.sqlalchemy", "psycopg", "orjson")
LABELS = {
    "list": f"list {LIMIT} of {RECORDS:,}, filtered and sorted",
    "get": "get one",
    "create": "create one",
    "act": "move to another state",
}


@dataclass(frozen=True)
class Plan:
    """How often, how long, and with how many clients at once."""

    rounds: int
    seconds: float
    warm_up: float
    clients: tuple[int, ...]


FULL = Plan(rounds=4, seconds=3.0, warm_up=0.5, clients=(4, 16))
QUICK = Plan(rounds=2, seconds=1.0, warm_up=0.3, clients=(4,))


@dataclass(frozen=True)
class Row:
    """One work at one number of clients: the results of each round, the reference's and the other's."""

    work: str
    clients: int
    pairs: list[tuple[load.Result, load.Result]]

    @property
    def ratios(self) -> list[float]:
        """Rate of the other over that of the reference, by round."""
        return [other.rate / reference.rate for reference, other in self.pairs]

    def cells(self) -> list[str]:
        """The row of the table."""
        sides = [_medians(side) for side in zip(*self.pairs, strict=True)]
        ratios = self.ratios
        spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
        return [LABELS[self.work], f"c{self.clients}", *sides, f"{statistics.median(ratios):.2f}", spread]


def _medians(results: tuple[load.Result, ...]) -> str:
    """Requests a second, and median and 95th percentile in ms, each the median over the rounds."""
    rate, median, p95 = (statistics.median(values) for values in zip(*((r.rate, r.median, r.p95) for r in results), strict=True))
    return f"{rate:.0f} ({median:.1f}, {p95:.1f})"


def measure(pair: tuple[Subject, Subject], work: str, clients: int, plan: Plan) -> Row:
    """Measures one work on both in turn; raises LoadError where an answer was not the expected one."""
    pairs = []
    count = int(RATE_MAX * (plan.seconds + plan.warm_up) / clients)
    for number in range(plan.rounds):
        results = {}
        for subject in pair if number % 2 == 0 else reversed(pair):
            scripts = [
                subject.script(work, client=client, clients=clients, count=count, seed=number) for client in range(clients)
            ]
            result = load.run(subject.base, scripts, plan.seconds, plan.warm_up)
            if result.failures:
                raise load.LoadError(f"{subject.name}, {work}, c{clients}: {result.failures}: {result.first_failure}")
            results[subject] = result
        pairs.append((results[pair[0]], results[pair[1]]))
        print(".", end="", file=sys.stderr, flush=True)
    return Row(work, clients, pairs)


@contextlib.contextmanager
def running(kind: str, options: argparse.Namespace) -> Iterator[tuple[tuple[Subject, Subject], str]]:
    """Both subjects, started and checked on databases of this kind, and what those databases are."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="shuhua-bench-", dir=options.folder)))
        make, description = stack.enter_context(databases(kind, folder, options.postgresql))
        started = []
        for role, subject_class in (("a", Reference), ("b", subjects()[options.subject])):
            (home := folder / role).mkdir()
            subject = subject_class(make(role), home, options.threads)
            stack.callback(subject.stop)
            print(f"{kind}: {subject.name} with {RECORDS:,} records ...", file=sys.stderr, flush=True)
            subject.start()
            subject.check(options.work)
            started.append(subject)
        yield (started[0], started[1]), description


def report(kind: str, options: argparse.Namespace) -> None:
    """Measures on one kind of database and prints its table."""
    plan = QUICK if options.quick else FULL
    with running(kind, options) as (pair, description):
        # Creating comes last: it alone makes the table grow.
        rows = [
            measure(pair, work, clients, plan)
            for work in sorted(options.work, key=lambda work: work == "create")
            for clients in plan.clients
        ]
        memory = [subject.memory() for subject in pair]
    print(file=sys.stderr)
    print(f"\n## {description}\n")
    print(f"Requests a second (median, 95th percentile in ms), medians of {plan.rounds} rounds of {plan.seconds:g} s.\n")
    noise = options.subject == Reference.name
    names = [pair[0].name, f"{pair[1].name} again" if noise else pair[1].name]
    ratio = f"{names[1]} / {names[0]}"
    _print_table(["work", "clients", *names, ratio, "over the rounds"], [row.cells() for row in rows])
    print()
    sizes = [", ".join(f"{size:.0f}" for size in sides.values()) for sides in memory]
    _print_table(["memory after it, PSS in MiB by process", *names], [["", *sizes]])
    if not noise:
        short = [f"{row.work} c{row.clients}" for row in rows if statistics.median(row.ratios) < GOAL]
        print(f"\nGoal: a ratio of at least {GOAL}. " + (f"Below it: {', '.join(short)}." if short else "Reached in every row."))


def _print_table(head: list[str], rows: list[list[str]]) -> None:
    """A table in Markdown, its columns aligned."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for cells in (head, ["-" * width for width in widths], *rows):
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |")


def versions() -> str:
    """What was measured, and on what."""
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=load.ROOT, capture_output=True, text=True, check=False
    ).stdout.strip()
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    busy = os.getloadavg()[0]
    return (
        f"Commit {commit or 'unknown'}; Python {platform.python_version()}, {packages}; "
        f"{platform.system()} {platform.release()}, {os.cpu_count()} cores, load {busy:.1f} before it began."
    )


def _works(text: str) -> tuple[str, ...]:
    """The works of a comma-separated list, in the usual order."""
    asked = set(text.split(","))
    if unknown := asked - set(WORKS):
        raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))}: choose from {', '.join(WORKS)}")
    return tuple(work for work in WORKS if work in asked)


def main(arguments: list[str] | None = None) -> int:
    """Runs what was asked for; returns the exit status."""
    parser = argparse.ArgumentParser(description="Measure Shuhua beside the hand-written reference application.")
    parser.add_argument("--quick", action="store_true", help="short rounds with four clients: to see that it runs")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), help="only this one (default: both)")
    parser.add_argument("--work", type=_works, default=WORKS, help=f"some of {','.join(WORKS)}")
    parser.add_argument("--threads", type=int, default=4, help="threads of each server (default: 4)")
    parser.add_argument("--postgresql", metavar="ADDRESS", help="SQLAlchemy address of a running server, as a superuser")
    parser.add_argument("--folder", type=Path, help="where SQLite databases are made (default: the temporary folder)")
    parser.add_argument(
        "--subject",
        choices=subjects(),
        default=list(subjects())[-1],
        help="what is measured beside the reference (default: %(default)s); the reference itself shows the noise of the machine",
    )
    options = parser.parse_args(arguments)
    print(versions(), flush=True)
    try:
        for kind in [options.database] if options.database else ["sqlite", "postgresql"]:
            report(kind, options)
    except (load.LoadError, PostgresError) as error:
        print(f"\nfailed: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # so that the servers are stopped as well
    sys.exit(main())
