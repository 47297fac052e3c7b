"""A leader's page and a customer's use of what was bought, in a real Chromium."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import expect

from shuhua_core.kernel.clock import SystemClock
from tests.web.work import flow_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_leader_sees_the_week_and_goes_to_what_a_figure_counts(deployment, world, at_desk):
    with flow_in(replace(deployment, clock=SystemClock()), world) as flow:
        flow.to_completed(flow.to_assigned(flow.approve(flow.report(symptom="摆腿松动"))))
        flow.report(symptom="踏板断裂", piece="one_2")
    page = at_desk("leader", 1440, 900)
    page.goto("/overview")
    expect(page.locator(".overview [data-chart] canvas")).to_be_visible()
    expect(page.locator(".overview .leaflet-container")).to_be_visible()
    figure = page.locator(".figure-card", has_text="受理报修")
    expect(figure.locator("b")).to_have_text("2")
    figure.click()
    expect(page.locator("table.grid tbody tr")).to_have_count(2)
    page.goto("/overview")
    page.locator('a[rel="prev"]').click()
    expect(page.locator('a[rel="next"]')).to_be_visible()
    page.goto(f"/customers/{world.customers['one'].id}")
    expect(page.locator("#use-and-needs .figure-card").first).to_be_visible()
    expect(page.locator("#use-and-needs")).to_contain_text("太空漫步机")
