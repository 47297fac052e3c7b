"""Measures an upload in pieces beside waitress alone, which reads the same pieces and keeps nothing.

    python -m tests.benchmarks.uploads                    # 100 MiB in pieces of 5 MiB, 5 rounds
    python -m tests.benchmarks.uploads --piece 1 --rounds 9 --checksums

Ours is the whole application over its public API, as `shuhua serve` runs it: tus as the phone sends it, with the SHA-256 of the
whole announced, each piece synced to the disk before it is acknowledged, and the receipt compared in the end. The reference is an
application of three lines behind waitress with the same settings. Both servers run at the same time and are measured in turn,
A B, then B A, by one client that has made all hashes before. A ratio is our rate divided by the reference's next to it. Nothing
is asserted about time.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import hashlib
import http.client
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from shuhua_core import migrations, seed
from shuhua_core.accounts.actors import load_actor_by_login
from shuhua_core.accounts.sessions import open_session
from shuhua_core.house import open_deployment
from shuhua_core.kernel.settings import Settings
from shuhua_core.testing.factories import accounts
from tests.benchmarks.load import ROOT, LoadError
from tests.benchmarks.shuhua import INI, SERVE

GOAL = 0.5
MIB = 1 << 20
UPLOADS = "/api/v1/uploads"
PLAIN = """
import sys
from waitress import serve

def app(environ, start_response):
    while environ["wsgi.input"].read(262144):
        pass
    start_response("204 No Content", [])
    return [b""]

serve(app, host="127.0.0.1", port=int(sys.argv[1]), threads=4, recv_bytes=262144, max_request_body_size=1 << 30)
"""
SECRET = "of-benchmarks-" * 4
START_WITHIN = 60.0
OF_A_PIECE = {"Content-Type": "application/offset+octet-stream"}


@contextlib.contextmanager
def serving(command: list[str], port: int) -> Iterator[http.client.HTTPConnection]:
    """A server in a process of its own while the block runs; gives a connection to it."""
    process = subprocess.Popen([sys.executable, "-c", *command], cwd=ROOT)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        deadline = time.monotonic() + START_WITHIN
        while True:
            with contextlib.suppress(ConnectionRefusedError):
                connection.connect()
                break
            if process.poll() is not None or time.monotonic() > deadline:
                raise LoadError("a server does not answer")
            time.sleep(0.1)
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield connection
    finally:
        connection.close()
        process.terminate()
        process.wait(30)


def ask(connection: http.client.HTTPConnection, expected: int, method: str, path: str, **more: object) -> dict[str, str]:
    """One request; gives the headers of the answer. Raises LoadError where its status is another than the expected one."""
    connection.request(method, path, **more)
    answer = connection.getresponse()
    said = answer.read()
    if answer.status != expected:
        raise LoadError(f"{method} {path}: {answer.status} {said[:300]!r}")
    return dict(answer.headers)


@dataclass(frozen=True)
class File:
    """What is uploaded: pieces with the header that carries the hash of each, and the hash of the whole."""

    pieces: list[tuple[bytes, str]]
    sha256: str

    @classmethod
    def of(cls, content: bytes, piece: int) -> File:
        """A file in pieces of this size."""
        pieces = [content[at : at + piece] for at in range(0, len(content), piece)]
        digests = [base64.b64encode(hashlib.sha256(each).digest()).decode() for each in pieces]
        return cls(
            [(each, f"sha256 {digest}") for each, digest in zip(pieces, digests, strict=True)],
            hashlib.sha256(content).hexdigest(),
        )

    def __len__(self) -> int:
        return sum(len(piece) for piece, _checksum in self.pieces)


Send = Callable[[http.client.HTTPConnection, File], None]


def to_waitress(connection: http.client.HTTPConnection, file: File) -> None:
    """All pieces, to be read and forgotten."""
    for piece, _checksum in file.pieces:
        ask(connection, 204, "PATCH", "/", body=piece, headers=OF_A_PIECE)


def by_tus(token: str, *, checksums: bool) -> Send:
    """How this person uploads a file: announced with its hash, and the receipt compared."""
    tus = {"Authorization": f"Bearer {token}", "Tus-Resumable": "1.0.0"}

    def send(connection: http.client.HTTPConnection, file: File) -> None:
        metadata = "sha256 " + base64.b64encode(file.sha256.encode()).decode()
        headers = {**tus, "Upload-Length": str(len(file)), "Upload-Metadata": metadata}
        place = ask(connection, 201, "POST", "/api/v1/uploads", headers=headers)["Location"]
        offset, answer = 0, {}
        for piece, checksum in file.pieces:
            headers = {**tus, **OF_A_PIECE, "Upload-Offset": str(offset)} | ({"Upload-Checksum": checksum} if checksums else {})
            answer = ask(connection, 204, "PATCH", urlsplit(place).path, body=piece, headers=headers)
            offset += len(piece)
        if answer["Upload-Sha256"] != file.sha256:
            raise LoadError("the receipt is another file's")

    return send


def prepare(folder: Path, port: int) -> str:
    """A deployment in ``folder`` with one person, for `shuhua serve`; gives the person's token."""
    url = f"sqlite:///{folder}/shuhua.sqlite"
    settings = Settings(database_url=url, media_path=folder / "media", secret=SECRET)
    deployment = open_deployment(settings)
    migrations.upgrade(deployment.database)
    with deployment.database.write() as session:
        seed.seed(session, datetime.now(UTC))
        accounts.user(session, "repairer", login="repairer", organisation=accounts.organisation(session, "branch"))
    with deployment.database.write() as session:
        ctx = deployment.context(session, load_actor_by_login(session, "repairer"))
        token = open_session(ctx, kind="device", device="benchmark").token
    deployment.database.dispose()
    ini = INI.format(url=url, folder=folder, secret=SECRET, port=port, threads=4)
    (folder / "shuhua.ini").write_text(f"{ini}recv_bytes = 262144\nmax_request_body_size = {1 << 30}\n")
    return token


