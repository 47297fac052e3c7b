"""A private PostgreSQL for one test run.

``start()`` gives a server on a loopback port, of its own, in a temporary folder, without fsync: about a second. A process
beside ours keeps it and waits on a pipe, so that the server ends and its folder goes when we end, however we end.
``SHUHUA_TEST_POSTGRES`` names a server to use instead: the first process of a run sets it for its workers.
"""

import contextlib
import json
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

VARIABLE = "SHUHUA_TEST_POSTGRES"
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "listen_addresses": "127.0.0.1",
    "log_min_messages": "fatal",
}
START_SECONDS = 30
MEMORY_NEEDED = 2**31


class PostgresError(Exception):
    """PostgreSQL is there and did not start; the message carries what it said."""


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A running server: an SQLAlchemy address of a database that may create others, and how to end it."""

    url: str
    stop: Callable[[], None]


def find() -> Path | None:
    """The folder with ``initdb`` and ``postgres``, the newest if there are several, or None."""
    on_path = shutil.which("postgres")
    # A wrapper on the path may lie elsewhere than the programs that it calls.
    folders = [Path(on_path).resolve().parent] if on_path else []
    homes = ("/usr/lib/postgresql", "/usr/local/pgsql", "/opt/homebrew/opt", "/usr/local/opt")
    found = [folder for home in homes if Path(home).is_dir() for folder in Path(home).glob("*/bin")]
    folders += sorted(found, key=_version, reverse=True)
    return next((folder for folder in folders if (folder / "initdb").is_file() and (folder / "postgres").is_file()), None)


def start(*, durable: bool = False) -> PostgresServer:
    """A server for this run. Raises PostgresError where there is none, or it does not start.

    A ``durable`` one is always our own and keeps what it acknowledges, as benchmarks want it.
    """
    given = None if durable else os.environ.get(VARIABLE)
    if given:
        return PostgresServer(given, lambda: None)
    if find() is None:
        raise PostgresError(f"no PostgreSQL found: install it, or set {VARIABLE} to the address of a server")
    keeper = subprocess.Popen(
        [sys.executable, __file__, *(["durable"] if durable else [])], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    answer = keeper.stdout.readline()
    if not answer:
        raise PostgresError(keeper.stderr.read().strip())

    def stop() -> None:
        with contextlib.suppress(BrokenPipeError):
            keeper.stdin.close()
        keeper.wait(timeout=START_SECONDS)
        keeper.stdout.close()
        keeper.stderr.close()

    return PostgresServer(json.loads(answer)["url"], stop)


def _version(folder: Path) -> int:
    number = re.search(r"\d+", folder.parent.name)
    return int(number.group()) if number else 0


# The keeper -------------------------------------------------------------------------------------------------------------


def keep(settings: dict[str, str]) -> None:
    """What the process beside ours does: runs a server until its standard input closes or it is told to end."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit())
    programs = find()
    with _folder(in_memory=settings.get("fsync") == "off") as folder, _server(programs, folder, settings) as (server, url):
        print(json.dumps({"url": url}), flush=True)
        ended = threading.Thread(target=sys.stdin.read, daemon=True)
        ended.start()
        while ended.is_alive() and server.poll() is None:
            ended.join(0.2)


@contextlib.contextmanager
def _folder(*, in_memory: bool) -> Iterator[Path]:
    # Not below TMPDIR, which may be closed to the user that the server runs as; and a socket's path must be short.
    folder = Path(tempfile.mkdtemp(prefix="shuhua-pg-", dir=_memory() if in_memory else "/tmp"))
    try:
        if os.geteuid() == 0:
            os.chown(folder, *_ids())
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _memory() -> str:
    """Where files are in memory, if there is room: a copy of a database is a thousand small files (30 ms there, 1 s on disk)."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > MEMORY_NEEDED
    return str(memory) if roomy else "/tmp"


def _ids() -> tuple[int, int]:
    """Whom the server runs as when we are root, which it refuses to be."""
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return entry.pw_uid, entry.pw_gid
    raise PostgresError("PostgreSQL refuses to run as root, and there is no user postgres or nobody")


def _as_user() -> dict[str, object]:
    if os.geteuid() != 0:
        return {}
    user, group = _ids()
    return {"user": user, "group": group, "extra_groups": []}


@contextlib.contextmanager
def _server(programs: Path, folder: Path, settings: dict[str, str]) -> Iterator[tuple[subprocess.Popen, str]]:
    data = folder / "data"
    # An environment of its own: PGPORT and the like must not reach the server.
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}
    made = subprocess.run(
        [programs / "initdb", "-D", data, "-U", "shuhua", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync",
         "--no-instructions"],
        capture_output=True, text=True, cwd=folder, env=environment, check=False, **_as_user(),
    )  # fmt: skip
    if made.returncode:
        raise PostgresError(f"initdb failed:\n{made.stdout}{made.stderr}")
    log = folder / "log"
    server, port = _started(programs, folder, environment, settings)
    try:
        yield server, f"postgresql+psycopg://shuhua@127.0.0.1:{port}/postgres"
    finally:
        if server.poll() is None:
            server.send_signal(signal.SIGQUIT)  # at once: nothing in it is worth a checkpoint
            server.wait(timeout=10)
        if server.returncode not in {0, 2}:
            sys.stderr.write(log.read_text(errors="replace"))


def _started(programs: Path, folder: Path, environment: dict[str, str], settings: dict[str, str]) -> tuple[subprocess.Popen, int]:
    """The server and its port; another port where somebody was quicker."""
    for _attempt in range(5):
        port = _free_port()
        options = [option for name, value in settings.items() for option in ("-c", f"{name}={value}")]
        with (folder / "log").open("w") as log:
            server = subprocess.Popen(
                [programs / "postgres", "-D", folder / "data", "-k", folder, "-p", str(port), *options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder, env=environment, **_as_user(),
            )  # fmt: skip
        if _ready(server, folder / "data" / "postmaster.pid"):
            return server, port
        server.kill()
        server.wait()
    raise PostgresError(f"postgres did not start:\n{(folder / 'log').read_text(errors='replace')}")


def _ready(server: subprocess.Popen, pidfile: Path) -> bool:
    """Whether the server takes connections: it says so in the last line of its pid file."""
    until = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < until:
        with contextlib.suppress(OSError):
            if "ready" in pidfile.read_text():
                return True
        time.sleep(0.01)
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


if __name__ == "__main__":
    try:
        keep({name: value for name, value in SETTINGS.items() if value != "off"} if "durable" in sys.argv[1:] else SETTINGS)
    except PostgresError as problem:
        sys.exit(str(problem))
