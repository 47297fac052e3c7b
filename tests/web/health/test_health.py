"""Whether the system lives, is ready, and how it does."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from shuhua_core.kernel.actor import SYSTEM
from shuhua_core.kernel.events import Event
from tests.web.sample import ROOMS


@pytest.fixture
def rooms():
    return ROOMS


def samples(visitor):
    text = visitor.get("/metrics", status=200).text
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def without_database(deployment):
    """As when the database server is gone."""
    deployment.database.dispose()

    from sqlalchemy import event
    from sqlalchemy.exc import OperationalError

    @event.listens_for(deployment.database.engine, "do_connect")
    def connect(*_args):
        raise OperationalError("connect", {}, OSError("no database"))


def test_it_lives_without_asking_the_database(visitor, count_requests_sql):
    with count_requests_sql() as sql:
        assert visitor.get("/healthz", status=200).json == {"status": "ok"}
    assert sql.count == 0


def test_it_is_ready_with_its_database(visitor):
    assert visitor.get("/readyz", status=200).json["status"] == "ok"


def test_without_its_database_it_lives_but_is_not_ready(visitor, anonymous, deployment):
    without_database(deployment)
    visitor.get("/healthz", status=200)
    assert visitor.get("/readyz", status=503).headers["Retry-After"]
    visitor.get("/metrics", status=200)
    answer = anonymous.get("/", status=503)
    assert answer.headers["Retry-After"]
    assert "no database" not in answer.text
    assert visitor.get("/nothing", status=404).html.title


def test_requests_are_counted_by_route_and_status(visitor, anonymous):
    visitor.get("/healthz")
    visitor.get("/no-such-page-1", status=404)
    visitor.get("/no-such-page-2", status=404)
    anonymous.post("/samples", {"number": "X1"}, status=201)
    found = samples(visitor)
    assert found["shuhua_requests_total", ("method", "GET"), ("route", "healthz"), ("status", "200")] == 1
    assert found["shuhua_requests_total", ("method", "GET"), ("route", "none"), ("status", "404")] == 2
    assert found["shuhua_requests_total", ("method", "POST"), ("route", "api.samples.list"), ("status", "201")] == 1
    assert found["shuhua_request_seconds_count", ("route", "healthz")] == 1


def test_the_backlog_is_that_of_the_database(visitor, deployment):
    with deployment.database.write() as session:
        deployment.context(session, SYSTEM).publish(Event("customers.changed", "customer", 1))
    found = samples(visitor)
    assert found[("shuhua_outbox_waiting",)] == 1
    assert found[("shuhua_outbox_given_up",)] == 0


def test_each_application_counts_for_itself(visitor, deployment):
    from shuhua_web import make_app
    from tests.web.client import OfficeClient

    visitor.get("/healthz")
    assert not any("healthz" in str(key) for key in samples(OfficeClient(make_app(deployment, rooms=ROOMS))))
