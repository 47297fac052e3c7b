"""The power goes at moments drawn at random: what was acknowledged before is in the database and on the disk.

``SHUHUA_CUTS`` says at how many moments; ``make faults`` looks at many. That PostgreSQL keeps what it has committed is its own
promise: there it is our files that must be on the disk by then.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from shuhua_core.house import open_deployment
from shuhua_core.kernel.settings import Settings
from shuhua_core.media.store import MediaStore
from tests.faults.clients import IN_PIECES, SEED, WHOLE, Acknowledged, lost
from tests.faults.killing import Server, working
from tests.faults.power import Disk, Remains, read, tracing

pytestmark = [pytest.mark.slow]

CUTS = int(os.environ.get("SHUHUA_CUTS", "25"))

MOMENTS = {"sqlite": 80, "postgresql": 7}
"""For so many moments one report is enough: on PostgreSQL only our own files count, and what is done to them."""


@pytest.fixture
def strace() -> str:
    """strace, without which a test is skipped; in CI it fails."""
    found = shutil.which("strace")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("CI needs strace: what is durable is read from what reaches the disk")
        pytest.skip("strace is not installed")
    return found


@pytest.fixture
def house(deployment, database_url, tmp_path, reporters) -> Path:
    """A folder with the files of one deployment, whose power has been safe so far; the reporters are in its database.

    SQLite's database lies in it.
    """
    folder = tmp_path / "house"
    folder.mkdir()
    deployment.database.dispose()
    if deployment.database.dialect == "sqlite":
        source = Path(database_url.removeprefix("sqlite:///"))
        with sqlite3.connect(source) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        connection.close()
        shutil.copyfile(source, folder / "house.sqlite")
    return folder


@pytest.fixture
def address(deployment, database_url, house) -> str:
    """Where the database is."""
    return f"sqlite:///{house}/house.sqlite" if deployment.database.dialect == "sqlite" else database_url


def record_of(house: Path) -> Path:
    """Where the server's deeds are recorded."""
    return house.parent / "record"


def recorded(house: Path, address: str, reporters, plant: str | None = None) -> list[Acknowledged]:
    """Everybody reports while the server's deeds are recorded; gives what was acknowledged."""
    server = Server(address, house / "media", plant, before=tracing(record_of(house)))
    try:
        started = server.start()
        for each in reporters:
            each.address = started
        with working(reporters, max(8, CUTS // len(reporters) // MOMENTS[make_url(address).get_backend_name()])):
            pass
    finally:
        server.close()
    assert [refused for each in reporters for refused in each.refused] == []
    return [each for reporter in reporters for each in reporter.heard]


def wrong_after_cuts(disk: Disk, house: Path, address: str, heard: list[Acknowledged], cuts: int) -> list[str]:
    """Cut the power at so many moments after the first acknowledgement; gives what was lost."""
    deeds = list(read(record_of(house), house))
    first = next(n for n, deed in enumerate(deeds) if deed.at > min(each.at for each in heard))
    moments = set(random.Random(SEED).sample(range(first, len(deeds)), min(cuts, len(deeds) - first)))
    remains, wrong = Remains(house, house.parent / "remains"), []
    for number, deed in enumerate(deeds):
        disk.do(deed)
        if number in moments:
            remains.lay(disk)
            told = [each for each in heard if each.at <= deed.at]
            wrong += [f"after deed {number} of {len(deeds)}: {each}" for each in _wrong(remains, address, told)]
    print(f"{len(moments)} cuts among {len(deeds)} deeds, {len(heard)} acknowledged, {len(wrong)} lost")
    return wrong


def _wrong(remains: Remains, address: str, heard: list[Acknowledged]) -> list[str]:
    url = address.replace(str(remains.root), str(remains.target))
    settings = Settings(database_url=url, media_path=remains.root / "media")
    deployment = open_deployment(settings)
    try:
        with deployment.database.read() as session:
            check = text("PRAGMA quick_check")
            broken = [row[0] for row in session.execute(check) if row[0] != "ok"] if url.startswith("sqlite") else []
            return broken + lost(session, MediaStore(settings), heard, remains.content_of)
    finally:
        deployment.database.dispose()


@pytest.mark.usefixtures("strace")
def test_what_was_acknowledged_outlives_a_loss_of_power(house, address, reporters):
    disk = Disk.of(house)
    heard = recorded(house, address, reporters)
    assert {each.variants for each in heard} == {(), WHOLE, IN_PIECES}
    assert wrong_after_cuts(disk, house, address, heard, CUTS) == []


@pytest.mark.usefixtures("strace")
@pytest.mark.parametrize("plant", [pytest.param("lazy", marks=pytest.mark.sqlite), "nameless"])
def test_a_planted_fault_is_found(house, address, reporters, plant):
    disk = Disk.of(house)
    pictured = [replace(each, pictures_of=1.0) for each in reporters] if plant == "nameless" else reporters
    heard = recorded(house, address, pictured, plant)
    assert wrong_after_cuts(disk, house, address, heard, 25) != []
