from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Float, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from shuhua_core.kernel.errors import Invalid
from shuhua_core.kernel.paging import after, decode_cursor, encode_cursor
from shuhua_core.kernel.types import BigInt, Money, UtcDateTime, code_string


class Base(DeclarativeBase):
    """Apart from the models of the application."""


class Row(Base):
    __tablename__ = "paging_rows"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    word: Mapped[str | None] = mapped_column(code_string(20))
    count: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    day: Mapped[date | None]
    amount: Mapped[Decimal | None] = mapped_column(Money)
    score: Mapped[float | None] = mapped_column(Float)


START = datetime(2026, 1, 1, tzinfo=UTC)
VALUES = {
    "word": st.sampled_from(["a", "b", "文", "张 三", "　", "~"]),
    "count": st.integers(-2, 2),
    "at": st.integers(0, 3).map(lambda minutes: START + timedelta(minutes=minutes, microseconds=minutes)),
    "day": st.integers(0, 3).map(lambda days: date(2026, 1, 1) + timedelta(days=days)),
    "amount": st.integers(0, 300).map(lambda fen: Decimal(fen) / 100),
    "score": st.sampled_from([0.0, 1.5, 2.0]),
}


@pytest.fixture(scope="module")
def paging_engine(backend, template):
    url = template.copy()
    engine = create_engine(url)
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()
    template.drop(url)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), name=st.sampled_from(sorted(VALUES)), descending=st.booleans(), limit=st.integers(1, 4))
def test_pages_neither_repeat_nor_skip_rows(paging_engine, data, name, descending, limit):
    values = data.draw(st.lists(st.one_of(st.none(), VALUES[name]), max_size=9))
    column = getattr(Row, name)
    with Session(paging_engine) as session:
        session.add_all(Row(id=number, **{name: value}) for number, value in enumerate(values, 1))
        session.flush()
        session.expire_all()
        seen, cursor = [], None
        while True:
            rows = session.scalars(after(select(Row), column, Row.id, descending=descending, cursor=cursor, limit=limit)).all()
            seen += rows[:limit]
            if len(rows) <= limit:
                break
            last = rows[limit - 1]
            cursor = encode_cursor(getattr(last, name), last.id)
        assert sorted(row.id for row in seen) == list(range(1, len(values) + 1))
        given_values = [getattr(row, name) for row in seen if getattr(row, name) is not None]
        assert given_values == sorted(given_values, reverse=descending)
        assert all(getattr(row, name) is None for row in seen[len(given_values) :])
        session.rollback()


@given(value=st.one_of(st.none(), *VALUES.values()), record_id=st.integers(1, 2**62))
def test_a_cursor_comes_back_as_it_went(value, record_id):
    assert decode_cursor(encode_cursor(value, record_id)) == (value, record_id)


@settings(max_examples=300)
@given(cursor=st.one_of(st.text(max_size=60), st.binary(max_size=40).map(lambda raw: raw.decode("latin-1"))))
def test_a_made_up_cursor_is_told_to_be_invalid(cursor):
    with suppress(Invalid):
        decode_cursor(cursor)


@pytest.mark.parametrize(
    "value",
    [10**30, "a\0b", "\ud800", START.replace(tzinfo=None), True, [1], {"a": 1}],
    ids=["huge", "nul", "surrogate", "naive", "bool", "list", "object"],
)
@pytest.mark.parametrize("name", sorted(VALUES))
def test_a_cursor_of_another_list_never_reaches_the_database(paging_engine, name, value):
    cursor = encode_cursor(value, 1)
    with Session(paging_engine) as session, pytest.raises(Invalid):
        session.scalars(after(select(Row), getattr(Row, name), Row.id, descending=False, cursor=cursor, limit=2)).all()


@pytest.mark.parametrize("record_id", [10**30, 1.5, "1", True, None])
def test_a_cursor_with_a_strange_id_is_refused(record_id):
    with pytest.raises(Invalid):
        decode_cursor(encode_cursor("a", record_id))
