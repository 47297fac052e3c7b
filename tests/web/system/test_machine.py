"""Jobs, settings, and what could not be sent."""

import pytest
from sqlalchemy import select

from shuhua_core.accounts.models import AccountLink
from shuhua_core.audit.models import JobRun
from shuhua_core.messages.models import Delivery, Message
from shuhua_core.timetable import JOBS
from shuhua_core.worker import Worker
from shuhua_web.system.machine import HIDDEN, shown_setting


def test_jobs_are_shown_with_their_last_run_and_run_at_once_when_asked(as_, deployment):
    browser = as_("administrator").office
    assert "accounts" not in browser.get("/system/jobs", status=200).html.select_one("h1").text
    browser.post_form("/system/jobs/sessions.sweep/run", status=404)
    with Worker(deployment, jobs=JOBS) as worker:
        worker.run_until_idle()
        browser.post_form("/system/jobs/sessions.sweep/run", status=303)
        worker.run_once()
    with deployment.database.read() as session:
        run = session.get(JobRun, "sessions.sweep")
        assert (run.runs, run.failures, run.error, run.asked_at) == (2, 0, None, None)
        assert session.get(JobRun, "links.sweep").runs == 1
    page = browser.get("/system/jobs", status=200)
    assert len(page.html.select("tbody tr")) == len(JOBS)


def test_a_job_that_fails_is_shown_with_the_kind_of_its_error(as_, deployment):
    from datetime import timedelta

    from shuhua_core.kernel.errors import Conflict
    from shuhua_core.timetable import Job

    def fail(_deployment):
        raise Conflict

    with Worker(deployment, jobs=(Job("sessions.sweep", timedelta(hours=1), fail),)) as worker:
        worker.run_once()
    assert "Conflict conflict" in as_("administrator").office.get("/system/jobs")


def test_settings_are_read_without_their_secrets(as_, deployment):
    page = as_("administrator").office.get("/system/settings", status=200)
    assert "shuhua.retention_months" in page
    assert deployment.settings.secret not in page
    assert HIDDEN in page


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("secret", "abc", HIDDEN),
        ("smtp_password", "abc", HIDDEN),
        ("database_url", "postgresql+psycopg://shuhua:pw@host/name", "postgresql+psycopg://shuhua:***@host/name"),
        ("zone", "Asia/Shanghai", "Asia/Shanghai"),
        ("proxies", 0, "0"),
        ("check_kinds", "", "–"),
    ],
)
def test_what_a_setting_shows(name, value, shown):
    assert shown_setting(name, value) == shown


def test_what_could_not_be_sent_is_tried_again(as_, deployment, world, clock):
    with deployment.database.write() as session:
        message = Message(
            source_id="x", user_id=world.users["repairer"], notice="task_waiting", record_kind="task", record_id=1,
            number="RW-1", facts={}, created_at=clock.now(),
        )  # fmt: skip
        session.add(message)
        session.flush()
        failed = Delivery(
            user_id=message.user_id, message_id=message.id, channel="sms", state="failed", attempts=8,
            available_at=clock.now(), ended_at=clock.now(), last_error="the provider is away",
        )  # fmt: skip
        link = AccountLink(
            user_id=world.users["repairer"], purpose="reset", created_at=clock.now(), expires_at=clock.now().replace(year=2027),
            attempts=5, last_error="no channel takes it",
        )  # fmt: skip
        session.add_all([failed, link])
        session.flush()
        delivery_id, link_id = failed.id, link.id
    browser = as_("administrator").office
    page = browser.get("/system/plugins", status=200)
    assert "the provider is away" in page
    assert "no channel takes it" in page
    for path in (f"/system/messages/{delivery_id}/retry", f"/system/links/{link_id}/retry"):
        browser.post_form(path, status=303)
    browser.post_form(f"/system/messages/{delivery_id}/retry", status=404)
    with deployment.database.read() as session:
        assert session.scalar(select(Delivery.state)) == "waiting"
        assert session.get(AccountLink, link_id).send_at is not None


def test_a_persons_data_is_found_handed_out_and_erased_in_the_office(as_):
    browser = as_("administrator").office
    form = browser.get("/persons").forms["form-personschema"]
    form["phone"] = "139 0000 7654"
    form.submit(status=422)  # nobody
    form = browser.get("/persons").forms["form-personschema"]
    form["login"] = "content_editor"
    page = form.submit(status=200)
    hand_out, erase = (next(f for f in page.forms.values() if f.action.endswith(end)) for end in ("/export", "/erase"))
    assert hand_out.submit(status=200).content_type == "application/zip"
    erase["confirm"] = "somebody else"
    page = erase.submit(status=422)
    erase = next(f for f in page.forms.values() if f.action.endswith("/erase"))
    erase["confirm"] = "content_editor"
    erase.submit(status=303)
    as_("dispatcher").office.get("/persons", status=403)


@pytest.mark.parametrize("path", ["/system/jobs", "/system/settings"])
def test_the_machine_is_for_administrators(as_, path):
    for login in ("auditor", "dispatcher", "leader"):
        as_(login).office.get(path, status=403)
