"""A customer's use of what was bought, beside the customer's facts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from shuhua_core.sites.models import Equipment
from tests.web.client import OfficeClient
from tests.web.work import flow_in, in_english


@pytest.fixture
def browser(as_) -> Callable[[str], OfficeClient]:
    return in_english(as_)


@pytest.fixture
def used(deployment, world) -> None:
    """Customer one: a task completed, an open request, a piece past its safe life and one near it."""
    with flow_in(deployment, world) as flow:
        flow.to_completed(flow.to_assigned(flow.approve(flow.report(symptom="松动"))))
        flow.report(symptom="踏板断裂", piece="one_2")
        session = flow.ctx.session
        session.get_one(Equipment, world.pieces["one_1"].id).safe_life_to = date(2026, 11, 21)
        session.get_one(Equipment, world.pieces["one_2"].id).safe_life_to = date(2027, 5, 1)


def figures(page) -> dict[str, tuple[str, str]]:
    return {card.span.text: (card.b.text, card["href"]) for card in page.html.select(".figure-card")}


def test_the_customers_page_loads_use_and_needs_after_it(browser, world, used):
    office = browser("leader")
    page = office.get(f"/customers/{world.customers['one'].id}")
    href = page.html.select_one("[hx-trigger=load]")["hx-get"]
    found = figures(office.get(href))
    assert (found["Pieces in use"][0], found["Requests in a year"][0], found["Completed tasks"][0]) == ("2", "2", "1")
    assert found["Last contact"][0].startswith("2026-11-22")
    assert "Value of projects" in found


def test_each_need_and_each_figure_leads_to_what_it_is_about(browser, world, used):
    office = browser("leader")
    page = office.get(f"/customers/{world.customers['one'].id}/use")
    needs = {link.text: link["href"] for link in page.html.select(".list-group a")}
    assert len(needs) == 3
    for words, href in needs.items():
        rows = len(office.get(href).html.select(".grid tbody tr"))
        assert rows == (2 if "requests in a year" in words else 1), words
    for label in ("Pieces in use", "Requests in a year", "Open requests", "Completed tasks"):
        value, href = figures(page)[label]
        assert len(office.get(href).html.select(".grid tbody tr")) == int(value), label
    for link in page.html.select(".grid td a[href*='_id=']"):
        assert len(office.get(link["href"]).html.select(".grid tbody tr")) == int(link.text)


def test_only_who_may_see_the_customer_sees_the_use_and_statements_are_few(browser, world, used, count_requests_sql):
    one, other = (world.customers[name].id for name in ("one", "other"))
    browser("dispatcher").get(f"/customers/{other}/use", status=404)
    office = browser("leader")
    office.get(f"/customers/{one}/use")
    counts = []
    for customer in (one, other):
        with count_requests_sql() as sql:
            office.get(f"/customers/{customer}/use")
        counts.append(sql.count)
    assert counts[0] == counts[1] <= 21
