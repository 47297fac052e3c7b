"""Lists count as far as anybody reads, and say so."""

import pytest
from bs4 import BeautifulSoup

from shuhua_core.accounts.actors import load_actor_by_login
from shuhua_core.archives.models import Customer
from shuhua_core.testing.world import MADE
from shuhua_web.listing import counting, page
from shuhua_web.repairs.listing import REPAIRS
from tests.web.work import flow_in


@pytest.fixture(autouse=True)
def three(monkeypatch):
    """Nobody counts further than three."""
    monkeypatch.setattr(counting, "COUNTED", 3)
    monkeypatch.setattr(page, "DEEPEST", 3)


def shown(office, path, **query):
    html = BeautifulSoup(office.get(path, query).text, "html.parser")
    tabs = {
        tab.contents[0].strip(): tab.select_one(".state-count").text for tab in html.select(".tabs a, nav a:has(.state-count)")
    }
    status = html.select_one("nav.pages [role=status]")
    return tabs, " ".join(status.text.split()) if status else "", html


@pytest.fixture
def five(deployment, world):
    """Five requests, one of which is somewhere else in its life."""
    with flow_in(deployment, world) as flow:
        made = [flow.report(symptom=f"异响 {number}") for number in range(5)]
        made[0].state = "rejected"
    return made


def test_up_to_the_bound_every_row_is_counted(office, deployment, world):
    with flow_in(deployment, world) as flow:
        for number in range(3):
            flow.report(symptom=f"异响 {number}")
    tabs, status, _html = shown(office, "/repairs")
    assert tabs["All"] == "(3)"
    assert status == "1–3 of 3"


@pytest.mark.usefixtures("five")
def test_beyond_it_there_is_a_plus_and_the_few_are_still_told(office):
    tabs, status, _html = shown(office, "/repairs")
    assert tabs["All"] == "(3+)"
    assert tabs["Rejected"] == "(1)"
    assert "(3+)" in {count for name, count in tabs.items() if name != "All"}
    assert status.endswith("of 3+")
    _tabs, status, _html = shown(office, "/repairs", state="rejected")
    assert status == "1–1 of 1"


@pytest.mark.parametrize("bound", [1, 2, 3, 4, 5, 10])
def test_however_far_is_counted_each_state_has_as_many_as_there_are(monkeypatch, deployment, world, bound):
    with flow_in(deployment, world) as flow:
        made = [flow.report(symptom=f"异响 {number}") for number in range(12)]
        for entry, state in zip(made, ["rejected"] * 3 + ["closed"] * 2 + ["merged"], strict=False):
            entry.state = state
    truth = {"pending_review": 6, "rejected": 3, "closed": 2, "merged": 1}
    monkeypatch.setattr(counting, "COUNTED", bound)
    with deployment.database.read() as session:
        ctx = deployment.context(session, load_actor_by_login(session, "dispatcher"))
        counts = counting.by_state(REPAIRS, ctx, REPAIRS.conditions(ctx, {}))
    assert {name: min(count, bound + 1) for name, count in counts.items()} == {
        name: min(count, bound + 1) for name, count in truth.items()
    }


@pytest.mark.usefixtures("five")
def test_a_search_counts_likewise(office):
    assert shown(office, "/repairs", q="异响")[1].endswith("of 3+")
    assert shown(office, "/repairs", q="异响 4")[1] == "1–1 of 1"


def test_a_list_without_tabs_counts_likewise_and_says_how_to_get_further(office, deployment, world):
    with deployment.database.write() as session:
        about = {"kind": "school", "organisation_path": world.units["branch"].path, "created_at": MADE, "updated_at": MADE}
        session.add_all(Customer(number=f"KH-N-{number}", name=f"第{number}小学", **about) for number in range(20))
    _tabs, status, html = shown(office, "/customers", size="10")
    assert status == "1–10 of 3+"
    assert "found by a filter" in html.select_one("nav.pages").text
    assert html.select_one("nav.pages a[rel=next]") is None


def test_programs_that_ask_get_the_whole_number(as_, five):
    assert as_("dispatcher").api.get("/repairs", total="true").json["total"] == len(five)
