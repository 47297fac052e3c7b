"""The web application on a database of its own for each test, with everybody of the small world in it.

``as_("dispatcher").api.get("/tasks")`` and ``as_("dispatcher").office.get("/tasks")`` are a person's clients; ``anonymous`` is
a phone without an account.
"""

import secrets
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from shuhua_core.kernel.clock import SetClock
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.testing.sql import SqlCounter
from shuhua_core.testing.world import World, build_world
from shuhua_web import ROOMS, make_app
from shuhua_web.serving import serve
from tests.conftest import NOW, open_for_test
from tests.template import Template
from tests.web.client import ApiClient, OfficeClient, Person


@pytest.fixture(scope="session")
def populated(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, World]]:
    """Address of a database with the small world in it, from which those of the tests are copied."""
    url = template.copy()
    opened = open_for_test(url, tmp_path_factory.mktemp("media"), SetClock(NOW))
    with opened.database.write() as session:
        world = build_world(session)
        session.expunge_all()
    opened.database.dispose()
    yield url, world
    template.drop(url)


@pytest.fixture
def database_url(template: Template, populated: tuple[str, World]) -> Iterator[str]:
    """Address of a fresh database of this test alone, with the small world in it."""
    url = template.copy(populated[0])
    yield url
    template.drop(url)


@pytest.fixture
def world(populated: tuple[str, World]) -> World:
    """The small world. Its records are detached: read their columns, change nothing through them."""
    return populated[1]


@pytest.fixture
def rooms() -> tuple[str, ...]:
    """The rooms of the application; a test module that brings others has a fixture of this name."""
    return ROOMS


@pytest.fixture(scope="session")
def built() -> dict[tuple[str, ...], Any]:
    """The applications that were built already, by their rooms."""
    return {}


@pytest.fixture
def app(deployment: Deployment, rooms: tuple[str, ...], built: dict[tuple[str, ...], Any]) -> Any:
    """The WSGI application, built once for all tests with these rooms; it serves the deployment of this test alone."""
    if rooms not in built:
        built[rooms] = make_app(deployment, rooms=rooms)
    else:
        serve(built[rooms].registry, deployment)
    return built[rooms]


@pytest.fixture
def as_(app: Any, deployment: Deployment) -> Callable[[str], Person]:
    """Gives a person by login, signed in on a phone and in the office; the same one each time."""
    people: dict[str, Person] = {}

    def person(login: str) -> Person:
        if login not in people:
            people[login] = Person(app, deployment, login)
        return people[login]

    return person


@pytest.fixture
def office(as_: Callable[[str], Person]) -> OfficeClient:
    """The dispatcher's browser."""
    return as_("dispatcher").office


@pytest.fixture
def anonymous(app: Any) -> ApiClient:
    """A phone without an account, with a key space of its own."""
    return ApiClient(app, space=secrets.token_urlsafe(32))


@pytest.fixture
def visitor(app: Any) -> OfficeClient:
    """A browser in which nobody has signed in."""
    return OfficeClient(app)


@pytest.fixture
def count_requests_sql(deployment: Deployment) -> Callable[[], SqlCounter]:
    """Makes a counter of the statements that requests send: ``with count_requests_sql() as sql: ...``."""
    return lambda: SqlCounter(deployment.database.engine)
