"""Statements of a list that are kept: built once, and never the wrong one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from webob.multidict import MultiDict

from shuhua_core.accounts.models import User
from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.actor import Actor, Grant, ScopeKind
from shuhua_core.kernel.errors import Invalid
from shuhua_core.testing.world import build_world
from shuhua_web.listing import ChoiceFilter, Column, Listing, kept


def people(depends, *, built):
    def is_old(ctx):
        built.append("column")
        return User.created_at < ctx.now

    return Listing(
        name="people",
        model=User,
        permission=Permission.ACCOUNTS_VIEW,
        title="People",
        columns=(
            Column("login", "Login", User.login, sort=True, nullable=False),
            Column("phone", "Phone", User.phone, kind="phone"),
            Column("old", "Old", is_old, kind="boolean", nullable=False, depends=depends),
        ),
        filters=(ChoiceFilter("kind", "Kind", User.kind, {"system": ("系统", "System"), "customer": ("客户", "Customer")}),),
        search=(User.login,),
        default_sort="login",
    )


def ask(listing, ctx, **params):
    return listing.api_page(ctx, MultiDict({"limit": "100", **params})).items


@pytest.fixture
def everybody(ctx, acting):
    build_world(ctx.session)
    return acting(Actor(kind="user", user_id=1, grants={Permission.ACCOUNTS_VIEW: (Grant(ScopeKind.ALL),)}))


def test_a_statement_is_built_once_and_takes_the_moment_anew(everybody):
    built = []
    listing = people(lambda _ctx: 1, built=built)
    before = replace(everybody, now=everybody.now - timedelta(days=9000))
    after = replace(everybody, now=everybody.now + timedelta(days=9))
    assert {item["old"] for item in ask(listing, before)} == {False}
    assert {item["old"] for item in ask(listing, after)} == {True}
    assert built == ["column"]


def test_what_a_column_depends_on_makes_another_statement(everybody):
    built, version = [], [1]
    listing = people(lambda _ctx: version[0], built=built)
    ask(listing, everybody)
    version[0] = 2
    ask(listing, everybody)
    assert len(built) == 2


def test_a_column_that_does_not_say_what_it_depends_on_is_built_each_time(everybody):
    built = []
    listing = people(None, built=built)
    assert ask(listing, everybody) == ask(listing, everybody)
    assert len(built) == 2


def test_filters_order_place_and_rights_each_have_their_own(everybody, acting):
    listing = people(lambda _ctx: 1, built=[])
    everyone = [item["login"] for item in ask(listing, everybody)]
    assert [item["login"] for item in ask(listing, everybody, sort="-login")] == everyone[::-1]
    customers = [item["login"] for item in ask(listing, everybody, kind="customer")]
    assert customers
    assert set(customers) < set(everyone)
    nobody = acting(Actor(kind="user", user_id=1, grants={}))
    assert ask(listing, nobody) == []
    assert [item["login"] for item in ask(listing, everybody)] == everyone


def test_kept_pages_follow_each_other_without_gap(everybody):
    listing = people(lambda _ctx: 1, built=[])
    seen, cursor = [], None
    while True:
        page = listing.api_page(everybody, MultiDict({"limit": "4", **({"cursor": cursor} if cursor else {})}))
        seen += [item["login"] for item in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert seen == [item["login"] for item in ask(listing, everybody)]


def test_a_kept_item_masks_phones_as_every_other_does(everybody):
    for user in everybody.session.query(User):
        user.phone = "13900000001"
    everybody.session.flush()
    assert {item["phone"] for item in ask(people(lambda _ctx: 1, built=[]), everybody)} == {"139****0001"}


def test_a_wrong_word_is_refused_and_no_statement_is_kept_of_it(everybody):
    listing = people(lambda _ctx: 1, built=[])
    for _attempt in range(2):
        with pytest.raises(Invalid):
            ask(listing, everybody, kind="elephant")


def test_there_are_never_more_than_a_number_of_them(everybody, monkeypatch):
    monkeypatch.setattr(kept, "AT_MOST", 3)
    listing = people(lambda _ctx: 1, built=[])
    for sort in ("login", "-login", "id", "-id", "login"):
        assert ask(listing, everybody, sort=sort)
        assert len(listing._kept._kept) <= 3
