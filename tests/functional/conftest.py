"""The application and the people of the web tests, and the walk."""

import pytest

from tests.functional.desk import Desk
from tests.functional.walk import Walk
from tests.web.conftest import *  # noqa: F403 - the fixtures of the web tests, here too


@pytest.fixture
def walk(as_, world, clock):
    """Walks requests and tasks over the API as different people."""
    return Walk(as_, world, clock)


@pytest.fixture
def desk(as_):
    """Gives somebody's desk by login, in Chinese."""
    desks = {}
    return lambda login: desks.get(login) or desks.setdefault(login, Desk(as_(login).office))
