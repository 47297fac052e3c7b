"""Lists: scope, filters, keyset pages."""

from datetime import UTC, datetime

import pytest
from webob.multidict import MultiDict

from shuhua_core.accounts.models import Organisation, User
from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.actor import Actor, Grant, ScopeKind
from shuhua_core.kernel.errors import Invalid
from shuhua_core.testing.world import build_world
from shuhua_web.listing import ChoiceFilter, Column, DateRange, DivisionFilter, FlagFilter, Listing, RecordFilter, TextFilter

PEOPLE = Listing(
    name="people",
    model=User,
    permission=Permission.ACCOUNTS_VIEW,
    title="People",
    columns=(
        Column("login", "Login", User.login, sort=True, nullable=False),
        Column("unit", "Unit", Organisation.name, sort=True),
        Column("phone", "Phone", User.phone, kind="phone"),
        Column("created_at", "Added", User.created_at, kind="moment", sort=True, nullable=False),
    ),
    source=lambda query: query.outerjoin(Organisation, Organisation.id == User.organisation_id),
    filters=(
        TextFilter("name", "Name", User.name),
        ChoiceFilter("kind", "Kind", User.kind, {"system": ("系统", "System"), "customer": ("客户", "Customer")}),
        DateRange("created", "Added", User.created_at),
        DivisionFilter("division", "Division", User.division_code),
        RecordFilter("organisation_id", "Unit", User.organisation_id),
        FlagFilter("active", "Active", User.active.is_(True)),
    ),
    search=(User.login,),
    default_sort="login",
)


@pytest.fixture
def everybody(ctx, acting):
    world = build_world(ctx.session)
    return world, acting(Actor(kind="user", user_id=1, grants={Permission.ACCOUNTS_VIEW: (Grant(ScopeKind.ALL),)}))


def logins(ctx, **params):
    return [item["login"] for item in PEOPLE.api_page(ctx, MultiDict({"limit": "100", **params})).items]


@pytest.mark.parametrize("sort", ["login", "-login", "unit", "-unit", "created_at", "-created_at", "id", "-id"])
def test_pages_neither_repeat_nor_skip_a_row_in_any_order(everybody, sort):
    _world, ctx = everybody
    seen, cursor = [], None
    while True:
        page = PEOPLE.api_page(ctx, MultiDict({"limit": "7", "sort": sort, **({"cursor": cursor} if cursor else {})}))
        seen += [item["id"] for item in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == PEOPLE.api_page(ctx, MultiDict({"total": "true"})).total
    assert seen == [item["id"] for item in PEOPLE.api_page(ctx, MultiDict({"limit": "100", "sort": sort})).items]


def test_a_list_shows_what_the_scope_reaches_and_nothing_without_the_permission(everybody, acting):
    world, _ctx = everybody
    path = world.units["branch"].path
    scoped = acting(Actor(kind="user", user_id=1, grants={Permission.ACCOUNTS_VIEW: (Grant(ScopeKind.ORGANISATION, path),)}))
    found = logins(scoped)
    assert "dispatcher" in found
    assert "dispatcher_other" not in found
    assert logins(acting(Actor(kind="user", user_id=1))) == []


def test_filters_narrow(everybody):
    world, ctx = everybody
    assert set(logins(ctx, kind="customer")) == {"customer", "customer_2", "customer_other"}
    assert logins(ctx, q="AUDIT") == ["auditor"]
    assert set(logins(ctx, division="35")) == {"collector", "authority"}
    assert logins(ctx, division="36") == []
    assert set(logins(ctx, organisation_id=str(world.units["agent_2"].id))) == {"agent_manager_2", "repairer_2"}
    assert logins(ctx, active="false") == []


@pytest.mark.parametrize("text", ["%", "_", "\\", "'", "' OR 1=1 --"])
def test_characters_of_patterns_and_sql_mean_themselves(everybody, text):
    _world, ctx = everybody
    assert logins(ctx, q=text) == [login for login in logins(ctx) if text in login]


def test_a_day_is_a_day_of_the_deployment(everybody):
    _world, ctx = everybody
    user = ctx.session.get(User, everybody[0].users["auditor"])
    user.created_at = datetime(2026, 3, 1, 15, 59, tzinfo=UTC)  # 23:59 in China
    ctx.session.flush()
    assert logins(ctx, created_from="2026-03-01", created_to="2026-03-01") == ["auditor"]
    assert "auditor" not in logins(ctx, created_from="2026-03-02")
    user.created_at = datetime(2026, 3, 1, 16, 0, tzinfo=UTC)  # midnight
    ctx.session.flush()
    assert logins(ctx, created_from="2026-03-02", created_to="2026-03-02") == ["auditor"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("color", "red"),
        ("kind", "alien"),
        ("created_from", "2026-02-30"),
        ("created_from", "yesterday"),
        ("division", "x"),
        ("organisation_id", "-1"),
        ("organisation_id", "9" * 30),
        ("active", "maybe"),
        ("sort", "phone"),
        ("sort", "password_hash"),
        ("limit", "0"),
        ("limit", "101"),
        ("limit", "ten"),
        ("cursor", "nonsense"),
        ("total", "1"),
        ("q", "a\x00b"),
        ("q", "x" * 101),
    ],
)
def test_a_wrong_parameter_is_named(everybody, name, value):
    _world, ctx = everybody
    with pytest.raises(Invalid) as refused:
        PEOPLE.api_page(ctx, MultiDict({name: value}))
    assert set(refused.value.errors) == {name}


def test_a_cursor_of_another_order_is_refused(everybody):
    _world, ctx = everybody
    cursor = PEOPLE.api_page(ctx, MultiDict({"limit": "1", "sort": "login"})).next
    with pytest.raises(Invalid):
        PEOPLE.api_page(ctx, MultiDict({"cursor": cursor, "sort": "created_at"}))


def test_a_phone_is_masked_for_programs_too(everybody):
    world, ctx = everybody
    ctx.session.get(User, world.users["auditor"]).phone = "+86 139-0000-1234"
    ctx.session.flush()
    item = PEOPLE.api_page(ctx, MultiDict({"q": "auditor"})).items[0]
    assert item["phone"] == "139****1234"
    assert set(item) == set(PEOPLE.item_schema()["properties"])


def test_two_columns_of_one_name_are_refused_at_start():
    with pytest.raises(ValueError, match="twice"):
        Listing(
            name="x",
            model=User,
            permission="x",
            title="",
            columns=(Column("a", "", User.id), Column("a", "", User.id)),
        )
