"""A phone's clock decides nothing, and where it is wrong, this is kept and shown."""

from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest
from sqlalchemy import select

from shuhua_core.audit.models import AuditEntry
from shuhua_core.kernel.steps import Step
from shuhua_core.tasks.models import Task
from tests.web.work import flow_in, stored


@pytest.fixture
def task(deployment, world):
    """A task that the repairer was assigned."""
    with flow_in(deployment, world) as flow:
        return flow.to_assigned(flow.approve(flow.report())).id


@pytest.mark.parametrize("off", [(3650, True), (-3650, True), (0.001, False), (0, False)])
def test_a_clock_years_off_moves_no_deadline_and_is_flagged(as_, deployment, task, clock, off):
    days, flagged = off
    client, before, now = as_("repairer").api, stored(deployment, Task, task), clock.now()
    device = now + timedelta(days=days)
    sent = {"captured_at": device.isoformat(), "text": "已联系客户"}
    answer = client.act(f"/tasks/{task}", "feedback", sent, headers={"Device-Time": device.isoformat()}, status=200)
    assert abs(parsedate_to_datetime(answer.headers["Date"]) - now) < timedelta(seconds=1)
    after = stored(deployment, Task, task)
    assert (after.due_at, after.updated_at) == (before.due_at, now)
    with deployment.database.read() as session:
        step = session.scalars(select(Step).where(Step.action == "feedback")).one()
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "feedback")).one()
    assert (step.at, step.captured_at, step.clock_skew or 0) == (now, device, round(days * 86400))
    assert entry.detail.get("clock_skew_s", 0) == round(days * 86400)
    (told,) = [each for each in client.get(f"/tasks/{task}/timeline").json["items"] if each["action"] == "feedback"]
    assert told["skewed"] is flagged
    assert ('text-danger"> · ' in as_("agent_manager").office.get(f"/tasks/{task}").text) is flagged


@pytest.mark.parametrize("said", ["", "yesterday", "2026-11-22T08:00:00", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"])
def test_what_is_no_time_is_ignored_and_the_farthest_fits(as_, task, said):
    as_("repairer").api.act(f"/tasks/{task}", "feedback", {"text": "已联系"}, headers={"Device-Time": said}, status=200)


@pytest.mark.parametrize("years", [10, -10])
def test_how_long_somebody_is_signed_in_is_the_server_s_time(as_, deployment, clock, years):
    client, begun = as_("repairer").api, clock.now()
    wrong = {"Device-Time": (begun + timedelta(days=365 * years)).isoformat()}
    client.get("/session", headers=wrong, status=200)
    clock.set(begun + timedelta(days=deployment.settings.device_days + 1))
    client.get("/session", headers=wrong, status=401)


def test_the_administrator_sees_which_phones_go_wrong(as_, deployment, clock):
    client = as_("repairer").api
    clock.set(clock.now() + timedelta(minutes=10))
    client.get("/session", headers={"Device-Time": (clock.now() - timedelta(hours=8)).isoformat()}, status=200)
    assert "-480" in as_("administrator").office.get("/system/plugins").text.replace("−", "-")
