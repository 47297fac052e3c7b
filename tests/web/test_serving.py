"""One application serves the deployments of all tests, one after the other, and keeps nothing of the one before."""

import gc
import weakref

import pytest

from shuhua_core.kernel.clock import SetClock
from shuhua_web.serving import serve
from tests.conftest import NOW, open_for_test
from tests.web.client import ApiClient, OfficeClient, Person


@pytest.fixture
def other(template, populated, tmp_path):
    """The address of a database of another deployment."""
    url = template.copy(populated[0])
    yield url
    template.drop(url)


def test_nothing_of_the_deployment_before_is_kept(app, deployment, other, tmp_path):
    before = open_for_test(other, tmp_path / "other", SetClock(NOW), maker="Another maker")
    serve(app.registry, before)
    person = Person(app, before, "dispatcher")
    assert person.api.get("/repairs", status=200).json["items"] == []
    assert ApiClient(app).get("/openapi.json", status=200).json["paths"]
    assert "Another maker" in person.office.get("/repairs", status=200).text
    assert 'route="repairs.list"' in OfficeClient(app).get("/metrics", status=200).text
    built, database, store = app.registry.openapi, weakref.ref(before.database), app.registry.media_store
    before.database.dispose()

    serve(app.registry, deployment)
    assert app.registry.openapi is None
    assert app.registry.media_store is not store
    assert "repairs.list" not in OfficeClient(app).get("/metrics", status=200).text
    assert person.api.get("/repairs").status_int == 401, "a session of the other deployment"
    own = Person(app, deployment, "dispatcher")
    assert "Another maker" not in own.office.get("/repairs", status=200).text
    assert ApiClient(app).get("/openapi.json", status=200)
    assert app.registry.openapi is not built
    del before, person, built, store
    gc.collect()
    assert database() is None, "something of the process still holds the deployment before"
