"""Pages of the office for people who see or grasp badly: axe finds nothing serious."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import expect

from shuhua_core.kernel.clock import SystemClock
from tests.browser import axe
from tests.web.work import flow_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MAP = (".leaflet-container",)
DESKS = {
    "call_centre": ("/", "/repairs/intake", "/repairs", "/repairs/1", "/messages"),
    "reviewer": ("/repairs?state=pending_review", "/repairs/2", "/map"),
    "dispatcher": (
        "/", "/tasks", "/tasks/1", "/tasks/1/deadline", "/sites", "/sites/1", "/sites/new", "/equipment", "/equipment/1",
        "/models", "/models/1", "/projects", "/projects/1", "/customers", "/customers/1", "/customers/new", "/customers/import",
        "/labels", "/labels/print", "/inspections", "/inspections/due", "/inspections/coverage", "/inspections/activity",
        "/inspections/spot-check", "/plans", "/checklists", "/parts", "/parts/faults", "/articles", "/quotations",
        "/customers/twins", "/sites/twins", "/customers/1/merge?with=2",
    ),
    "quality_engineer": (
        "/", "/choices", "/choices/faults", "/choices/faults/new", "/lifetimes", "/lifetimes/new", "/parts/faults",
    ),
    "agent_manager": ("/", "/tasks", "/tasks/1"),
    "followup_clerk": ("/followups",),
    "content_editor": ("/articles/office", "/articles/office/new"),
    "leader": ("/", "/overview"),
    "administrator": (
        "/users", "/users/new", "/users/import", "/users/2", "/users/2/sees", "/roles", "/roles/2", "/organisations", "/teams",
        "/absences", "/logs", "/logs/1", "/logs/security", "/logs/running", "/logs/chain", "/persons", "/system/plugins",
        "/system/jobs", "/system/settings", "/quarantine", "/sessions", "/second-factor", "/password",
    ),
}  # fmt: skip


@pytest.fixture
def work(deployment, world):
    """A task that waits for its unit, and a request that waits for its review."""
    with flow_in(replace(deployment, clock=SystemClock()), world) as flow:
        task = flow.approve(flow.report(symptom="摆腿松动"))
        flow.task("dispatcher", task, "allocate", unit_id=world.units["agent"].id)
        flow.report(symptom="踏板断裂", piece="one_2")


@pytest.mark.parametrize("locale", ["zh_Hans", "en"])
@pytest.mark.parametrize("login", DESKS)
def test_axe_finds_nothing_serious(work, at_desk, login, locale):
    page = at_desk(login)
    if locale == "en":
        page.locator(".languages button").first.click()
        expect(page.locator("html")).to_have_attribute("lang", "en")
    found = {}
    for path in DESKS[login]:
        answer = page.goto(path)
        assert answer.ok, path
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], path
        if faults := axe.faults(page, leave=MAP):
            found[path] = faults
    assert [(path, fault) for path, faults in found.items() for fault in faults] == []
