"""What is done with many rows at once."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import func, select

from shuhua_core.archives.models import Customer
from shuhua_core.audit.models import AuditEntry
from shuhua_core.tasks.models import Task
from tests.web.work import flow_in


@pytest.fixture
def tasks(deployment, world):
    """Three tasks to allocate, and one that is with an agent already."""
    with flow_in(deployment, world) as flow:
        found = [flow.approve(flow.report()) for _ in range(4)]
        flow.task("dispatcher", found[3], "allocate", unit_id=world.units["agent_2"].id)
        return [task.id for task in found]


def form_of(office, name, action, ids):
    page = office.get(f"/lists/{name}/bulk/{action}?ids={','.join(str(each) for each in ids)}")
    return next(each for each in page.forms.values() if f"/bulk/{action}" in each.action)


def outcome(page):
    soup = BeautifulSoup(page.text, "html.parser").select_one("[data-bulk-done]")
    return [int(each.get_text()) for each in soup.select("p strong")], [
        row.get_text(" ", strip=True) for row in soup.select("tbody tr")
    ]


def states(deployment, ids):
    with deployment.database.read() as session:
        return [session.get_one(Task, each).state for each in ids]


def allocations(deployment):
    with deployment.database.read() as session:
        return session.scalar(select(func.count()).where(AuditEntry.event == "tasks.allocated"))


def test_each_row_is_done_on_its_own_and_those_refused_say_why(office, tasks, deployment, world):
    form = form_of(office, "tasks", "allocate", [*tasks, 999_999])
    form["unit_id"] = str(world.units["agent"].id)
    before = allocations(deployment)
    done, refused = outcome(form.submit())
    assert done == [3, 2]
    assert len(refused) == 2
    assert any("RW" in each and "state" in each for each in refused)
    assert states(deployment, tasks) == ["pending_accept"] * 4
    assert allocations(deployment) == before + 3


def test_a_form_that_is_sent_twice_does_nothing_twice(office, tasks, deployment, world):
    form = form_of(office, "tasks", "allocate", tasks[:2])
    form["unit_id"] = str(world.units["agent"].id)
    first = outcome(form.submit())
    count = allocations(deployment)
    assert outcome(form.submit()) == first == ([2, 0], [])
    assert allocations(deployment) == count


def test_errors_of_the_form_come_back_before_anything_is_done(office, tasks, deployment):
    page = form_of(office, "tasks", "allocate", tasks).submit(status=422)
    assert "unit or a person" in page.text
    assert states(deployment, tasks)[:3] == ["unallocated"] * 3


def test_who_may_not_is_not_offered_it_and_refused(as_, tasks):
    for login in ("repairer", "leader"):
        office = as_(login).office
        assert "bulk/allocate" not in office.get("/tasks").text
        office.get(f"/lists/tasks/bulk/allocate?ids={tasks[0]}", status=403)
    as_("dispatcher").office.get("/lists/tasks/bulk/fly?ids=1", status=404)


def test_rows_out_of_reach_are_refused_like_those_that_are_not_there(as_, tasks, world):
    office = as_("dispatcher_other").office
    form = form_of(office, "tasks", "deadline", tasks[:1])
    form["due_at"], form["reason"] = "2026-12-30T10:00", "because"
    done, refused = outcome(form.submit())
    assert done == [0, 1]
    assert refused[0].startswith(f"#{tasks[0]}")


def test_an_agent_assigns_what_it_has_accepted(as_, tasks, deployment, world):
    with flow_in(deployment, world) as flow:
        for each in tasks[:2]:
            task = flow.world.session.get_one(Task, each)
            flow.task("dispatcher", task, "allocate", unit_id=world.units["agent"].id)
            flow.task("agent_manager", task, "accept")
    form = form_of(as_("agent_manager").office, "tasks", "assign", tasks[:2])
    form["repairer_id"] = str(world.users["repairer"])
    assert outcome(form.submit())[0] == [2, 0]
    assert states(deployment, tasks[:2]) == ["assigned"] * 2


def test_a_field_is_changed_in_many_records_and_what_is_left_empty_stays(as_, deployment, world):
    office = as_("dispatcher").office
    with deployment.database.read() as session:
        ids = session.scalars(select(Customer.id).order_by(Customer.id).limit(2)).all()
    assert form_of(office, "customers", "change", ids).submit(status=422)
    form = form_of(office, "customers", "change", ids)
    form["kind"] = "school"
    assert outcome(form.submit())[0] == [len(ids), 0]
    with deployment.database.read() as session:
        rows = session.execute(select(Customer.kind, Customer.division_code).where(Customer.id.in_(ids))).all()
    assert {row.kind for row in rows} == {"school"}
    assert all(row.division_code for row in rows)


@pytest.mark.parametrize("ids", ["", "x,y", ",".join(str(each) for each in range(1, 250))])
def test_no_rows_or_too_many_are_refused(office, ids):
    office.get(f"/lists/tasks/bulk/allocate?ids={ids}", status=422)
