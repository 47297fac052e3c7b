"""Processor time of Shuhua beside the reference, both in this process and in turn, without servers, clients and threads.

    python -m tests.benchmarks.in_process --database postgresql
    python -m tests.benchmarks.in_process --database sqlite --work create --profile     # where the time goes
    python -m tests.benchmarks.in_process --database sqlite --work create --statements  # what is asked of the database

On a machine that is busy with other work the rates of run.py move by half; the processor time of one thread hardly moves. It
leaves out what waits (the disk, a lock) and what PostgreSQL's own processes do, so it does not replace run.py.
"""

from __future__ import annotations

import argparse
import contextlib
import cProfile
import io
import itertools
import json
import pstats
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.benchmarks.databases import databases
from tests.benchmarks.load import LoadError, Request
from tests.benchmarks.reference_app import make_app, make_engine
from tests.benchmarks.run import GOAL
from tests.benchmarks.shuhua import API, Shuhua
from tests.benchmarks.shuhua_data import PASSWORD
from tests.benchmarks.subjects import WORKS, Reference, Subject

ROUNDS, REQUESTS = 7, 60
LOGINS = ("dispatcher", "call_centre", "agent_manager")

Application = Callable[[dict[str, Any], Any], Any]


def environment(request: Request) -> dict[str, Any]:
    """What a WSGI server would make of a request."""
    path, _mark, query = request.path.partition("?")
    body = b"" if request.body is None else json.dumps(request.body, ensure_ascii=False).encode()
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method, "SCRIPT_NAME": "", "PATH_INFO": path, "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1", "HTTP_ACCEPT": "application/json",
        "wsgi.version": (1, 0), "wsgi.url_scheme": "http", "wsgi.errors": sys.stderr, "wsgi.input": io.BytesIO(body),
        "wsgi.multithread": True, "wsgi.multiprocess": False, "wsgi.run_once": False,
    }  # fmt: skip
    if body:
        environ |= {"CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(body))}
    return environ | {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in request.headers.items()}


def ask(app: Application, environ: dict[str, Any], expect: int) -> bytes:
    """The body of the answer. Raises LoadError for another status."""
    status = []
    answer = app(environ, lambda line, _headers, _error=None: status.append(line))
    try:
        body = b"".join(answer)
    finally:
        getattr(answer, "close", lambda: None)()
    if not status[0].startswith(str(expect)):
        raise LoadError(f"{environ['PATH_INFO']}: {status[0]} instead of {expect}: {body[:500]!r}")
    return body


class Side:
    """A subject whose application runs in this process."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        command = subject.prepare(port=80)
        if isinstance(subject, Shuhua):
            from pyramid.paster import get_app

            self.app: Application = get_app(command[-1])
            for login in LOGINS:
                sign_in = Request("POST", f"{API}/session", body={"login": login, "password": PASSWORD, "device": "bench"})
                subject.tokens[login] = json.loads(ask(self.app, environment(sign_in), 201))["token"]
        else:
            self.app = make_app(make_engine(subject.url, 4))
        self._numbers = itertools.count()

    def requests(self, work: str, count: int) -> list[tuple[dict[str, Any], int]]:
        """So many requests of a work, encoded."""
        script = self.subject.script(work, client=0, clients=1, count=count, seed=next(self._numbers))
        return [(environment(each), each.expect) for each in script]

    def seconds(self, work: str, count: int) -> float:
        """Processor time of a request of a work."""
        encoded = self.requests(work, count)
        started = time.thread_time()
        for environ, expect in encoded:
            ask(self.app, environ, expect)
        return (time.thread_time() - started) / count


@contextlib.contextmanager
def sides(kind: str, server: str | None) -> Iterator[tuple[Side, Side]]:
    """The reference and Shuhua, each on a database of its own."""
    with tempfile.TemporaryDirectory(prefix="shuhua-bench-") as folder, databases(kind, Path(folder), server) as (make, _what):
        found = []
        for role, subject_class in (("a", Reference), ("b", Shuhua)):
            (home := Path(folder) / role).mkdir()
            found.append(Side(subject_class(make(role), home, threads=4)))
        yield found[0], found[1]


def compare(pair: tuple[Side, Side], work: str, rounds: int) -> str:
    """A line of the table."""
    for side in pair:
        side.seconds(work, REQUESTS)
    rows = [[side.seconds(work, REQUESTS) for side in pair] for _round in range(rounds)]
    reference, own = (statistics.median(column) * 1000 for column in zip(*rows, strict=True))
    ratios = [first / second for first, second in rows]
    return (
        f"| {work:6} | {reference:5.2f} | {own:5.2f} | {statistics.median(ratios):.2f} | {min(ratios):.2f} to {max(ratios):.2f} |"
    )


def statements(side: Side, work: str) -> None:
    """Prints what one request of a work asks of the database."""
    side.seconds(work, 4)

    def show(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        print("  ", " ".join(statement.split())[:300], "--", str(parameters)[:100])

    sa.event.listen(sa.Engine, "before_cursor_execute", show)
    side.seconds(work, 1)
    sa.event.remove(sa.Engine, "before_cursor_execute", show)


def profile(side: Side, work: str) -> None:
    """Prints where the time of a work goes."""
    side.seconds(work, REQUESTS)
    encoded, profiler = side.requests(work, 5 * REQUESTS), cProfile.Profile(time.thread_time)
    with profiler:
        for environ, expect in encoded:
            ask(side.app, environ, expect)
    pstats.Stats(profiler).sort_stats("tottime").print_stats(45).sort_stats("cumulative").print_stats(110)


def main(arguments: list[str] | None = None) -> None:
    """Measures what was asked for and prints it."""
    parser = argparse.ArgumentParser(description="Processor time of Shuhua beside the reference, in one process.")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--postgresql", metavar="ADDRESS", help="SQLAlchemy address of a running server, as a superuser")
    parser.add_argument("--work", help="one or more of list,get,act,create", default="list,get,act,create")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--statements", action="store_true")
    options = parser.parse_args(arguments)
    works = [work for work in options.work.split(",") if work in WORKS]
    with sides(options.database, options.postgresql) as pair:
        if not options.profile and not options.statements:
            print(f"{options.database}: processor milliseconds a request, medians of {options.rounds} rounds of {REQUESTS}\n")
            print("| work   | reference | shuhua | ratio | over the rounds |")
            print("|--------|-----------|--------|-------|-----------------|")
        for work in works:
            if options.profile or options.statements:
                (profile if options.profile else statements)(pair[1], work)
            else:
                print(compare(pair, work, options.rounds), flush=True)
    if not options.profile and not options.statements:
        print(f"\nThe goal of the rates is {GOAL}; this is a part of them.")


if __name__ == "__main__":
    main()
