"""The feed tells everything visible that changed, once, however transactions interleave."""

import pytest
from sqlalchemy import select

from shuhua_core.accounts.permissions import Permission
from shuhua_core.archives.models import Customer
from shuhua_core.kernel import outbox
from shuhua_core.kernel.actor import SYSTEM
from shuhua_core.kernel.events import Event
from shuhua_web.api import changes
from tests.web.sample import ROOMS

KINDS = {"customer": (Customer, Permission.CUSTOMERS_VIEW)}


@pytest.fixture
def rooms():
    return (*ROOMS, include)


@pytest.fixture(autouse=True)
def only_this_database(deployment):
    """A transaction of another test on the same server would hold the feed back."""
    if deployment.database.dialect == "postgresql":
        deployment.database.info["feed_boundary"] = 2**62


def include(config):
    config.add_feed_kind("customer", Customer, Permission.CUSTOMERS_VIEW)


def publish(deployment, *names):
    """Events about the customers of the world: ``one`` of the branch, ``other`` of the other branch."""
    with deployment.database.write() as session:
        numbers = {"one": "KH1", "two": "KH2", "other": "KH3"}
        ctx = deployment.context(session, SYSTEM)
        for name in names:
            customer = session.scalars(select(Customer).where(Customer.number == numbers[name])).one()
            ctx.publish(Event("customers.changed", "customer", customer.id, customer.number, action="edit"))


def follow(client, cursor):
    answer = client.get("/changes", since=cursor, status=200).json
    return [item["number"] for item in answer["items"]], answer["cursor"], answer["more"]


def test_the_feed_begins_now_and_tells_what_comes_later_once(as_, deployment):
    client = as_("dispatcher").api
    publish(deployment, "one")
    start = client.get("/changes", status=200).json
    assert start["items"] == []
    publish(deployment, "one", "two")
    numbers, cursor, more = follow(client, start["cursor"])
    assert (numbers, more) == (["KH1", "KH2"], False)
    assert follow(client, cursor)[0] == []


def test_records_out_of_scope_are_not_told_but_the_cursor_moves(as_, deployment):
    client = as_("dispatcher").api
    start = client.get("/changes").json["cursor"]
    publish(deployment, "other")
    numbers, cursor, _more = follow(client, start)
    assert numbers == []
    assert cursor != start
    assert follow(as_("dispatcher_other").api, start)[0] == ["KH3"]


def test_kinds_that_one_may_not_see_are_not_told(as_, deployment):
    client = as_("repairer").api
    start = client.get("/changes").json["cursor"]
    publish(deployment, "one")
    assert follow(client, start)[0] == []


def test_pages_neither_repeat_nor_skip(as_, deployment, monkeypatch):
    monkeypatch.setattr(changes, "STRETCH", 4)
    client = as_("dispatcher").api
    cursor = client.get("/changes").json["cursor"]
    publish(deployment, *["one", "other", "two", "other", "other", "other", "other", "one", "two"])
    found, more = [], True
    while more:
        answer = client.get("/changes", since=cursor, limit=2, status=200).json
        assert len(answer["items"]) <= 2
        found += answer["items"]
        cursor, more = answer["cursor"], answer["more"]
    assert [item["number"] for item in found] == ["KH1", "KH2", "KH1", "KH2"]
    assert len({item["id"] for item in found}) == 4


@pytest.mark.postgres
def test_what_commits_late_is_not_skipped(as_, deployment):
    del deployment.database.info["feed_boundary"]
    client = as_("dispatcher").api
    cursor = client.get("/changes").json["cursor"]
    with deployment.database.write_session() as late:
        customer = late.scalars(select(Customer).where(Customer.number == "KH1")).one()
        outbox.add(late, Event("customers.changed", "customer", customer.id, "KH1"), actor_id=None, now=deployment.clock.now())
        publish(deployment, "two")
        numbers, cursor, _more = follow(client, cursor)
        assert numbers == []
        late.commit()
    found = []
    while len(found) < 2:  # until the oldest transaction of the whole server is past
        numbers, cursor, _more = follow(client, cursor)
        found += numbers
    assert sorted(found) == ["KH1", "KH2"]


def test_it_takes_one_statement_a_kind_besides_the_stretch(as_, deployment, count_requests_sql):
    client = as_("dispatcher").api
    cursor = client.get("/changes").json["cursor"]
    publish(deployment, "one", "two")
    with count_requests_sql() as sql:
        follow(client, cursor)
    assert sql.count <= 4, sql.statements


@pytest.mark.parametrize("cursor", ["x", "W10", "WzEsMl0x", "WyJhIiwxXQ", "WzEsIC0xXQ", "WzEsIDFlOTldCg", "bnVsbA"])
def test_a_cursor_that_was_not_made_here_is_422(as_, cursor):
    assert "since" in as_("dispatcher").api.get("/changes", since=cursor, status=422).json["errors"]


def test_a_stranger_is_asked_to_sign_in(anonymous):
    anonymous.get("/changes", status=401)


def test_a_record_that_left_ones_scope_is_told_of_once_and_nothing_of_what_became_of_it(as_, deployment, world):
    before, after = as_("dispatcher").api, as_("dispatcher_other").api
    start = before.get("/changes").json["cursor"]
    with deployment.database.write() as session:
        ctx = deployment.context(session, SYSTEM)
        customer = session.scalars(select(Customer).where(Customer.number == "KH1")).one()
        customer.organisation_path = world.units["other_branch"].path
        session.flush()
        ctx.publish(Event("customers.changed", "customer", customer.id, customer.number, action="edit"))
    publish(deployment, "one")
    (item,) = before.get("/changes", since=start, status=200).json["items"]
    assert (item["gone"], item["event"], item["number"], item["action"]) == (True, "left", None, None)
    assert [(each["gone"], each["number"]) for each in after.get("/changes", since=start).json["items"]] == [(False, "KH1")] * 2
    assert as_("repairer").api.get("/changes", since=start).json["items"] == []
