"""What a completion says beyond cause and remedy: parts, opinion, signature; on the page and from the office's form."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from shuhua_core.kernel.steps import Step
from tests.web.work import act_form

PARTS = [{"name": "轴承", "old_number": "A-1", "new_number": "B-2", "in_warranty": True}, {"name": "螺栓"}]


@pytest.fixture
def started_id(past):
    with past() as flow:
        task = flow.to_assigned(flow.approve(flow.report()))
        flow.task("repairer", task, "start")
        return task.id


def entered(deployment, task_id):
    """The input of the completion, as it is kept."""
    with deployment.database.read() as session:
        return session.scalars(select(Step.input).where(Step.record_id == task_id, Step.action == "complete")).one()


def test_a_phone_sends_parts_and_opinion_and_the_page_shows_them(as_, browser, started_id, deployment):
    body = {"result": "repaired", "cause": "轴承磨损", "remedy": "更换轴承", "parts": PARTS, "opinion": "修得很快"}
    as_("repairer").api.act(f"/tasks/{started_id}", "complete", body, status=200)
    assert entered(deployment, started_id)["parts"][0]["new_number"] == "B-2"
    page = browser("repairer").get(f"/tasks/{started_id}")
    for text in ("轴承 A-1 replaced by B-2 in warranty", "螺栓", "修得很快"):
        assert text in page


def test_a_part_without_a_name_is_refused_by_its_place(as_, started_id):
    body = {"result": "repaired", "cause": "轴承磨损", "remedy": "更换轴承", "parts": [{"new_number": "B-2"}]}
    answer = as_("repairer").api.act(f"/tasks/{started_id}", "complete", body, status=422)
    assert "parts.0.name" in answer.json["errors"]


def test_the_office_enters_parts_one_a_line(browser, started_id, deployment):
    form = act_form(browser("repairer"), f"/tasks/{started_id}/actions/complete")
    for name, value in {"result": "repaired", "cause": "轴承磨损", "remedy": "更换轴承"}.items():
        form[name] = value
    form["parts"] = "轴承，A-1，B-2\n螺栓"
    form.submit(status=303)
    assert entered(deployment, started_id)["parts"] == [
        {"name": "轴承", "old_number": "A-1", "new_number": "B-2", "in_warranty": None},
        {"name": "螺栓", "old_number": None, "new_number": None, "in_warranty": None},
    ]
