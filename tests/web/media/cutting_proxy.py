"""A proxy on the loopback that lets each connection have so many bytes and then cuts it, as a bad link does."""

from __future__ import annotations

import asyncio
import random
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

CHUNK = 16 * 1024


@dataclass
class Proxy:
    """``address`` leads to the server behind; ``cuts`` counts the connections that were cut in the middle."""

    target: tuple[str, int]
    seed: int
    longest: int
    """Most bytes that a connection may carry, both ways together."""
    host: str = "127.0.0.1"
    port: int = 0
    cuts: int = 0
    through: int = 0
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _dice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)

    @property
    def address(self) -> str:
        """Where clients go."""
        return f"http://{self.host}:{self.port}"

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Begin to serve a connection."""
        task = asyncio.get_running_loop().create_task(self._handle(reader, writer))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Bytes both ways until the allowance is used up, then a reset."""
        short = int(200 * (self.longest / 200) ** self._dice.random())
        allowance = [short if self._dice.random() < 0.6 else 1 << 62]
        try:
            other_reader, other_writer = await asyncio.open_connection(*self.target)
        except OSError:
            writer.close()
            return
        ways = [
            asyncio.create_task(self._carry(reader, other_writer, allowance)),
            asyncio.create_task(self._carry(other_reader, writer, allowance)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            if allowance[0] > 0:
                await asyncio.wait(ways, timeout=5)
        finally:
            self.cuts += allowance[0] <= 0
            for way in ways:
                way.cancel()
            for each in (writer, other_writer):
                _reset(each, hard=allowance[0] <= 0)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, allowance: list[int]) -> None:
        with suppress(OSError):
            while chunk := await reader.read(CHUNK):
                part = chunk[: max(0, allowance[0])]
                allowance[0] -= len(chunk)
                self.through += len(part)
                writer.write(part)
                await writer.drain()
                if allowance[0] <= 0:
                    return
            if writer.can_write_eof():
                writer.write_eof()


def _reset(writer: asyncio.StreamWriter, *, hard: bool) -> None:
    """Close; a hard one as a link that is gone, without saying good-bye."""
    raw = writer.get_extra_info("socket")
    with suppress(OSError):
        if hard and raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort() if hard else writer.close()


@contextmanager
def cutting(address: str, *, seed: int, longest: int = 3_000_000) -> Iterator[Proxy]:
    """A proxy before ``address`` while the block runs."""
    host, _colon, port = address.removeprefix("http://").partition(":")
    proxy, loop, ready = Proxy((host, int(port)), seed, longest), asyncio.new_event_loop(), threading.Event()

    async def serve() -> None:
        server = await asyncio.start_server(proxy.accept, proxy.host, 0)
        proxy.port = server.sockets[0].getsockname()[1]
        ready.set()
        async with server:
            await stop.wait()
            server.close()
            for task in proxy.tasks:
                task.cancel()
            await asyncio.gather(*proxy.tasks, return_exceptions=True)

    stop = asyncio.Event()
    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    ready.wait(10)
    try:
        yield proxy
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()
