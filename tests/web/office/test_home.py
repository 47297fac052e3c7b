"""The first page of each role, and the frame around it."""

from dataclasses import replace

import pytest

from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.actor import SYSTEM
from shuhua_core.testing.flow import Flow
from shuhua_web.layout import own_path
from shuhua_web.office.abilities import WORDS

ROLES = (
    "call_centre", "reviewer", "dispatcher", "agent_manager", "department_manager", "repairer", "inspector", "collector",
    "leader", "followup_clerk", "quality_engineer", "content_editor", "host_unit", "authority", "administrator", "auditor",
    "customer",
)  # fmt: skip


@pytest.mark.parametrize("login", ROLES)
def test_everybody_has_a_first_page_whose_links_they_may_open(as_, login):
    browser = as_(login).office
    page = browser.get("/", status=200)
    assert page.html.select("h1")
    links = {link["href"] for link in page.html.select(".office-menu a, .abilities a")}
    for href in sorted(links):
        browser.get(href, status=[200, 303])


def test_the_menu_leaves_out_what_the_actor_may_not_do(as_):
    assert as_("administrator").office.get("/").html.select('.office-menu a[href="/users"]')
    assert not as_("repairer").office.get("/").html.select('.office-menu a[href="/users"]')


def test_every_permission_is_said_in_plain_words():
    assert set(WORDS) == set(Permission)


def test_a_repairer_finds_their_task_and_nobody_elses(as_, deployment, world):
    with deployment.database.write() as session:
        flow = Flow(deployment.context(session, SYSTEM), replace(world, session=session))
        task = flow.approve(flow.report())
        flow.to_assigned(task)
        number = task.number
    assert number in as_("repairer").office.get("/")
    assert number not in as_("repairer_2").office.get("/")
    assert number not in as_("repairer_other").office.get("/")


def test_a_dispatcher_sees_what_waits_for_them_before_all_else(as_, deployment, world):
    with deployment.database.write() as session:
        flow = Flow(deployment.context(session, SYSTEM), replace(world, session=session))
        flow.approve(flow.report())
        flow.to_completed(flow.to_assigned(flow.approve(flow.report(symptom="again"))))
    page = as_("dispatcher").office.get("/").html
    waiting = {figure["href"]: figure.b.text for figure in page.select("a.figure-card")}
    assert waiting["/tasks?state=unallocated"] == "1"
    assert "/tasks?state=completed" not in waiting
    assert as_("followup_clerk").office.get("/").html.select('a.figure-card[href="/tasks?state=completed"]')
    assert page.select_one(".map-sm[data-map]")


def test_finished_work_is_said_beside_the_bars_of_what_is_still_to_do(as_, deployment, world):
    with deployment.database.write() as session:
        flow = Flow(deployment.context(session, SYSTEM), replace(world, session=session))
        flow.approve(flow.report())
        flow.repair("reviewer", flow.report(symptom="none"), "reject", reason="nothing is broken")
    page = as_("dispatcher").office.get("/").html
    card = next(card for card in page.select(".desk-columns .card") if card.select(".state-finished"))
    assert [link["href"] for link in card.select(".state-bars a")] == ["/repairs?state=in_progress"]
    assert [link["href"] for link in card.select(".state-finished a")] == ["/repairs?state=rejected"]


def test_the_first_page_takes_a_constant_number_of_statements(as_, count_requests_sql):
    browser = as_("leader").office
    browser.get("/")
    with count_requests_sql() as sql:
        browser.get("/", status=200)
    assert sql.count <= 16, sql.statements


def test_a_page_that_does_not_exist_is_a_page_for_people(as_):
    page = as_("leader").office.get("/no/such/page", status=404)
    assert page.html.select_one(".office-menu")
    assert page.html.select_one('a.btn[href="/"]')


class _Request:
    host_url = "https://office.example"


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("/tasks?state=on_hold", "/tasks?state=on_hold"),
        ("https://office.example/tasks", "/tasks"),
        ("https://office.example.evil.example/tasks", "/"),
        ("///evil.example", "/evil.example"),
        ("//evil.example", "/"),
        ("https:evil.example", "/"),
        ("////evil.example", "/"),
        ("/a\nb", "/"),
        (None, "/"),
    ],
)
def test_only_addresses_of_this_deployment_are_gone_back_to(address, path):
    assert own_path(_Request(), address) == path
