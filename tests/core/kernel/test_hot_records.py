"""Records that are read and inserted by fixed statements are objects of the session like all others."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import inspect, select

from shuhua_core.articles.models import Article
from shuhua_core.kernel import hot_records
from shuhua_core.repairs.models import RepairRequest

AT = datetime(2026, 11, 22, 1, 2, 3, 456789, tzinfo=UTC)


def new_request(number="BX1", **more):
    return RepairRequest(
        number=number,
        state="draft",
        workflow_version=1,
        channel="app",
        symptom="踏板松动",
        organisation_path="/1/",
        caller_phone="13900001234",
        created_at=AT,
        updated_at=AT,
        **more,
    )


def columns(record):
    return {column.key: getattr(record, column.key) for column in RepairRequest.__table__.c}


def test_what_is_inserted_is_what_the_session_would_insert(ctx):
    by_hand, by_session = new_request(), new_request("BX2")
    hot_records.insert_new(ctx.session, by_hand)
    ctx.session.add(by_session)
    ctx.session.flush()
    ctx.session.expire_all()
    assert {**columns(by_hand), "id": 0, "number": ""} == {**columns(by_session), "id": 0, "number": ""}
    assert (by_hand.version, by_hand.caller_tail, by_hand.score) == (1, "1234", None)


def test_what_was_inserted_is_clean_and_its_changes_are_written(ctx, count_sql):
    made = new_request()
    hot_records.insert_new(ctx.session, made)
    assert inspect(made).persistent
    with count_sql() as sql:
        ctx.session.flush()
        assert ctx.session.get(RepairRequest, made.id) is made
        assert made.score is None
    assert sql.count == 0
    made.score = 4
    ctx.session.flush()
    query = select(RepairRequest.score).where(RepairRequest.number == "BX1")
    assert ctx.session.scalar(query) == 4


def test_what_was_inserted_in_a_savepoint_is_gone_with_it(ctx):
    first = new_request()
    savepoint = ctx.session.begin_nested()
    hot_records.insert_new(ctx.session, first)
    savepoint.rollback()
    assert first not in ctx.session
    second = new_request()
    hot_records.insert_new(ctx.session, second)
    assert ctx.session.scalars(select(RepairRequest)).all() == [second]


def test_what_waits_in_the_session_is_written_before(ctx):
    other = new_request("BX2")
    hot_records.insert_new(ctx.session, other)
    other.score = 5
    hot_records.insert_new(ctx.session, new_request(merged_into_id=other.id))
    assert other not in ctx.session.dirty


@pytest.mark.parametrize("for_update", [False, True])
def test_what_is_loaded_is_the_sessions_own_object(ctx, count_sql, for_update):
    hot_records.insert_new(ctx.session, made := new_request())
    number, kept = made.id, columns(made)
    ctx.session.expunge(made)
    with count_sql() as sql:
        found = hot_records.load(ctx.session, RepairRequest, number, for_update=for_update)
        assert columns(found) == kept
        ctx.session.flush()
    assert sql.count == 1
    assert ctx.session.get(RepairRequest, number) is found
    found.caller_phone = "13900005678"
    ctx.session.flush()
    ctx.session.expire(found)
    assert found.caller_tail == "5678"


def test_nothing_is_loaded_for_an_id_that_nobody_has(ctx):
    assert hot_records.load(ctx.session, RepairRequest, 1) is None


def test_what_the_session_holds_or_what_has_parts_elsewhere_is_left_to_it(ctx):
    hot_records.insert_new(ctx.session, made := new_request())
    assert not hot_records.can_load(ctx.session, RepairRequest, made.id)
    assert hot_records.can_load(ctx.session, RepairRequest, made.id + 1)
    assert not hot_records.can_load(ctx.session, Article, 1)
