"""Statements that run by the driver's own cursor do what the session would do with them."""

import uuid
from datetime import UTC, datetime

import pytest
from sqlalchemy import Date, Float, Integer, bindparam, cast, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from shuhua_core.kernel.idempotency import StoredAnswer
from shuhua_core.kernel.numbering import NumberSeries
from shuhua_core.kernel.outbox import OutboxEntry
from shuhua_core.kernel.prepared import Prepared

AT = datetime(2026, 11, 22, 1, 2, 3, 456789, tzinfo=UTC)
ANSWERS = StoredAnswer.__table__
KEEP = Prepared(insert(ANSWERS), [column.name for column in ANSWERS.c])
KEPT = Prepared(select(ANSWERS).where(ANSWERS.c.key == bindparam("key")))


def answer(**more):
    """A row with a moment, JSON, a number and a NULL."""
    return {
        "space": "user:1", "key": str(uuid.uuid4()), "fingerprint": "0" * 64, "status": 201, "location": None,
        "body": {"名": ["值", 1, None]}, "created_at": AT, **more,
    }  # fmt: skip


def test_values_and_columns_keep_their_types(ctx):
    row = answer()
    KEEP.run(ctx.session, row)
    assert KEPT.row(ctx.session, {"key": row["key"]})._asdict() == row
    assert ctx.session.get(StoredAnswer, ("user:1", row["key"])).body == row["body"]


def test_a_naive_moment_is_refused_here_too(ctx):
    with pytest.raises(ValueError, match="naive"):
        KEEP.run(ctx.session, answer(created_at=AT.replace(tzinfo=None)))


def test_no_row_is_none_and_no_rows_are_none_at_all(ctx):
    nothing = {"key": "none"}
    assert (KEPT.row(ctx.session, nothing), KEPT.scalar(ctx.session, nothing), KEPT.rows(ctx.session, nothing)) == (
        None,
        None,
        [],
    )


def test_what_the_session_has_not_written_yet_is_read(ctx):
    ctx.session.add(NumberSeries(series="new", next=7))
    found = Prepared(select(NumberSeries.__table__.c.next).where(NumberSeries.series == bindparam("series")))
    assert found.scalar(ctx.session, {"series": "new"}) == 7


def test_defaults_of_columns_are_filled_in_and_those_made_anew_are_asked_for(ctx):
    row = {
        "message_id": str(uuid.uuid4()), "event": "x", "record_kind": "task", "record_id": 1, "payload": {}, "created_at": AT,
        "available_at": AT,
    }  # fmt: skip
    with pytest.raises(ValueError, match="delivered"):
        Prepared(insert(OutboxEntry.__table__), list(row)).run(ctx.session, row)
    row["delivered"] = []
    Prepared(insert(OutboxEntry.__table__), list(row)).run(ctx.session, row)
    entry = ctx.session.scalars(select(OutboxEntry).where(OutboxEntry.message_id == row["message_id"])).one()
    assert (entry.attempts, entry.gave_up, entry.txid, entry.delivered) == (0, False, 0, [])


def test_a_value_that_is_missing_is_no_null(ctx):
    row = answer()
    del row["location"]
    with pytest.raises(KeyError, match="location"):
        KEEP.run(ctx.session, row)


def test_a_list_of_values_is_left_to_the_session(ctx):
    several = Prepared(select(ANSWERS).where(ANSWERS.c.key.in_(bindparam("keys", expanding=True))))
    with pytest.raises(ValueError, match="let the session run it"):
        several.rows(ctx.session, {"keys": ["a", "b"]})


def test_refusals_of_the_database_are_those_of_sqlalchemy_without_the_values(ctx):
    row = answer(space="user:13900007777")
    KEEP.run(ctx.session, row)
    with pytest.raises(IntegrityError) as refused, ctx.session.begin_nested():
        KEEP.run(ctx.session, row)
    assert refused.value.orig is not None
    assert "INSERT INTO idempotency_keys" in str(refused.value)
    assert "13900007777" not in str(refused.value).replace(str(refused.value.orig), "")
    with pytest.raises(DBAPIError), ctx.session.begin_nested():
        Prepared(text("SELECT 1 FROM no_such_table")).rows(ctx.session, {})


def test_they_are_counted_with_the_others(ctx, count_sql):
    with count_sql() as sql:
        KEPT.rows(ctx.session, {"key": "none"})
    assert sql.count == 1
    assert "idempotency_keys" in sql.statements[0]


@pytest.mark.postgres
def test_a_connection_that_was_cut_is_not_used_again(deployment):
    """As when the server goes away while a request runs: the next one gets another connection."""
    with deployment.database.read() as session, deployment.database.read() as other:
        pid = session.scalar(text("SELECT pg_backend_pid()"))
        other.scalar(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        with pytest.raises(OperationalError) as cut:
            KEPT.rows(session, {"key": "none"})
        assert cut.value.connection_invalidated
        session.rollback()
        assert KEPT.rows(session, {"key": "none"}) == []


def test_attributes_stand_on_every_row(ctx):
    series = Prepared(select(NumberSeries.__table__), attributes={"__scope__": "everywhere"})
    ctx.session.add_all([NumberSeries(series="a", next=1), NumberSeries(series="b", next=2)])
    rows = series.rows(ctx.session, {})
    assert {(row.series, row.next) for row in rows} >= {("a", 1), ("b", 2)}
    assert {row.__scope__ for row in rows} == {"everywhere"}


def test_numbers_with_a_fraction_come_as_they_are(ctx):
    half = Prepared(select(cast(bindparam("n", type_=Integer), Float(53)) / 2, bindparam("date", type_=Date)))
    assert half.rows(ctx.session, {"n": 5, "date": AT.date()}) == [(2.5, AT.date())]
