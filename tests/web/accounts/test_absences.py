"""Leave and stand-ins: notices and the rights of the daily work go over for the time, and nothing else does."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from shuhua_core.accounts.absences import AbsenceService
from shuhua_core.accounts.actors import load_actor_by_login
from shuhua_core.kernel.errors import Invalid
from shuhua_core.messages.models import Message
from shuhua_core.testing.flow import Flow
from shuhua_core.worker import run_once

TODAY = date(2026, 11, 22)


def away(deployment, who, stand_in, world, *, as_login="administrator", days=2):
    with deployment.database.write() as session:
        ctx = deployment.context(session, load_actor_by_login(session, as_login))
        values = {
            "user_id": world.users[who],
            "stand_in_id": world.users[stand_in],
            "starts_on": TODAY.isoformat(),
            "ends_on": (TODAY + timedelta(days=days)).isoformat(),
        }
        return AbsenceService(ctx).create(values).id


def allocated(deployment, world):
    with deployment.database.write() as session:
        flow = Flow(deployment.context(session, load_actor_by_login(session, "administrator")), world)
        world.session = session
        task = flow.approve(flow.report("customer", "one_1"), reviewer="reviewer")
        flow.task("dispatcher", task, "allocate", unit_id=world.units["agent"].id)
        return task.id


def test_the_stand_in_of_a_units_manager_is_told_and_accepts_for_the_time(as_, deployment, world, clock):
    away(deployment, "agent_manager", "repairer", world)
    task_id = allocated(deployment, world)
    run_once(deployment)
    with deployment.database.read() as session:
        told = set(session.scalars(select(Message.user_id).where(Message.notice == "allocated")))
    assert told == {world.users["agent_manager"], world.users["repairer"]}
    person = as_("repairer")
    version = person.api.get(f"/tasks/{task_id}").json["version"]
    assert person.api.act(f"/tasks/{task_id}", "accept", {}, headers={"If-Match": f'"{version}"'}).status_int == 200
    clock.set(clock.now() + timedelta(days=4))
    with deployment.database.read() as session:
        assert not load_actor_by_login(session, "repairer").may("tasks.assign")


def test_the_power_over_others_is_not_stood_in_for(deployment, world):
    with deployment.database.write() as session:
        ctx = deployment.context(session, load_actor_by_login(session, "administrator"))
        values = {"stand_in_id": world.users["leader"], "starts_on": TODAY.isoformat(), "ends_on": TODAY.isoformat()}
        AbsenceService(ctx).create_own(values)
    with deployment.database.read() as session:
        leader = load_actor_by_login(session, "leader")
    assert leader.may("models.edit")
    assert not any(
        leader.may(name) for name in ("accounts.edit", "accounts.view", "audit.view", "system.manage", "workflows.edit")
    )


@pytest.mark.parametrize("stand_in", ["agent_manager_2", "repairer_other", "customer"])
def test_another_unit_never_stands_in(deployment, world, stand_in):
    with pytest.raises(Invalid):
        away(deployment, "agent_manager", stand_in, world)


def test_the_office_lists_absences_and_ends_them(as_, deployment, world):
    browser = as_("administrator").office
    form = browser.get("/absences/new").forms["form-absenceschema"]
    form["user_id"], form["stand_in_id"] = str(world.users["agent_manager"]), str(world.users["repairer"])
    form["starts_on"], form["ends_on"] = "2026-11-23", "2026-11-22"
    form = form.submit(status=422).forms["form-absenceschema"]
    form["ends_on"] = "2026-11-24"
    page = form.submit(status=303).follow()
    assert "测试·agent_manager" in page
    end = next(form for form in page.forms.values() if form.action.endswith("/end"))
    end.submit(status=303)
    assert "测试·agent_manager" not in browser.get("/absences").html.select_one("main").text


def test_one_enters_ones_own_leave_with_a_colleague(as_, deployment):
    browser = as_("agent_manager").office
    form = browser.get("/absence").forms["form-ownabsenceschema"]
    names = [text for _value, _chosen, text in form["stand_in_id"].options]
    assert any("repairer" in name for name in names)
    assert not any("agent_manager_2" in name for name in names)
    form["stand_in_id"] = form["stand_in_id"].options[1][0]
    form["starts_on"], form["ends_on"] = "2026-11-22", "2026-11-23"
    assert "2026-11-22" in form.submit(status=303).follow()
    browser.post_form("/absences/1/end", status=403)
