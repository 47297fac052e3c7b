"""What the search field of a list finds, and quick ranges of days."""

from __future__ import annotations

from datetime import date

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from shuhua_core.kernel.actor import Actor, Grant, ScopeKind
from shuhua_web.archives.listing import CUSTOMER_LIST, MODEL_LIST, PROJECT_LIST
from shuhua_web.listing import search
from shuhua_web.listing.filters import RANGES, days_of
from shuhua_web.repairs.listing import REPAIRS
from shuhua_web.sites.listing import EQUIPMENT_LIST, SITE_LIST
from shuhua_web.tasks.listing import TASKS
from tests.web.work import flow_in


@pytest.fixture
def numbers(deployment, world):
    """Two requests with phones."""
    with flow_in(deployment, world) as flow:
        first = flow.report(symptom="漫步机踏板松动，有异响")
        second = flow.report("customer_2", "two_1", symptom="Handle broken")
        first.caller_phone, second.caller_phone = "13900001234", "059588885678-12"
        return [first.number, second.number]


def found(office, text, path="/repairs"):
    page = BeautifulSoup(office.get(path, {"q": text}).text, "html.parser")
    return {row.select_one(".grid-first").get_text(strip=True) for row in page.select("table.grid > tbody > tr")}


def test_words_of_two_characters_are_found_anywhere_in_a_text(office, numbers):
    assert found(office, "踏板") == {numbers[0]}
    assert found(office, "异响") == {numbers[0]}
    assert found(office, "响") == {numbers[0]}
    assert found(office, "响异") == set()
    assert found(office, "handle BROKEN") == {numbers[1]}


def test_a_place_is_found_by_its_name(office, numbers):
    assert found(office, "公园") == set(numbers)


def test_a_phone_is_found_by_its_last_four_digits_and_as_a_whole(office, numbers):
    assert found(office, "1234") >= {numbers[0]}
    assert found(office, "5678") == {numbers[1]}
    assert found(office, "139 0000 1234") == {numbers[0]}
    assert found(office, "+86 13900001234") == {numbers[0]}
    assert found(office, "0002", "/customers") == {"KH2"}


def test_a_number_is_found_by_how_it_begins_in_any_case(office, numbers):
    assert found(office, numbers[0]) == {numbers[0]}
    assert found(office, numbers[0].lower()) == {numbers[0]}
    assert found(office, numbers[0][:10]) == set(numbers)
    assert found(office, "AZ1", "/sites") == {"AZ1"}


WORDS = [
    "踏板",
    "异响",
    "响",
    "公园",
    "测试",
    "测试公园",
    "扶手断裂",
    "手断",
    "handle BROKEN",
    "Handle",
    "l",
    "HYPERLINK(1",
    "绝无",
    "%",
    "_",
]
CODES = ["1", "00", "0001", "1234", "KH", "kh2", "AZ1", "RW", "2026"]
LISTS = [REPAIRS, TASKS, SITE_LIST, EQUIPMENT_LIST, CUSTOMER_LIST, PROJECT_LIST, MODEL_LIST]


@pytest.mark.parametrize("listing", LISTS, ids=lambda each: each.name)
@pytest.mark.usefixtures("filled")
def test_what_the_indexes_find_is_what_a_comparison_of_every_row_finds(deployment, listing, monkeypatch):
    everything = {listing.permission: (Grant(ScopeKind.ALL),)}
    some = 0
    with deployment.database.read() as session:
        ctx = deployment.context(session, Actor(kind="user", user_id=1, grants=everything))

        def ids(text):
            return session.scalars(select(listing.model.id).where(listing.search(ctx, text)).order_by(listing.model.id)).all()

        for text in (*WORDS, *CODES):
            monkeypatch.setattr(search, "FEW", 10_000)
            found = ids(text)
            monkeypatch.setattr(search, "FEW", -1)
            assert ids(text) == found, text
            some += len(found)
    assert some > 0


def test_a_word_that_many_rows_have_is_found_too(office, numbers, monkeypatch):
    monkeypatch.setattr(search, "FEW", 1)
    assert found(office, "公园") == set(numbers)
    assert found(office, "踏板") == {numbers[0]}
    assert found(office, "绝无") == set()


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("today", date(2026, 11, 22)),
        ("week", date(2026, 11, 16)),
        ("month", date(2026, 11, 1)),
        ("quarter", date(2026, 10, 1)),
        ("year", date(2026, 1, 1)),
    ],
)
def test_quick_ranges_begin_where_the_office_says(name, first):
    assert name in RANGES
    assert days_of(name, date(2026, 11, 22)) == (first, date(2026, 11, 22))


def test_a_range_that_there_is_not_is_refused(office):
    office.get("/repairs", {"created_range": "decade"}, status=422)
