"""Who reports while the faults happen."""

import pytest

from shuhua_core.accounts.sessions import open_session
from shuhua_core.testing.world import build_world
from tests.faults.clients import SEED, Reporter

CLIENTS = 4


@pytest.fixture
def reporters(deployment) -> list[Reporter]:
    """People who are signed in, with the small world around them."""
    with deployment.database.write() as session:
        world = build_world(session)
        opened = open_session(deployment.context(session, world.actor("customer")), kind="device", device="phone of tests")
        piece = world.pieces["one_1"].id
    return [Reporter(opened.token, piece, seed=SEED + each) for each in range(CLIENTS)]
