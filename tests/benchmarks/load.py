"""A closed-loop HTTP load client in a process of its own: each client sends, waits for the whole answer, sends the next.

One thread drives all connections with a selector, over raw sockets kept alive, with requests that were encoded before the
clock starts: 0.11 ms of processor a request where threads of http.client took 0.26, and on two cores the client takes its
time from the server. It speaks to loopback only, and ends after a number of requests or of seconds, whichever is first.

    from tests.benchmarks.load import Request, run
    result = run("http://127.0.0.1:8080", scripts=[[Request("GET", "/tickets")] * 100] * 4, seconds=3)
"""

from __future__ import annotations

import json
import math
import pickle
import selectors
import socket
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[2]
SECONDS_MAX = 120
REQUESTS_MAX = 500_000
ANSWER_WITHIN = 60.0

#: one buffer for all connections; a new one for each answer would cost more than the answer
_BUFFER = memoryview(bytearray(262_144))

#: what to send, the status to expect, whether the next one must follow
Wire = tuple[bytes, int, bool]


@dataclass(frozen=True)
class Request:
    """One request, the status that means it did its work, and whether the next one must follow even when time is over."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    expect: int = 200
    followed: bool = False

    def wire(self, host: str) -> Wire:
        """The bytes to send, with a body as JSON, and what the client must know of them."""
        payload = b"" if self.body is None else json.dumps(self.body, ensure_ascii=False).encode()
        headers = {"Host": host, "Accept": "application/json", **self.headers}
        if self.body is not None:
            headers |= {"Content-Type": "application/json", "Content-Length": str(len(payload))}
        lines = [f"{self.method} {self.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + payload, self.expect, self.followed


@dataclass(frozen=True)
class Result:
    """What one run measured; times in milliseconds."""

    requests: int
    seconds: float
    median: float
    p95: float
    failures: dict[str, int]
    first_failure: str = ""

    @property
    def rate(self) -> float:
        """Requests answered per second."""
        return self.requests / self.seconds


class LoadError(RuntimeError):
    """The load could not be run, or the server broke the protocol."""


def run(base: str, scripts: Sequence[Sequence[Request]], seconds: float, warm_up: float = 0.0) -> Result:
    """Runs one client per script against `base`, in a new process.

    Each client sends its script once, in order, and stops at its end or when `seconds` are over, though not between a
    request and the one that must follow it (a hold and its resume: each run leaves the records as it found them). The first
    `warm_up` seconds come on top and are not counted. Raises LoadError where nothing could be measured.
    """
    address = urlsplit(base)
    if address.hostname not in {"127.0.0.1", "localhost", "::1"}:
        raise LoadError(f"{base} is not on this machine: this client is for loopback only")
    if seconds + warm_up > SECONDS_MAX or sum(map(len, scripts)) > REQUESTS_MAX:
        raise LoadError(f"more than {SECONDS_MAX} seconds or {REQUESTS_MAX} requests asked for")
    job = {
        "address": (address.hostname, address.port or 80),
        "scripts": [[item.wire(address.netloc) for item in script] for script in scripts],
        "seconds": seconds,
        "warm_up": warm_up,
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.load"], input=pickle.dumps(job), capture_output=True, check=False, cwd=ROOT
    )
    if done.returncode:
        raise LoadError(done.stderr.decode(errors="replace").strip().rsplit("\n", 1)[-1])
    return Result(**json.loads(done.stdout))


class Client:
    """One connection that works through its script."""

    def __init__(self, address: tuple[str, int], script: list[Wire]) -> None:
        self.socket = socket.create_connection(address, timeout=ANSWER_WITHIN)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.script = iter(script)
        self.expect = 0
        self.followed = False
        self.sent_at = 0.0
        self.parts = bytearray()
        self.length = -1  # of the whole answer; -1 until its head is here, 0 for a chunked one

    def send(self) -> bool:
        """Sends the next request; False when the script is at its end."""
        item = next(self.script, None)
        if item is None:
            return False
        payload, self.expect, self.followed = item
        self.parts.clear()
        self.length = -1
        self.sent_at = time.perf_counter()
        self.socket.sendall(payload)
        return True

    def receive(self) -> bool:
        """Takes what has arrived; True when the answer is complete."""
        size = self.socket.recv_into(_BUFFER)
        if not size:
            raise LoadError("the server closed the connection in the middle of an answer")
        self.parts += _BUFFER[:size]
        if self.length < 0:
            end = self.parts.find(b"\r\n\r\n")
            if end < 0:
                return False
            self.length = _length(bytes(self.parts[:end]), end + 4)
        if self.length == 0:
            return self.parts.endswith(b"0\r\n\r\n")
        return len(self.parts) >= self.length

    @property
    def status(self) -> int:
        """The status of the answer."""
        return int(self.parts[9:12])


def _length(head: bytes, start: int) -> int:
    """The length of the whole answer from its head; 0 means chunked."""
    status, _, fields = head.partition(b"\r\n")
    if not status.startswith(b"HTTP/1.1 "):
        raise LoadError(f"not an answer of HTTP/1.1: {status[:40]!r}")
    values = {name.strip().lower(): value.strip() for name, _, value in (line.partition(b":") for line in fields.split(b"\r\n"))}
    if values.get(b"connection", b"").lower() == b"close":
        raise LoadError(f"the server does not keep the connection alive: {status.decode()}")
    if b"content-length" in values:
        return start + int(values[b"content-length"])
    if values.get(b"transfer-encoding", b"").lower() == b"chunked":
        return 0
    if status.split()[1] in {b"204", b"304"}:
        return start
    raise LoadError("an answer with neither Content-Length nor chunks")


def measure(address: tuple[str, int], scripts: list[list[Wire]], seconds: float, warm_up: float) -> Result:
    """Drives all clients until the scripts or the seconds are over."""
    times: list[float] = []
    failures: Counter[str] = Counter()
    first_failure = ""
    clients = [Client(address, script) for script in scripts]
    with selectors.DefaultSelector() as selector:
        for client in clients:
            selector.register(client.socket, selectors.EVENT_READ, client)
        begun = time.perf_counter()
        counted_from, stop_at = begun + warm_up, begun + warm_up + seconds
        waiting = sum(client.send() for client in clients)
        last = counted_from
        while waiting:
            ready = selector.select(ANSWER_WITHIN)
            if not ready:
                raise LoadError(f"no answer within {ANSWER_WITHIN:.0f} seconds")
            for key, _ in ready:
                client = key.data
                if not client.receive():
                    continue
                moment = time.perf_counter()
                if client.status != client.expect:
                    failures[f"{client.status} instead of {client.expect}"] += 1
                    first_failure = first_failure or client.parts[:2000].decode(errors="replace")
                elif client.sent_at >= counted_from:
                    times.append((moment - client.sent_at) * 1000)
                    last = moment
                if (moment >= stop_at and not client.followed) or not client.send():
                    waiting -= 1
    for client in clients:
        client.socket.close()
    if not times:
        raise LoadError(f"nothing was measured: {dict(failures) or 'the scripts ended in the warm-up'} {first_failure}")
    times.sort()
    return Result(
        requests=len(times),
        seconds=last - counted_from,
        median=statistics.median(times),
        p95=times[math.ceil(0.95 * len(times)) - 1],
        failures=dict(failures),
        first_failure=first_failure,
    )


def main() -> None:
    """Reads a job from standard input, as `run` writes it, and prints the result as JSON."""
    job = pickle.load(sys.stdin.buffer)
    try:
        print(json.dumps(asdict(measure(**job))))
    except (LoadError, OSError) as error:
        sys.exit(f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
