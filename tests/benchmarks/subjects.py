"""What is measured: the one interface that Shuhua and the reference both stand behind, and the reference's side of it.

A Subject fills a database with RECORDS records, serves them from one process, and says how each of the four works is asked for:

    subject = Reference(url, folder, threads=4)
    subject.start()                                     # seeds, starts, returns once it answers
    script = subject.script("act", client=0, clients=4, count=100, seed=1)     # requests for load.run
    subject.check()                                     # one request of each work, its answer looked at
    subject.memory()                                    # MiB by process
    subject.stop()

To add one, subclass Subject and name it in subjects(): `prepare` writes the data and returns the command of the server, `make`
yields requests for a work, `wrong` looks at an answer.
"""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import random
import socket
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.benchmarks.load import ROOT, LoadError, Request

RECORDS = 20_000
LIMIT = 50
WORKS = ("list", "get", "create", "act")
START_WITHIN = 120.0


class Subject(ABC):
    """An application under load: its database, its server process and its requests.

    `url` is the SQLAlchemy address of an empty database of its own, `folder` an empty folder for its files, `threads` the
    threads of its waitress.
    """

    name: str

    def __init__(self, url: str, folder: Path, threads: int) -> None:
        self.url = url
        self.folder = folder
        self.threads = threads
        self.base = ""
        self.process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def prepare(self, port: int) -> list[str]:
        """Writes RECORDS records into the database and returns the command that serves them on this port of 127.0.0.1."""

    @abstractmethod
    def make(self, work: str, mine: slice, chance: random.Random) -> Iterator[Request]:
        """Requests of one client for a work, without end. `mine` takes this client's own part of any list of records."""

    @abstractmethod
    def wrong(self, work: str, request: Request, answer: Any) -> str:
        """What is wrong with the answer to a request that had the expected status; empty where nothing is."""

    def start(self) -> str:
        """Prepares the data, starts the server, waits until it answers; returns its address."""
        port = _free_port()
        command = self.prepare(port)
        log = self.folder / f"{self.name}.log"
        with log.open("wb") as output:
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT)
        self.base = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + START_WITHIN
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                return self.base
            time.sleep(0.1)
        self.stop()
        raise LoadError(f"{self.name} does not answer; its last words: {log.read_text(errors='replace')[-2000:]}")

    def script(self, work: str, *, client: int, clients: int, count: int, seed: int) -> list[Request]:
        """The first `count` requests of one of several clients; the same ones for the same seed."""
        chance = random.Random(f"{work} {seed} {client}")
        return list(itertools.islice(self.make(work, slice(client, None, clients), chance), count))

    def check(self, works: tuple[str, ...] = WORKS) -> None:
        """Sends two requests of each work and raises LoadError unless they did what the work says."""
        connection = http.client.HTTPConnection(urlsplit(self.base).netloc, timeout=30)
        with contextlib.closing(connection):
            for work in works:
                for request in self.script(work, client=0, clients=1, count=2, seed=0):
                    payload, expect, _ = request.wire("")
                    body = payload.partition(b"\r\n\r\n")[2]
                    headers = {"Content-Type": "application/json", "Accept": "application/json", **request.headers}
                    connection.request(request.method, request.path, body or None, headers)
                    response = connection.getresponse()
                    text = response.read().decode(errors="replace")
                    if response.status != expect:
                        raise LoadError(f"{self.name}, {work}: {response.status} instead of {expect}: {text[-1000:]}")
                    if wrong := self.wrong(work, request, json.loads(text)):
                        raise LoadError(f"{self.name}, {work}: {request.method} {request.path}: {wrong}")

    def memory(self) -> dict[int, float]:
        """Proportional set size of the server process and its children, in MiB by process id."""
        if self.process is None:
            return {}
        pids = [self.process.pid]
        for pid in pids:
            for children in Path(f"/proc/{pid}/task").glob("*/children"):
                pids += map(int, children.read_text().split())
        sizes = {}
        for pid in pids:
            fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:])
            sizes[pid] = int(fields["Pss"].split()[0]) / 1024
        return sizes

    def stop(self) -> None:
        """Ends the server process."""
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None


def _free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def list_wrong(answer: Any, state: str) -> str:
    """What is wrong with a first page of records of one state, newest first."""
    items = answer["items"]
    created = [item["created_at"] for item in items]
    if len(items) != LIMIT or not answer["next"]:
        return f"{len(items)} items, next {answer['next']!r}"
    if {item["state"] for item in items} != {state}:
        return f"not all are {state}"
    return "" if created == sorted(created, reverse=True) else "not the newest first"


class Reference(Subject):
    """The hand-written application of reference_app.py."""

    name = "reference"

    def prepare(self, port: int) -> list[str]:
        from tests.benchmarks import reference_app

        engine = reference_app.make_engine(self.url, self.threads)
        reference_app.seed(engine, RECORDS)
        engine.dispose()
        program = [sys.executable, "-m", "tests.benchmarks.reference_app"]
        return [*program, "--url", self.url, "--port", str(port), "--threads", str(self.threads)]

    def make(self, work: str, mine: slice, chance: random.Random) -> Iterator[Request]:
        from tests.benchmarks.reference_app import STATES

        if work == "list":
            while True:
                yield Request("GET", f"/tickets?state={chance.choice(STATES)}&sort=-created_at&limit={LIMIT}")
        if work == "get":
            while True:
                yield Request("GET", f"/tickets/{chance.randint(1, RECORDS)}")
        if work == "create":
            while True:
                yield Request("POST", "/tickets", body=_new_ticket(chance), expect=201)
        ids = [n for n in range(1, RECORDS + 1) if STATES[n % len(STATES)] == "repairing"][mine]
        for n in itertools.cycle(ids):
            yield Request("POST", f"/tickets/{n}/actions/hold", body={"reason": "等待配件到货"}, followed=True)
            yield Request("POST", f"/tickets/{n}/actions/resume", body={"reason": "配件已到"})

    def wrong(self, work: str, request: Request, answer: Any) -> str:
        if work == "list":
            return list_wrong(answer, request.path.partition("state=")[2].partition("&")[0])
        if work == "create":
            return "" if answer["state"] == "pending_accept" and answer["title"] == request.body["title"] else "another ticket"
        if work == "get":
            return "" if request.path == f"/tickets/{answer['id']}" else "another ticket"
        state = "on_hold" if request.path.endswith("/hold") else "repairing"
        return "" if answer["state"] == state else f"{answer['state']} instead of {state}"


def _new_ticket(chance: random.Random) -> dict[str, Any]:
    """What a caller reports, plainly invented."""
    return {
        "title": f"示例小区单杠松动 {chance.randint(1, 9999)}",
        "description": "立柱底部螺栓松动，用力时晃动，有小孩经常使用，请尽快处理。",
        "address": f"示例市示例区示例路 {chance.randint(1, 999)} 号",
        "division": "350503",
        "reporter": "示例居民",
        "phone": f"1390000{chance.randint(0, 9999):04d}",
        "severity": "high",
        "lon": 118.5 + chance.random() / 10,
        "lat": 24.8 + chance.random() / 10,
    }


def subjects() -> dict[str, type[Subject]]:
    """All subjects by name; the last one is what run.py measures unless it is told otherwise."""
    from tests.benchmarks.shuhua import Shuhua

    return {subject.name: subject for subject in (Reference, Shuhua)}
