"""Databases, deployments and contexts for all tests. Every database test runs on SQLite and on PostgreSQL.

``ctx`` is a context in a transaction that is rolled back at the end: for services. ``deployment`` has a database of its
own, in which transactions commit: for requests, the worker, threads and processes.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pkg_resources
import pytest
from _pytest.assertion.rewrite import AssertionRewritingHook
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from sqlalchemy import event

from shuhua_core.house import open_deployment
from shuhua_core.kernel.actor import SYSTEM, Actor
from shuhua_core.kernel.choices import Book, Source, bind
from shuhua_core.kernel.clock import SetClock
from shuhua_core.kernel.context import Context
from shuhua_core.kernel.db import Database
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.kernel.settings import Settings
from shuhua_core.kernel.workflow_store import Workflows
from shuhua_core.testing.sql import SqlCounter
from tests import postgres
from tests.template import PostgresTemplate, SqliteTemplate, Template

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=timezone(timedelta(hours=8)))
SECRET = "a-secret-of-tests-with-more-than-32-characters"

TEMPLATES = Path(__file__).parent.parent / ".pytest_cache" / "templates"
TEMPLATES.mkdir(parents=True, exist_ok=True)
# Each process makes an application of its own, which would compile each page anew. Read when Chameleon is first imported.
os.environ.setdefault("CHAMELEON_CACHE", str(TEMPLATES))

# Slow on a busy machine is not wrong: how fast things are is measured in tests/benchmarks.
hypothesis_settings.register_profile(
    "untimed", hypothesis_settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("untimed")

SERVER = pytest.StashKey[postgres.PostgresServer]()


def pytest_configure(config: pytest.Config) -> None:
    """One PostgreSQL for all parallel workers, started before they are."""
    config.addinivalue_line("markers", "sqlite: runs on SQLite only")
    # Pyramid finds templates and catalogues by pkg_resources, which has to know how pytest loads our packages.
    pkg_resources.register_loader_type(AssertionRewritingHook, pkg_resources.DefaultProvider)
    in_parallel = getattr(config.option, "numprocesses", None)
    if in_parallel and postgres.find() and postgres.VARIABLE not in os.environ:
        server = config.stash[SERVER] = postgres.start()
        os.environ[postgres.VARIABLE] = server.url


def pytest_unconfigure(config: pytest.Config) -> None:
    if SERVER in config.stash:
        del os.environ[postgres.VARIABLE]
        config.stash[SERVER].stop()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests of what only one of the databases has run on that one."""
    others = {item for item in items if _of_other_database(item)}
    if others:
        items[:] = [item for item in items if item not in others]
        config.hook.pytest_deselected(items=list(others))


def _of_other_database(item: pytest.Item) -> bool:
    chosen = item.callspec.params.get("backend") if hasattr(item, "callspec") else None
    return bool(
        (chosen == "sqlite" and item.get_closest_marker("postgres"))
        or (chosen == "postgresql" and item.get_closest_marker("sqlite"))
    )


@pytest.fixture(scope="session", autouse=True)
def weak_passwords() -> Iterator[None]:
    """Hashing that takes no time, since most tests only need a password that fits."""
    from argon2 import PasswordHasher

    from shuhua_core.accounts import passwords

    strong = passwords.HASHER
    passwords.HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    yield
    passwords.HASHER = strong


class NoLists(Source):
    """Choice lists of nobody: whoever reads one is told what the test lacks."""

    def __init__(self) -> None:
        """There is no database."""

    def book(self) -> Book:
        """Raises LookupError."""
        raise LookupError("this test reads a choice list: bring it a database (ctx, deployment)")


@pytest.fixture(autouse=True)
def no_choice_lists() -> None:
    """No test finds the lists of the one that ran before it, which would let it pass or fail by its place in the order."""
    bind(NoLists())


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Address of a PostgreSQL server of the test run. Without PostgreSQL the test is skipped, in CI it fails."""
    if postgres.find() is None and postgres.VARIABLE not in os.environ:
        if os.environ.get("CI"):
            pytest.fail("CI needs PostgreSQL: half of the promises are about it")
        pytest.skip("PostgreSQL is not installed")
    server = postgres.start()
    yield server.url
    server.stop()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> str:
    """Name of the database that the test runs on."""
    return request.param


@pytest.fixture(scope="session")
def template(backend: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Template]:
    """A seeded database from which others are copied."""
    if backend == "sqlite":
        made: Template = SqliteTemplate(tmp_path_factory.mktemp("databases"))
    else:
        made = PostgresTemplate(request.getfixturevalue("postgres_url"))
    yield made
    made.close()


def open_for_test(url: str, media: Path, clock: SetClock, **more: Any) -> Deployment:
    """A deployment on ``url`` whose SQLite does not wait for the disk; ``more`` are settings."""
    settings = Settings(database_url=url, media_path=media, secret=SECRET, busy_seconds=10, **more)
    deployment = open_deployment(settings, clock)
    hurry(deployment.database)
    return deployment


def hurry(database: Database) -> None:
    """Spare SQLite the disk; tests of durability don't call it."""
    if database.dialect == "sqlite":
        event.listen(database.engine, "connect", lambda connection, _record: connection.execute("PRAGMA synchronous=OFF").close())


@pytest.fixture
def clock() -> SetClock:
    """A clock that stands at 2026-11-22 09:00 in China."""
    return SetClock(NOW)


@pytest.fixture
def database_url(template: Template) -> Iterator[str]:
    """Address of a fresh, seeded database of this test alone."""
    url = template.copy()
    yield url
    template.drop(url)


@pytest.fixture
def deployment(database_url: str, tmp_path: Path, clock: SetClock) -> Iterator[Deployment]:
    """A deployment with a database of its own, in which transactions commit."""
    opened = open_for_test(database_url, tmp_path / "media", clock)
    yield opened
    opened.database.dispose()


@pytest.fixture(scope="session")
def shared_deployment(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """The deployment under ``ctx``; nothing is ever committed in it."""
    url = template.copy()
    opened = open_for_test(url, tmp_path_factory.mktemp("media"), SetClock(NOW))
    yield opened
    opened.database.dispose()
    template.drop(url)


@pytest.fixture
def ctx(shared_deployment: Deployment, clock: SetClock) -> Iterator[Context]:
    """The system's context in a transaction that is rolled back; ``acting(actor)`` gives others on the same session."""
    deployment = replace(shared_deployment, clock=clock, workflows=Workflows())
    deployment.database.gate.acquire()
    try:
        with deployment.database.write_session() as session:
            session.info["deployment"] = deployment
            yield deployment.context(session, SYSTEM)
            session.rollback()
    finally:
        deployment.database.gate.release()


@pytest.fixture
def system() -> Actor:
    """The system acting by itself."""
    return SYSTEM


@pytest.fixture
def acting(ctx: Context) -> Callable[[Actor], Context]:
    """Gives a context of another actor in the same transaction, at the clock's present moment."""
    return lambda actor: ctx.deployment.context(ctx.session, actor)


@pytest.fixture
def count_sql(ctx: Context) -> Callable[[], SqlCounter]:
    """Makes a counter of the statements that ``ctx`` sends: ``with count_sql() as sql: ...``."""
    return lambda: SqlCounter(ctx.deployment.database.engine)