def free_ports() -> tuple[int, int]:
    """Two ports of the loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        return one.getsockname()[1], other.getsockname()[1]


def main() -> None:
    """Both rates and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--size", type=float, default=100, help="MiB of the file")
    parser.add_argument("--piece", type=float, default=5, help="MiB of a piece")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--checksums", action="store_true", help="send the hash of each piece too, which the phone does not")
    given = parser.parse_args()
    size, piece = int(given.size * MIB), int(given.piece * MIB)
    ports = free_ports()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="shuhua-bench-")))
        send = by_tus(prepare(folder, ports[1]), checksums=given.checksums)
        reference = stack.enter_context(serving([PLAIN, str(ports[0])], ports[0]))
        ours = stack.enter_context(serving([SERVE, str(folder / "shuhua.ini")], ports[1]))
        sides: list[tuple[http.client.HTTPConnection, Send]] = [(reference, to_waitress), (ours, send)]
        rates: list[tuple[float, float]] = []
        for number in range(-1, given.rounds):  # the first one warms up
            file, found = File.of(random.Random(number).randbytes(size), piece), {}
            for side in sides if number % 2 else reversed(sides):
                began = time.perf_counter()
                side[1](side[0], file)
                found[side[0]] = given.size / (time.perf_counter() - began)
            if number >= 0:
                rates.append((found[reference], found[ours]))
    ratios, best = [own / other for other, own in rates], [max(side) for side in zip(*rates, strict=True)]
    print(f"{given.size:g} MiB in pieces of {given.piece:g} MiB, medians of {given.rounds} rounds")
    print(f"waitress alone: {statistics.median(other for other, _own in rates):.0f} MiB/s")
    print(f"tus: {statistics.median(own for _other, own in rates):.0f} MiB/s")
    print(f"ratio {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}), goal {GOAL}")
    print(f"the best round of each: {best[0]:.0f} and {best[1]:.0f} MiB/s, ratio {best[1] / best[0]:.2f}")


if __name__ == "__main__":
    main()
