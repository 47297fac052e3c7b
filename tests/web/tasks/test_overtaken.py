"""Two take the same action: the second is told who was faster, when, and what the state is now."""

import pytest

from tests.web.work import flow_in, in_english


@pytest.fixture
def task_id(deployment, world):
    """A task that waits for the agent to accept it."""
    with flow_in(deployment, world) as flow:
        task = flow.approve(flow.report())
        flow.task("dispatcher", task, "allocate", unit_id=world.units["agent"].id)
        return task.id


def test_the_second_to_accept_is_told_who_was_first(as_, task_id):
    office = in_english(as_)("agent_manager")
    path = f"/tasks/{task_id}/actions/accept"
    first, second = (next(form for form in office.get(path).forms.values() if "office-form" in form.text) for _ in range(2))
    first.submit(status=303)
    page = second.submit(status=409)
    for shown in ("测试·agent_manager was faster", "Accepted"):
        assert shown in page


def test_who_opens_the_form_too_late_is_told_it_too(as_, task_id):
    office = in_english(as_)("agent_manager")
    office.get(f"/tasks/{task_id}/actions/accept", status=200)
    as_("agent_manager").api.act(f"/tasks/{task_id}", "accept", status=200)
    page = office.get(f"/tasks/{task_id}/actions/accept", status=409)
    assert "测试·agent_manager was faster" in page
