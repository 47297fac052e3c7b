"""A database with as many rows of each kind as one asks for, kept for the next run if one wants it."""

from __future__ import annotations

import hashlib
import inspect
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from shuhua_core import migrations, seed
from shuhua_core.accounts.models import User
from shuhua_core.archives.models import Customer, ProductModel, Project
from shuhua_core.articles.models import Article
from shuhua_core.audit.models import AuditEntry, RunningEntry, SecurityEntry
from shuhua_core.followups.models import Followup
from shuhua_core.house import open_deployment
from shuhua_core.inspections.models import Inspection
from shuhua_core.kernel.db import Base
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.kernel.settings import from_mapping
from shuhua_core.kernel.workflow_store import WorkflowVersion
from shuhua_core.messages.models import Message
from shuhua_core.places.models import Division
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.sites.models import Equipment, Site
from shuhua_core.tasks.models import Task
from shuhua_core.testing.factories import accounts

from . import filling, lists_rows
from .lists_rows import AGENTS, COUNTIES, PEOPLE, Row, World

KINDS: Mapping[Any, Callable[[World], Iterator[Row]]] = {
    Customer: lists_rows.customers,
    Project: lists_rows.projects,
    ProductModel: lists_rows.models,
    Site: lists_rows.sites,
    Equipment: lists_rows.equipment,
    RepairRequest: lists_rows.repairs,
    Task: lists_rows.tasks,
    Followup: lists_rows.followups,
    Inspection: lists_rows.inspections,
    Message: lists_rows.messages,
    Article: lists_rows.articles,
    User: lists_rows.users,
    AuditEntry: lists_rows.changes,
    SecurityEntry: lists_rows.security,
    RunningEntry: lists_rows.running,
}
_TABLES = [model.__table__ for model in KINDS]


def deployment_at(url: str, folder: Path) -> Deployment:
    """A deployment of this database."""
    settings = {"shuhua.database_url": url, "shuhua.media_path": str(folder / "media"), "shuhua.origin": "http://127.0.0.1"}
    return open_deployment(from_mapping({**settings, "shuhua.secret": "of a benchmark, and of nothing else"}, {}))


def fill(deployment: Deployment, count: int) -> None:
    """Make the tables, with ``count`` rows of each kind and the people who look at them."""
    database = deployment.database
    migrations.upgrade(database)
    with database.write() as session:
        seed.seed(session, deployment.clock.now())
        branch = accounts.organisation(session, "branch", name="示例分公司", divisions=["35"])
        agents = [
            accounts.organisation(session, "agent", parent=branch, name=f"示例代理商 {n}", divisions=["35"])
            for n in range(AGENTS)
        ]
        people = [accounts.user(session, "dispatcher", login="dispatcher", organisation=branch)]
        people += [accounts.user(session, role, login=role) for role in ("administrator", "content_editor")]
        people += [accounts.user(session, "repairer", organisation=agents[n % AGENTS]) for n in range(PEOPLE)]
        for n in range(1, COUNTIES + 1):
            session.merge(Division(code=f"3505{n:02d}", level="county", name_zh=f"示例县 {n}", name_en=f"County {n}"))
        newest = sa.select(WorkflowVersion.name, sa.func.max(WorkflowVersion.version)).group_by(WorkflowVersion.name)
        versions: dict[str, int] = dict(map(tuple, session.execute(newest)))
        units = [(agent.id, agent.path) for agent in agents]
        world = World(count, branch.path, units, versions)
        world.people = [person.id for person in people]
    with filling.filling(database, _TABLES) as connection:
        for model, rows in KINDS.items():
            filling.put(connection, model, rows(world))


@contextmanager
def opened(url: str, folder: Path, rows: int) -> Iterator[Deployment]:
    """A new database with so many rows of each kind."""
    deployment = deployment_at(url, folder)
    fill(deployment, rows)
    try:
        yield deployment
    finally:
        deployment.database.dispose()


@contextmanager
def kept(server: str | None, folder: Path, rows: int) -> Iterator[Deployment]:
    """That of an earlier run with the same tables, columns and rows, whose indexes are brought to what the models say.

    On the PostgreSQL at ``server``, or in a file of ``folder``.
    """
    name = f"lists_{_fingerprint()}_{rows}"
    place = _OnServer(server) if server else _InFolder(folder)
    if not place.has(name):
        with opened(place.address(f"{name}_new"), folder, rows):
            pass
        place.rename(f"{name}_new", name)
    deployment = deployment_at(place.address(name), folder)
    try:
        with filling.alone(deployment.database) as connection:
            if filling.make_indexes(connection, _TABLES):
                connection.exec_driver_sql("ANALYZE")
        yield deployment
    finally:
        deployment.database.dispose()


def _fingerprint() -> str:
    """Of all columns and of the rows."""
    columns = [(table.name, column.name, str(column.type)) for table in Base.metadata.sorted_tables for column in table.columns]
    return hashlib.sha256(f"{columns}{inspect.getsource(lists_rows)}".encode()).hexdigest()[:12]


class _InFolder:
    """Databases of SQLite."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def address(self, name: str) -> str:
        """Of the one with this name, which need not be there."""
        (self._folder / f"{name}.sqlite").unlink(missing_ok=True) if name.endswith("_new") else None
        return f"sqlite:///{self._folder / name}.sqlite"

    def has(self, name: str) -> bool:
        """Whether it is there."""
        return (self._folder / f"{name}.sqlite").exists()

    def rename(self, name: str, to: str) -> None:
        """Give it another name."""
        shutil.move(self._folder / f"{name}.sqlite", self._folder / f"{to}.sqlite")


class _OnServer:
    """Databases of PostgreSQL."""

    def __init__(self, server: str) -> None:
        self._url = sa.make_url(server)

    def address(self, name: str) -> str:
        """Of the one with this name, which is made if it is a new one."""
        if name.endswith("_new"):
            self._do(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name}")
        return self._url.set(database=name).render_as_string(hide_password=False)

    def has(self, name: str) -> bool:
        """Whether it is there."""
        return bool(self._do(f"SELECT 1 FROM pg_database WHERE datname = '{name}'").first())

    def rename(self, name: str, to: str) -> None:
        """Give it another name."""
        self._do(f"ALTER DATABASE {name} RENAME TO {to}")

    def _do(self, *statements: str) -> Any:
        engine = sa.create_engine(self._url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            found = [connection.exec_driver_sql(each) for each in statements][-1]
            return found.freeze()() if found.returns_rows else found
