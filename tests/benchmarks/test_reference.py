"""The reference application answers rightly; how fast it is, is for run.py to say."""

from __future__ import annotations

import datetime as dt
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from webtest import TestApp

from tests.benchmarks import reference_app
from tests.benchmarks.databases import databases

TICKETS = 300
NEW = {
    "title": "单杠松动",
    "description": "立柱底部螺栓松动",
    "address": "示例路 1 号",
    "division": "350503",
    "reporter": "示例居民",
    "phone": "13900000001",
    "severity": "high",
    "lon": 118.5,
    "lat": 24.8,
}


@pytest.fixture(scope="module")
def make_database(backend, request):
    server = request.getfixturevalue("postgres_url") if backend == "postgresql" else None
    with tempfile.TemporaryDirectory() as name, databases(backend, Path(name), server, durable=False) as (make, _):
        yield make


@pytest.fixture(scope="module")
def engine(make_database):
    engine = reference_app.make_engine(make_database("reference"), threads=8)
    reference_app.seed(engine, TICKETS)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def app(engine):
    return TestApp(reference_app.make_app(engine))


def ticket(app, state):
    """The number of the oldest ticket in this state."""
    return app.get(f"/tickets?state={state}&sort=created_at&limit=1").json["items"][0]["id"]


def test_a_list_is_filtered_sorted_and_paged(app):
    first = app.get("/tickets?state=completed&severity=high&sort=-created_at&limit=5").json
    second = app.get(f"/tickets?state=completed&severity=high&sort=-created_at&limit=5&offset={first['next']}").json
    items = first["items"] + second["items"]
    assert len({item["id"] for item in items}) == 10
    assert {(item["state"], item["severity"]) for item in items} == {("completed", "high")}
    assert [item["created_at"] for item in items] == sorted((item["created_at"] for item in items), reverse=True)
    assert "description" not in items[0]


def test_the_last_page_has_no_next(app):
    assert app.get(f"/tickets?offset={TICKETS - 3}&sort=number&limit=100").json["next"] is None


@pytest.mark.parametrize("query", ["limit=x", "sort=secret", "offset=1.5"])
def test_a_bad_query_is_refused(app, query):
    app.get(f"/tickets?{query}", status=422)


def test_one_ticket_is_given_whole(app):
    answer = app.get("/tickets/7").json
    assert answer["id"] == 7
    assert answer["description"]
    assert answer["phone"].startswith("1390000")


def test_an_absent_ticket_is_404(app):
    assert app.get("/tickets/999999", status=404).json == {"title": "no such ticket"}


def test_a_new_ticket_is_stored(app):
    created = app.post_json("/tickets", NEW, status=201).json
    stored = app.get(f"/tickets/{created['id']}").json
    assert stored == created
    assert stored["state"] == "pending_accept"
    assert stored["title"] == NEW["title"]
    assert dt.datetime.fromisoformat(stored["created_at"]).utcoffset() == dt.timedelta(0)


@pytest.mark.parametrize(
    "change", [{"title": " "}, {"phone": 139}, {"severity": "huge"}, {"lat": 91}, {"state": "completed"}, {"division": "3" * 13}]
)
def test_a_bad_ticket_is_refused_and_not_stored(app, engine, change):
    with engine.connect() as connection:
        before = connection.scalar(sa.select(sa.func.count(reference_app.Ticket.id)))
    answer = app.post_json("/tickets", NEW | change, status=422).json
    assert set(answer["errors"]) == set(change)
    with engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count(reference_app.Ticket.id))) == before


@pytest.mark.parametrize("body", ["", "{", "[]"])
def test_a_body_that_is_no_object_is_refused(app, body):
    app.post("/tickets", body, content_type="application/json", status=422)


def test_an_action_moves_the_ticket_and_back(app):
    number = ticket(app, "repairing")
    held = app.post_json(f"/tickets/{number}/actions/hold", {"reason": "等待配件"}).json
    assert (held["state"], held["reason"], held["version"]) == ("on_hold", "等待配件", 2)
    assert app.get(f"/tickets/{number}").json == held
    assert app.post_json(f"/tickets/{number}/actions/resume", {}).json["state"] == "repairing"


def test_an_action_from_the_wrong_state_changes_nothing(app):
    number = ticket(app, "completed")
    before = app.get(f"/tickets/{number}").json
    app.post_json(f"/tickets/{number}/actions/accept", {}, status=409)
    assert app.get(f"/tickets/{number}").json == before


def test_an_unknown_action_is_404(app):
    app.post_json("/tickets/1/actions/explode", {}, status=404)


def test_of_many_who_accept_one_ticket_exactly_one_wins(app):
    number = ticket(app, "pending_accept")

    def accept(_):
        return app.post_json(f"/tickets/{number}/actions/accept", {}, status="*").status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(accept, range(16)))
    assert sorted(statuses) == [200] + [409] * 15


def test_sqlite_keeps_what_it_acknowledges(engine):
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
