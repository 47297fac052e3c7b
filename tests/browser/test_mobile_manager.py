"""A unit's manager and the follow-up clerk on the phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from shuhua_core.followups.models import Followup
from shuhua_core.kernel.actor import SYSTEM
from shuhua_core.testing.flow import Flow
from shuhua_core.testing.world import PASSWORD
from shuhua_web.layout import Assets
from tests.browser import mobile_phone as phone
from tests.browser.axe import faults
from tests.browser.test_mobile_repairer import actions_of

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not Assets().built, reason="the front end is not built"),
]


@pytest.fixture
def pocket(browser: Browser, address: str) -> Iterator[BrowserContext]:
    """A phone that knows where it is."""
    context = phone.context(browser, address, geolocation={"longitude": 118.575, "latitude": 24.807}, permissions=["geolocation"])
    yield context
    context.close()


@pytest.fixture
def allocated(deployment, world) -> list[int]:
    """Two tasks that the agent has been given."""
    with deployment.database.write() as session:
        world.session = session
        flow = Flow(deployment.context(session, SYSTEM), world)
        made = [
            flow.approve(flow.report(piece=piece, symptom=words))
            for piece, words in (("one_1", "扶手松动"), ("one_2", "踏板断裂"))
        ]
        for task in made:
            flow.task("dispatcher", task, "allocate", unit_id=world.units["agent"].id)
        return [task.id for task in made]


@pytest.fixture
def completed(deployment, world) -> int:
    """A task whose customer is to be asked."""
    with deployment.database.write() as session:
        world.session = session
        flow = Flow(deployment.context(session, SYSTEM), world)
        return flow.to_completed(flow.to_assigned(flow.approve(flow.report()))).id


def test_a_manager_accepts_assigns_takes_back_and_objects(pocket, deployment, world, allocated):
    first, second = allocated
    page = phone.sign_in(pocket, "agent_manager", PASSWORD)
    section = page.get_by_role("region", name="待接收")
    expect(section.locator("[data-task]")).to_have_count(2)
    page.locator(f'[data-task="{first}"]').click()
    phone.press(page, "accept")
    phone.press(page, "assign")
    page.locator("label.choice", has_text="测试·repairer").first.click()
    assert faults(page) == []
    phone.send(page)
    expect(page.locator(".panel").first).to_contain_text("已指派", timeout=20_000)
    page.get_by_role("button", name="更多").click()
    page.locator('.sheet [data-action="unassign"]').click()
    page.fill("[name=reason]", "人手调整")
    phone.send(page)
    assert phone.narrow_targets(page) == []

    page.goto(f"/m/#/task/{second}")
    page.get_by_role("button", name="更多").click()
    page.locator('.sheet [data-action="object"]').click()
    page.fill("[name=reason]", "不在服务范围")
    phone.send(page)
    page.goto("/m/#/queue")
    expect(page.locator('[data-state="done"]')).to_have_count(4, timeout=30_000)
    assert actions_of(deployment, first)[-3:] == ["accept", "assign", "unassign"]
    assert actions_of(deployment, second)[-1] == "object"


def test_a_clerk_asks_on_the_site_and_by_telephone(pocket, deployment, world, completed, tmp_path):
    page = phone.sign_in(pocket, "followup_clerk", PASSWORD)
    queue = page.get_by_role("region", name="待回访")
    expect(queue.locator("[data-task]")).to_have_count(1)
    page.locator(f'[data-task="{completed}"]').click()
    page.get_by_role("button", name="现场回访").click()
    page.fill("[name=person]", "王女士")
    page.locator('[data-field="repaired"] label.choice', has_text="是").click()
    page.locator('[data-field="quality_score"] label.choice', has_text="5").click()
    page.fill("[name=opinion]", "用起来很稳")
    phone.take_photo(page, "media_ids", phone.photo(tmp_path / "site.jpg"))
    assert faults(page) == []
    assert phone.narrow_targets(page) == []
    phone.send(page)
    phone.press(page, "follow_up")
    page.locator('[data-field="way"] label.choice', has_text="电话").click()
    page.locator('[data-field="repaired"] label.choice', has_text="是").click()
    for score in ("response_score", "manner_score", "quality_score"):
        page.locator(f'[data-field="{score}"] label.choice', has_text="5").click()
    phone.send(page)
    page.goto("/m/#/queue")
    expect(page.locator('[data-state="done"]')).to_have_count(2, timeout=30_000)
    assert actions_of(deployment, completed)[-1] == "follow_up"
    with deployment.database.read() as session:
        (visit,) = session.query(Followup).filter_by(way="site")
        assert (visit.task_id, visit.site_id, visit.person, visit.quality_score) == (
            completed,
            world.sites["one"].id,
            "王女士",
            5,
        )
        assert visit.repaired is True
        assert visit.distance is not None
