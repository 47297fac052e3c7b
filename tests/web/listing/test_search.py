"""What the search field of a list finds, and quick ranges of days."""

from __future__ import annotations

from datetime import date

import pytest
from bs4 import BeautifulSoup

from shuhua_web.listing.filters import RANGES, days_of
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
