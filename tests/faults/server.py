"""The application in processes of their own, to be killed: ``python -m tests.faults.server URL MEDIA [PLANT]``.

Builds the application once, which takes longest, and for each line of input forks a process that opens the deployment and
serves until it is killed; prints that one's id and the port that it listens on. A planted fault is what a test of durability has
to find, else the test proves nothing:

``loses``      every twentieth commit is rolled back instead, and nobody told
``twins``      a key that was used is taken for a new one
``lazy``       SQLite does not wait for the disk at each commit (``synchronous=NORMAL``)
``nameless``   names of files are not made durable, only their bytes
"""

from __future__ import annotations

import itertools
import os
import signal
import sys
from pathlib import Path

import waitress
from sqlalchemy import event

from shuhua_core.house import open_deployment
from shuhua_core.kernel import idempotency
from shuhua_core.kernel.settings import Settings
from shuhua_core.media import files
from shuhua_web import make_app
from shuhua_web.serving import serve
from tests.conftest import SECRET

LOSES_EVERY = 20


def plant(name, deployment):
    """Put the fault into this process."""
    engine = deployment.database.engine
    if name == "loses":
        commit, numbers = engine.dialect.do_commit, itertools.count(1)

        def sometimes(connection):
            (connection.rollback if next(numbers) % LOSES_EVERY == 0 else lambda: commit(connection))()

        engine.dialect.do_commit = sometimes
    elif name == "twins":
        idempotency.claim.__code__ = (lambda session, space, key, request_fingerprint: None).__code__
        idempotency.store.__code__ = (lambda session, space, key, request_fingerprint, answer, now: None).__code__
    elif name == "lazy":
        event.listen(engine, "connect", lambda connection, _record: connection.execute("PRAGMA synchronous=NORMAL").close())
    elif name == "nameless":
        files.sync_folder.__code__ = (lambda folder: None).__code__
    else:
        sys.exit(f"no such fault: {name}")


def serve_until_killed(app, settings, fault):
    """With nothing of the process that this one was copied from but the code."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    deployment = open_deployment(settings)
    serve(app.registry, deployment)
    if fault:
        plant(fault, deployment)
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=4)
    print(os.getpid(), server.effective_port, flush=True)
    server.run()


def main(url, media, fault=None):
    """Start a server for each line of input."""
    settings = Settings(database_url=url, media_path=Path(media), secret=SECRET, disk_reserve_percent=0)
    deployment = open_deployment(settings)
    app = make_app(deployment)
    deployment.database.dispose()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that were killed
    while sys.stdin.readline():
        if os.fork() == 0:
            serve_until_killed(app, settings, fault)


if __name__ == "__main__":
    main(*sys.argv[1:])
