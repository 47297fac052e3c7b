"""The demo's database: the invented deployment whose history ends now, and a branch of the real set, moved to now."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path

from sqlalchemy import event

from shuhua_core import migrations, seed
from shuhua_core.accounts.models import Organisation
from shuhua_core.accounts.passwords import DEMO_PASSWORD, accepted_hash
from shuhua_core.datasets import boston
from shuhua_core.datasets.invent import plan
from shuhua_core.datasets.load.boston_load import BostonReplay, acceptable
from shuhua_core.datasets.load.boston_today import as_of_today
from shuhua_core.datasets.load.casting import Cast, cast
from shuhua_core.datasets.load.desks import Desks
from shuhua_core.datasets.load.divisions_load import known_divisions, load_divisions
from shuhua_core.datasets.load.osm_load import load_places
from shuhua_core.datasets.load.publications import publish_some
from shuhua_core.datasets.load.replay import Replay
from shuhua_core.datasets.load.report import ImportReport
from shuhua_core.datasets.load.returns import Returns
from shuhua_core.datasets.load.rounds import Rounds
from shuhua_core.datasets.load.world_load import add_person, add_unit, the_maker
from shuhua_core.house import open_deployment
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.kernel.settings import Settings

SEED, SITES, REPAIRS = 20261122, 320, 1500
LOGINS = (
    "call_centre", "reviewer", "dispatcher", "agent_manager", "department_manager", "repairer", "inspector", "collector",
    "followup_clerk", "quality_engineer", "content_editor", "host_unit", "authority", "leader", "administrator", "auditor",
    "customer", "agent_manager_2", "repairer_2", "customer_2", "dispatcher_boston", "reviewer_boston", "repairer_boston",
)  # fmt: skip
"""Everybody who can sign in to the demo; the name tells the role."""

Progress = Callable[[str, Iterable[int], int], object]
"""Runs a long step: (name, what it yields as it goes on, how much that will be)."""


def make_demo(settings: Settings, target: Path, progress: Progress) -> ImportReport:
    """Make the database at ``target`` anew; it appears there when it is whole. Gives what was refused of the real sets."""
    loading = target.with_name(target.name + ".loading")
    remove_database(loading)
    deployment = open_deployment(replace(settings, database_url=f"sqlite:///{loading}"))
    event.listen(deployment.database.engine, "connect", _hurry)
    try:
        report = _load(deployment, progress)
    finally:
        deployment.database.dispose()
    _finish(loading)
    remove_database(target)
    loading.rename(target)
    remove_database(loading)
    return report


def remove_database(path: Path) -> None:
    """Remove a SQLite database with the files beside it."""
    for suffix in ("", "-wal", "-shm", ".write-lock"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _hurry(connection: sqlite3.Connection, _record: object) -> None:
    """Nothing is lost when the power fails while loading: the next start loads anew."""
    connection.execute("PRAGMA synchronous=OFF").close()


def _finish(path: Path) -> None:
    """Put all of the database into its one file, and that onto the disk."""
    connection = sqlite3.connect(path)
    try:
        connection.execute("ANALYZE")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _load(deployment: Deployment, progress: Progress) -> ImportReport:
    now = deployment.clock.now().replace(microsecond=0)
    migrations.upgrade(deployment.database)
    with deployment.database.write() as session:
        seed.seed(session, now, deployment.settings.maker)
    _divisions(deployment, progress)
    password = accepted_hash(DEMO_PASSWORD, demo=True)
    planned = plan(SEED, sites=SITES, repairs=REPAIRS, ends_at=now - timedelta(minutes=5))
    players = cast(planned)
    replay = Replay(deployment, planned, logins=dict(players.logins), password_hash=password)
    for name, steps, total in replay.parts():
        progress(name, steps, total)
    _others(deployment, replay, players, now, password)
    Returns(deployment, now).make()
    publish_some(deployment, now)
    Rounds(deployment, now, players.division).make()
    return _real(deployment, now, password, progress)


def _divisions(deployment: Deployment, progress: Progress) -> None:
    records = chain.from_iterable(known_divisions().values())
    progress("divisions", load_divisions(deployment, records), 45_146)


def _others(deployment: Deployment, replay: Replay, players: Cast, now: datetime, password: str) -> None:
    """The logins that play no part in the history, and work on everybody's desk."""
    desks = Desks(deployment, replay.ids, players, now)
    history = desks.history
    with history.transaction() as session:
        ctx = history.at(now - timedelta(days=30))
        maker = the_maker(session)
        branch = session.get_one(Organisation, replay.ids.organisations["branch"])
        authority = add_unit(ctx, kind="authority", name="示例体育局", name_en="Example sports bureau", parent=branch)
        for login, name, unit, more in (
            ("inspector", "测试·巡查员", branch, {}),
            ("collector", "测试·采集员", branch, {"kind": "collector", "division_code": players.division}),
            ("quality_engineer", "测试·质量工程师", branch, {}),
            ("content_editor", "测试·内容编辑", branch, {}),
            ("authority", "测试·主管部门", authority, {"division_code": players.division}),
            ("leader", "测试·领导", maker, {}),
            ("administrator", "测试·管理员", maker, {}),
            ("auditor", "测试·审计员", maker, {}),
        ):
            add_person(ctx, login, login, name, password_hash=password, organisation_id=unit.id, **more)
    with history.transaction():
        desks.fill()


def _real(deployment: Deployment, now: datetime, password: str, progress: Progress) -> ImportReport:
    report = ImportReport()
    cases, refusals = boston.read()
    for each in refusals:
        report.refuse(each.case_id, each.field, each.reason)
    cases = acceptable(deployment, as_of_today(cases, now), report)
    replay = BostonReplay(deployment, report, logins=LOGINS, password_hash=password)
    progress("Boston's requests", replay.run(cases), replay.count(cases))
    progress("sports places", load_places(deployment, report), 385)
    return report
