"""The application behind a real server, and many requests at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

import waitress.server
from waitress import wasyncore

T = TypeVar("T")
THREADS = 16
"""Of the server; each holds at most one connection of the pool of twenty at a time."""


@contextmanager
def serving(app: Any, threads: int = THREADS) -> Iterator[str]:
    """Serve ``app`` on a free port of the loopback; gives the address."""
    sockets: dict[int, Any] = {}
    server = waitress.server.create_server(app, host="127.0.0.1", port=0, threads=threads, map=sockets, backlog=256)
    stopping = threading.Event()

    def run() -> None:
        while not stopping.is_set():
            wasyncore.loop(timeout=0.1, map=sockets, count=1)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        server.task_dispatcher.shutdown()
        stopping.set()
        thread.join(5)
        wasyncore.close_all(sockets)


def at_once(calls: Sequence[Callable[[], T]]) -> list[T]:
    """All calls at the same moment, each in its thread; their results in order."""
    barrier = threading.Barrier(len(calls))

    def run(call: Callable[[], T]) -> T:
        barrier.wait(30)
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))
