"""Figures over the API, as a unit's manager reads them on the phone."""

from __future__ import annotations

import pytest

from shuhua_core.testing.flow import FOLLOW_UP
from tests.web.work import flow_in

COUNTS = ("open", "overdue", "completed", "late", "fixed_at_once")


@pytest.fixture
def work(deployment, world):
    """One task completed at once and asked about, one overdue with the agent; one of the department's."""
    with flow_in(deployment, world) as flow:
        good = flow.to_completed(flow.to_assigned(flow.approve(flow.report(symptom="松动"))))
        flow.task("followup_clerk", good, "follow_up", **FOLLOW_UP)
        behind = flow.to_assigned(flow.approve(flow.report(symptom="又松动")))
        behind.due_at = flow.ctx.now
        flow.to_assigned(
            flow.approve(flow.report(symptom="异响")),
            unit="department", manager="department_manager", repairer="repairer_department",
        )  # fmt: skip


@pytest.mark.usefixtures("work")
def test_a_manager_reads_the_units_own_figures(as_):
    found = as_("agent_manager").api.get("/figures", status=200).json
    assert {name: found[name] for name in COUNTS} == {"open": 1, "overdue": 1, "completed": 1, "late": 0, "fixed_at_once": 1}
    assert found["period"] == {"kind": "month", "name": "2026-11", "first": "2026-11-01", "last": "2026-11-30"}
    [repairer] = found["repairers"]
    assert repairer["name"] == "测试·repairer"
    assert {name: repairer[name] for name in COUNTS} == {name: found[name] for name in COUNTS}
    assert 4 < found["satisfaction"] < 5
    assert [week["completed"] for week in found["weeks"]] == [0] * 11 + [1]


@pytest.mark.usefixtures("work")
def test_another_unit_has_other_figures_and_a_leader_all(as_):
    department = as_("department_manager").api.get("/figures").json
    assert (department["open"], department["completed"]) == (1, 0)
    assert [each["name"] for each in department["repairers"]] == ["测试·repairer_department"]
    leader = as_("leader").api.get("/figures").json
    assert (leader["open"], leader["completed"], len(leader["repairers"])) == (2, 1, 2)


@pytest.mark.usefixtures("work")
def test_a_period_is_chosen_by_kind_and_day(as_):
    api = as_("agent_manager").api
    before = api.get("/figures", period="month", day="2026-10-31").json
    assert (before["period"]["name"], before["completed"], before["open"]) == ("2026-10", 0, 1)
    assert before["weeks"][-1]["first"] == "2026-10-26"
    assert api.get("/figures", period="week", day="2031-01-01").json["period"]["name"] == "2026-W47"
    assert api.get("/figures", period="decade").status_int == 422
    assert api.get("/figures", day="soon").status_int == 422


def test_a_unit_without_work_has_noughts(as_):
    found = as_("agent_manager").api.get("/figures").json
    assert (found["open"], found["completed"], found["satisfaction"], found["repairers"]) == (0, 0, None, [])


def test_figures_are_for_those_who_may_read_reports(as_, anonymous):
    assert as_("repairer").api.get("/figures").status_int == 403
    assert anonymous.get("/figures").status_int == 401
