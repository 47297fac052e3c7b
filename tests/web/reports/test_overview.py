"""The leader's page: figures that lead to the rows that they count, its periods, and its paper."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

import pytest
from pypdf import PdfReader

from shuhua_core.testing.flow import FOLLOW_UP
from tests.web.client import OfficeClient
from tests.web.work import flow_in, in_english


@pytest.fixture
def browser(as_) -> Callable[[str], OfficeClient]:
    return in_english(as_)


@pytest.fixture
def work(deployment, world) -> None:
    """Two completed tasks, one of them sent to rework; one that nobody has touched for a month; one just received."""
    with flow_in(deployment, world) as flow:
        good, back = (flow.to_completed(flow.to_assigned(flow.approve(flow.report(symptom=each)))) for each in ("松动", "又松动"))
        flow.task("followup_clerk", good, "follow_up", **FOLLOW_UP)
        flow.task("followup_clerk", back, "rework", reason="仍然松动")
        flow.task("repairer", back, "start")
        flow.task("repairer", back, "complete", result="repaired", cause="轴承磨损", remedy="更换轴承")
        behind = flow.approve(flow.report(symptom="踏板断裂", piece="one_2"))
        behind.due_at = flow.ctx.now
        flow.report(symptom="异响", piece="one_2")


def figures(page) -> dict[str, tuple[str, str]]:
    return {card.span.text: (card.b.text, card["href"]) for card in page.html.select(".figure-card")}


def test_the_page_shows_figures_trend_rankings_and_the_map(browser, work):
    page = browser("leader").get("/overview")
    found = {label: value for label, (value, _href) in figures(page).items()}
    assert found["Requests received"] == "4"
    assert found["Completed tasks"] == "2"
    assert found["First-time fix rate"] == "50.0 %"
    assert found["On-time rate"] == "100.0 %"
    assert found["Satisfaction"] == "4.7"
    assert found["Overdue tasks"] == "1"
    assert found["Median time to first action"] != "–"
    chart = json.loads(page.html.select_one("[data-chart]")["data-chart"])
    assert [line["data"][-1]["value"] for line in chart["series"]] == [4, 2]
    assert page.html.select_one("[data-map]")
    assert page.html.select(".home-columns .grid tbody tr")


def test_every_figure_leads_to_the_rows_that_it_counts(browser, work):
    office = browser("leader")
    page = office.get("/overview")
    counted = {"Requests received": 4, "Completed tasks": 2, "On-time rate": 2, "First-time fix rate": 1, "Satisfaction": 1}
    counted |= {"Overdue tasks": 1, "Open requests": int(figures(page)["Open requests"][0])}
    for label, expected in counted.items():
        assert len(office.get(figures(page)[label][1]).html.select(".grid tbody tr")) == expected, label
    for link in page.html.select(".home-columns .grid td a"):
        assert len(office.get(link["href"]).html.select(".grid tbody tr")) == int(link.text), link["href"]
    whole = len(office.get("/equipment?in_use=true").html.select(".grid tbody tr"))
    broken = len(office.get(figures(page)["Intact equipment"][1]).html.select(".grid tbody tr"))
    assert figures(page)["Intact equipment"][0] == f"{100 * (whole - broken) / whole:.1f} %"


def test_periods_are_chosen_and_turned_and_nothing_lies_ahead(browser, work):
    office = browser("leader")
    week = office.get("/overview")
    assert "2026-W47" in week
    assert not week.html.select('a[rel="next"]')
    before = office.get(week.html.select_one('a[rel="prev"]')["href"])
    assert figures(before)["Requests received"][0] == "0"
    assert before.html.select('a[rel="next"]')
    for kind, name in (("month", "2026-11"), ("quarter", "2026-Q4"), ("year", "2026")):
        page = office.get(f"/overview?period={kind}")
        assert name in page.html.select_one(".overview strong").text
        assert figures(page)["Requests received"][0] == "4"
        assert page.html.select_one('[aria-current="true"]')
    for wrong in ("?period=decade", "?day=2099-01-01", "?day=x", "?day=0001-01-01&period=year", "?day="):
        assert "2026" in office.get(f"/overview{wrong}").html.select_one(".overview strong").text


def test_the_same_figures_stand_on_paper(browser, work):
    page = browser("leader").get("/overview?period=month")
    href = page.html.select_one('a[href*="sheet.pdf"]')["href"]
    assert parse_qs(urlsplit(href).query)["period"] == ["month"]
    answer = browser("leader").get(href)
    assert answer.content_type == "application/pdf"
    text = " ".join(word for each in PdfReader(BytesIO(answer.body)).pages for word in each.extract_text().split())
    for words in ("Service report", "2026-11", "First-time fix rate", "50.0 %", "Models reported most"):
        assert words in text


def test_each_sees_the_figures_of_their_own_scope(browser, work):
    assert figures(browser("dispatcher").get("/overview"))["Requests received"][0] == "4"
    agent = figures(browser("agent_manager").get("/overview"))
    assert agent["Completed tasks"][0] == "2"
    assert "Requests received" not in agent
    browser("repairer").get("/overview", status=403)


def test_the_statements_of_a_page_do_not_depend_on_what_there_is(browser, work, count_requests_sql):
    office = browser("leader")
    office.get("/overview")
    with count_requests_sql() as full:
        office.get("/overview")
    with count_requests_sql() as empty:
        office.get("/overview?day=2020-01-01")
    assert len(empty.statements) <= len(full.statements) <= 30
