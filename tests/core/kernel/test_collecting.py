"""A session that holds back what it writes keeps what the session's own unit of work would have written."""

import pytest
from sqlalchemy import select

from shuhua_core.archives.models import Customer, Project
from shuhua_core.archives.names import name_key
from shuhua_core.kernel.collecting import CollectingSession
from shuhua_core.kernel.hot_records import made
from shuhua_core.sites.models import Site
from shuhua_core.testing.world import MADE

ABOUT = {"kind": "school", "created_at": MADE, "updated_at": MADE}
KNOWS = {"alone": True, "recalled": {}, "foreseen": {}}


def columns_of(record):
    return {column.key: getattr(record, column.key) for column in type(record).__table__.columns if column.key != "id"}


def test_records_wait_and_are_found_before_and_after_they_are_sent(deployment):
    with deployment.database.write_in(CollectingSession, **KNOWS) as session:
        project = Project(number="GC-N", name="新工程", customer_id=None, **{**ABOUT, "kind": "path"})
        customer = Customer(number="KH-N", name="（新）小学", phone="13900000001", phone_tail="0001", **ABOUT)
        session.add(project)
        session.add(customer)
        project.customer_id = customer.id
        assert session.get(Customer, customer.id) is customer
        assert session.scalars(select(Customer).where(Customer.number == "KH-N")).one() is customer
        assert session.get(Customer, customer.id) is customer
        customer.name = "改名小学"  # after it was sent: an update like any other
        session.send()
    with deployment.database.read() as session:
        kept = session.scalars(select(Customer).where(Customer.number == "KH-N")).one()
        assert (kept.name, kept.name_key, kept.version) == ("改名小学", name_key("改名小学"), 1)
        assert session.scalars(select(Project.customer_id).where(Project.number == "GC-N")).one() == kept.id


def test_what_a_savepoint_took_back_is_gone(deployment):
    with deployment.database.write_in(CollectingSession, **KNOWS) as session:
        nested = session.begin_nested()
        session.add(Customer(number="KH-N", name="新小学", **ABOUT))
        session.flush()
        nested.rollback()
        assert session.scalars(select(Customer.id).where(Customer.number == "KH-N")).all() == []
        session.send()


@pytest.mark.parametrize("collecting", [True, False])
def test_a_record_that_is_made_fast_is_written_like_one_that_is_made_slowly(deployment, collecting):
    values = {"name": "（新）公园", "kind": "park", "phone": "13900001234", "state": "empty", "state_at": MADE, "version": 1}
    values |= {"created_at": MADE, "updated_at": MADE}
    kind = {"kind": CollectingSession, **KNOWS} if collecting else None
    with deployment.database.write_in(**kind) if kind else deployment.database.write() as session:
        session.add(made(Site, {**values, "number": "AZ-FAST"}))
        session.add(Site(**values, number="AZ-SLOW"))
        session.send() if kind else session.flush()
    with deployment.database.read() as session:
        fast, slow = (
            columns_of(session.scalars(select(Site).where(Site.number == each)).one()) for each in ("AZ-FAST", "AZ-SLOW")
        )
    assert fast.pop("number") != slow.pop("number")
    assert fast == slow
    assert fast["phone_tail"] == "1234"
