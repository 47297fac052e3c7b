"""The rule in SQL and the rule on a loaded record are one rule."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import BigInteger, String, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from shuhua_core.kernel.actor import SYSTEM, Actor, Grant, ScopeKind
from shuhua_core.kernel.errors import NotFound
from shuhua_core.kernel.scope import ScopeColumns, covers, get_visible, prefix_range, read_visible, visible
from shuhua_core.kernel.types import BigInt, code_string


class Base(DeclarativeBase):
    """Apart from the models of the application."""


class Thing(Base):
    __tablename__ = "scope_things"
    __scope__ = ScopeColumns(
        "thing",
        division="division_code",
        organisation="organisation_path",
        own={"user_id": "owner_id", "customer_id": "customer_id"},
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    division_code: Mapped[str | None] = mapped_column(code_string(12))
    organisation_path: Mapped[str | None] = mapped_column(code_string(60))
    owner_id: Mapped[int | None] = mapped_column(BigInteger)
    customer_id: Mapped[int | None] = mapped_column(BigInteger)


class Plain(Base):
    """A table that no scope but ``all`` reaches."""

    __tablename__ = "scope_plain"
    __scope__ = ScopeColumns("plain")

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    name: Mapped[str | None] = mapped_column(String(10))


DIVISIONS = [None, "", "35", "3505", "350582", "350583", "36", "3506", "350582103"]
PATHS = [None, "/1/", "/1/7/", "/1/70/", "/1/7/9/", "/1/8/"]
IDS = [None, 1, 2]

things = st.builds(
    dict,
    division_code=st.sampled_from(DIVISIONS),
    organisation_path=st.sampled_from(PATHS),
    owner_id=st.sampled_from(IDS),
    customer_id=st.sampled_from(IDS),
)
grants = st.one_of(
    st.builds(Grant, st.just(ScopeKind.DIVISION), st.sampled_from(DIVISIONS)),
    st.builds(Grant, st.sampled_from([ScopeKind.ORGANISATION, ScopeKind.AGENT]), st.sampled_from(PATHS)),
    st.builds(Grant, st.sampled_from([ScopeKind.ALL, ScopeKind.OWN])),
)
actors = st.builds(
    lambda grants, user_id, customer_id, holds: Actor(
        "user",
        user_id=user_id,
        customer_id=customer_id,
        grants={"things.view": tuple(grants)} if grants else {},
        holds=frozenset(holds),
    ),
    st.lists(grants, max_size=3),
    st.sampled_from(IDS),
    st.sampled_from(IDS),
    st.lists(st.tuples(st.sampled_from(["thing", "other"]), st.integers(1, 6)), max_size=2),
)


@pytest.fixture(scope="module")
def scope_engine(backend, template):
    url = template.copy()
    engine = create_engine(url)
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()
    template.drop(url)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(things, min_size=1, max_size=6), actor=actors)
def test_sql_and_python_agree_on_every_row(scope_engine, rows, actor):
    with Session(scope_engine) as session:
        session.add_all(Thing(id=number, **row) for number, row in enumerate(rows, 1))
        session.flush()
        by_sql = set(session.scalars(select(Thing.id).where(visible(Thing, actor, "things.view"))))
        by_python = {thing.id for thing in session.scalars(select(Thing)) if covers(thing, actor, "things.view")}
        assert by_sql == by_python
        session.rollback()


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.lists(st.text(alphabet="/0123456789a~é文", min_size=1, max_size=6), min_size=1, max_size=5, unique=True),
    prefix=st.text(alphabet="/0123456789a~é文", min_size=1, max_size=3),
)
def test_a_prefix_is_a_range_of_the_index_in_any_script(scope_engine, values, prefix):
    with Session(scope_engine) as session:
        session.add_all(Thing(id=number, organisation_path=value) for number, value in enumerate(values, 1))
        session.flush()
        found = set(session.scalars(select(Thing.organisation_path).where(prefix_range(Thing.organisation_path, prefix))))
        assert found == {value for value in values if value.startswith(prefix)}
        session.rollback()


def test_a_sibling_whose_number_begins_alike_is_out_of_scope(scope_engine):
    actor = Actor("user", user_id=1, grants={"things.view": (Grant(ScopeKind.ORGANISATION, "/1/7/"),)})
    assert not covers(Thing(id=1, organisation_path="/1/70/"), actor, "things.view")
    assert covers(Thing(id=1, organisation_path="/1/7/9/"), actor, "things.view")


def test_an_agent_grant_reaches_exactly_this_unit(scope_engine):
    actor = Actor("user", user_id=1, grants={"things.view": (Grant(ScopeKind.AGENT, "/1/7/"),)})
    assert covers(Thing(id=1, organisation_path="/1/7/"), actor, "things.view")
    assert not covers(Thing(id=1, organisation_path="/1/7/9/"), actor, "things.view")


def test_a_permission_that_is_not_held_reaches_nothing(scope_engine):
    actor = Actor("user", user_id=1, grants={"things.edit": (Grant(ScopeKind.ALL),)})
    with Session(scope_engine) as session:
        session.add(Thing(id=1))
        session.flush()
        assert session.scalars(select(Thing).where(visible(Thing, actor, "things.view"))).all() == []
        assert not covers(session.get(Thing, 1), actor, "things.view")
        session.rollback()


@pytest.mark.parametrize("read", [get_visible, read_visible])
def test_absent_and_out_of_scope_answer_alike(scope_engine, read):
    actor = Actor("user", user_id=1, grants={"things.view": (Grant(ScopeKind.OWN),)})
    with Session(scope_engine) as session:
        session.add(Thing(id=1, owner_id=2))
        session.flush()
        with pytest.raises(NotFound) as foreign:
            read(session, Thing, actor, "things.view", 1)
        with pytest.raises(NotFound) as absent:
            read(session, Thing, actor, "things.view", 99)
        assert (foreign.value.message, foreign.value.details) == (absent.value.message, absent.value.details)
        session.rollback()


def test_the_columns_of_a_record_are_read_under_the_same_rule(scope_engine):
    actor = Actor("user", user_id=1, grants={"things.view": (Grant(ScopeKind.OWN),)})
    with Session(scope_engine) as session:
        session.add(Thing(id=1, owner_id=1, organisation_path="/1/7/"))
        row = read_visible(session, Thing, actor, "things.view", 1)
        assert (row.id, row.owner_id, row.organisation_path, row.division_code) == (1, 1, "/1/7/", None)
        assert covers(row, actor, "things.view")
        assert not covers(row, actor, "things.edit")
        session.rollback()


def test_for_update_reads_the_row_as_it_is_now(scope_engine):
    with Session(scope_engine) as session:
        session.add(Thing(id=1, owner_id=1))
        session.flush()
        session.execute(Thing.__table__.update().values(owner_id=2))
        assert get_visible(session, Thing, SYSTEM, "things.view", 1, for_update=True).owner_id == 2
        session.rollback()


@pytest.mark.parametrize("scope", [ScopeKind.DIVISION, ScopeKind.ORGANISATION, ScopeKind.AGENT, ScopeKind.OWN])
def test_a_kind_of_scope_without_its_column_reaches_no_row(scope_engine, scope):
    actor = Actor("user", user_id=1, customer_id=1, grants={"plain.view": (Grant(scope, "/1/"),)})
    with Session(scope_engine) as session:
        session.add(Plain(id=1))
        session.flush()
        assert session.scalars(select(Plain).where(visible(Plain, actor, "plain.view"))).all() == []
        assert not covers(session.get(Plain, 1), actor, "plain.view")
        session.rollback()


def test_the_holder_of_a_code_reaches_that_record_only(scope_engine):
    public = Actor("public", grants={"things.view": (Grant(ScopeKind.OWN),)}, holds=frozenset({("thing", 2), ("other", 1)}))
    assert covers(Thing(id=2), public, "things.view")
    assert not covers(Thing(id=1), public, "things.view")
