"""The three logs in the office: filtered, exported, checked, and changed by nobody."""

import logging

import pytest
from sqlalchemy import text

from shuhua_core.audit.chain import lay
from shuhua_core.audit.running import LOGGER, RunningLogHandler


@pytest.fixture
def changed(as_, world):
    """Something has happened: a user was renamed."""
    form = as_("administrator").office.get(f"/users/{world.users['repairer']}/edit").forms["form-userpatchschema"]
    form["name"] = "改名甲"
    form.submit(status=303)


def shown(page):
    return page.html.select("table tbody tr")


def test_the_operation_log_is_filtered_by_person_object_time_and_action(as_, changed, world):
    browser = as_("auditor").office
    everything = {
        "record_kind": "user", "record_id": str(world.users["repairer"]), "login": "administrator", "action": "update",
        "at_from": "2026-11-22", "at_to": "2026-11-22",
    }  # fmt: skip
    page = browser.get("/logs", everything, status=200)
    assert len(shown(page)) == 1
    assert "修改用户" in page
    for narrowed in ({"login": "leader"}, {"action": "disable"}, {"at_to": "2026-11-21", "at_from": "2026-11-21"}):
        assert shown(browser.get("/logs", {**everything, **narrowed}, status=200)) == []
    link = page.html.select_one("table tbody a")["href"]
    entry = browser.get(link, status=200)
    assert "改名甲" in entry
    assert "accounts.user_changed" in entry


def test_a_refusal_stands_in_the_security_log(as_, world):
    as_("dispatcher").office.get(f"/users/{world.users['repairer']}/edit", status=403)
    page = as_("auditor").office.get("/logs/security", {"what": "authz.function_denied"}, status=200)
    assert len(shown(page)) == 1


def test_what_the_processes_note_stands_in_the_running_log_without_the_words_of_exceptions(as_, deployment):
    handler = RunningLogHandler(deployment, writes_itself=False)
    log = logging.getLogger("shuhua.test")
    log.addHandler(handler)
    logging.getLogger(LOGGER).addHandler(handler)
    log.setLevel(logging.INFO)
    logging.getLogger(LOGGER).setLevel(logging.INFO)
    try:
        log.info("nothing unusual")
        logging.getLogger(LOGGER).info("a process begins")
        try:
            raise ValueError("phone 13900001234")  # noqa: TRY301
        except ValueError:
            log.exception("it failed", extra={"job": "x", "request_id": "abcdefgh"})
    finally:
        handler.close()
        log.removeHandler(handler)
        logging.getLogger(LOGGER).removeHandler(handler)
    page = as_("auditor").office.get("/logs/running", status=200)
    assert len(shown(page)) == 2
    assert "it failed" in page
    assert "13900001234" not in page
    assert len(shown(as_("auditor").office.get("/logs/running", {"level": "error"}))) == 1


def test_the_log_that_cannot_be_written_stops_nothing(deployment):
    handler = RunningLogHandler(deployment, writes_itself=False)
    handler.emit(logging.makeLogRecord({"name": "x", "levelno": logging.ERROR, "levelname": "ERROR", "msg": "lost"}))
    with deployment.database.write() as session:
        session.execute(text("DROP TABLE running_log"))
    handler.flush()
    assert handler.dropped == 1


def test_the_chain_is_checked_by_a_button_and_a_break_is_shown(as_, changed, deployment):
    with deployment.database.write() as session:
        lay(session)
    browser = as_("auditor").office
    page = browser.get("/logs/chain", status=200)
    whole = page.forms[next(i for i, form in page.forms.items() if "check" in form.fields)].submit(status=200)
    assert whole.html.select_one(".alert-success")
    with deployment.database.write() as session:
        # as somebody would who owns the database and has taken the triggers away
        dialect = deployment.database.dialect
        drop = "DROP TRIGGER audit_no_update" + (" ON audit" if dialect == "postgresql" else "")
        session.execute(text(drop))
        session.execute(text("UPDATE audit SET event = 'accounts.nothing_happened' WHERE id = (SELECT min(id) FROM audit)"))
    assert browser.get("/logs/chain", {"check": "1"}).html.select_one(".alert-danger")


@pytest.mark.parametrize("path", ["/logs", "/logs/security", "/logs/running", "/logs/chain"])
def test_the_logs_are_for_auditors_and_administrators_and_nobody_edits_them(as_, path):
    for login, status in (("auditor", 200), ("administrator", 200), ("dispatcher", 403), ("leader", 403)):
        as_(login).office.get(path, status=status)
    as_("auditor").office.post_form(path, status=405)


def test_the_auditor_edits_nothing(as_, world):
    browser = as_("auditor").office
    for path in ("/users/new", "/roles/new", "/absences/new", "/system/plugins", f"/users/{world.users['repairer']}/edit"):
        browser.get(path, status=403)


@pytest.mark.parametrize("path", ["/logs", "/logs/security"])
def test_the_same_statements_for_few_entries_and_many(as_, changed, count_requests_sql, path):
    browser = as_("auditor").office
    browser.get(path)
    counts = []
    for size in ("10", "50"):
        with count_requests_sql() as sql:
            browser.get(path, {"size": size}, status=200)
        counts.append(sql.count)
    assert counts[0] == counts[1]
