"""A line to the application that can be cut in the middle of what goes over it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit


class Line:
    """Carries bytes both ways until somebody cuts it. While it is cut nothing gets through: a browser tries again by itself."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._target = (parts.hostname, parts.port)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._is_cut = self._loses = False
        self.address = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._taking = threading.Thread(target=self._accept, daemon=True)
        self._taking.start()

    def cut(self) -> None:
        """End every connection there is, and those to come."""
        self._is_cut = True
        ended, self._open = self._open, []
        for each in ended:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def lose_the_answer(self) -> None:
        """Let what is asked through, and be cut at the first byte of its answer."""
        self._loses = True

    def mend(self) -> None:
        """Let bytes through again."""
        self._is_cut = False

    def close(self) -> None:
        """Take no more."""
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._taking.join(5)
        self.cut()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _from = self._listening.accept()
                if self._is_cut:
                    near.close()
                    continue
                self._open.append(near)
                far = socket.create_connection(self._target)
                self._open.append(far)
                threading.Thread(target=self._carry, args=(near, far), daemon=True).start()
                threading.Thread(target=self._carry, args=(far, near), kwargs={"answers": True}, daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket, *, answers: bool = False) -> None:
        with suppress(OSError):
            while data := one.recv(16_384):
                if answers and self._loses:
                    self._loses = False
                    self.cut()
                    return
                other.sendall(data)
            other.shutdown(socket.SHUT_WR)


@contextmanager
def line_to(address: str) -> Iterator[Line]:
    """A line to the server there."""
    made = Line(address)
    try:
        yield made
    finally:
        made.close()
