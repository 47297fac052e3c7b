"""The server is killed in the midst of its work, again and again: what was acknowledged is there, once and whole.

``SHUHUA_KILLS`` says how often; ``make faults`` does it many times.
"""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from shuhua_core.media.store import MediaStore
from tests.conftest import open_for_test
from tests.faults.clients import SEED, Reporter, half_done, lost
from tests.faults.killing import Server, working

pytestmark = [pytest.mark.slow]

KILLS = int(os.environ.get("SHUHUA_KILLS", "6"))


def kill_again_and_again(server: Server, reporters: list[Reporter], kills: int) -> None:
    dice = random.Random(SEED)
    address = server.start()
    for each in reporters:
        each.address = address
    try:
        with working(reporters):
            for _kill in range(kills):
                time.sleep(0.4 + dice.random() * 0.5)
                server.kill()
                address = server.start()
                for each in reporters:
                    each.address = address
    finally:
        server.close()
    heard, unheard = sum(len(each.heard) for each in reporters), sum(each.unheard for each in reporters)
    print(f"{kills} kills, {heard} acknowledged, {unheard} times no answer")


def found_wrong(deployment, media: Path, reporters: list[Reporter]) -> list[str]:
    heard = [each for reporter in reporters for each in reporter.heard]
    url = deployment.database.url.render_as_string(hide_password=False)
    opened = open_for_test(url, media, deployment.clock)
    try:
        with opened.database.read() as session:
            wrong = lost(session, MediaStore(opened.settings), heard)
            wrong += [f"{symptom}: there, and nobody told" for symptom in half_done(session, heard)]
            if opened.database.dialect == "sqlite":
                wrong += [row[0] for row in session.execute(text("PRAGMA integrity_check")) if row[0] != "ok"]
    finally:
        opened.database.dispose()
    return wrong


def test_what_was_acknowledged_outlives_every_kill(deployment, database_url, tmp_path, reporters):
    server = Server(database_url, tmp_path / "media")
    deployment.database.dispose()
    kill_again_and_again(server, reporters, KILLS)
    assert [text for each in reporters for text in each.refused] == []
    assert sum(each.unheard for each in reporters) >= 1, "no request was cut off: the kills prove nothing"
    assert sum(len(each.heard) for each in reporters) > KILLS
    assert found_wrong(deployment, tmp_path / "media", reporters) == []


@pytest.mark.sqlite
@pytest.mark.parametrize("plant", ["loses", "twins"])
def test_a_planted_fault_is_found(deployment, database_url, tmp_path, reporters, plant):
    deployment.database.dispose()
    for round_ in range(10):  # until it has happened: a key is only used twice where an answer was lost
        kill_again_and_again(Server(database_url, tmp_path / "media", plant), reporters, 3)
        if any(each.refused for each in reporters) or found_wrong(deployment, tmp_path / "media", reporters):
            return
        for each in reporters:
            each.stopping.clear()
            each.seed += 100 * (round_ + 1)
    pytest.fail(f"{plant} was not found")
