"""One transaction a request, and the gate free again however it ends."""

import sqlite3
import threading
import time

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from shuhua_core.archives.models import ProductModel
from shuhua_core.audit.models import AuditEntry, SecurityEntry
from shuhua_web import context
from tests.web.sample import ROOMS


@pytest.fixture
def rooms():
    return ROOMS


def numbers(deployment):
    with deployment.database.read() as session:
        return set(session.scalars(select(ProductModel.number))) - {"TEST-01"}


def assert_gate_is_free(deployment):
    """Passed from another thread, so that nothing of this one helps."""
    passed = []

    def write():
        with deployment.database.write():
            passed.append(True)

    thread = threading.Thread(target=write)
    thread.start()
    thread.join(2)
    assert passed


def test_an_answer_below_400_commits_also_what_was_written_without_the_orm(office, deployment):
    office.post_form("/sample-page", status=200)
    assert numbers(deployment) == {"PAGE"}


@pytest.mark.parametrize("status", [400, 422, 500])
def test_an_answer_from_400_on_rolls_back(office, deployment, status):
    office.post_form("/sample-page", {"status": status}, status=status)
    assert numbers(deployment) == set()
    assert_gate_is_free(deployment)


@pytest.mark.parametrize("code", ["invalid", "conflict", "wrong_state", "not_found", "bug"])
def test_an_error_rolls_back_and_frees_the_gate(anonymous, deployment, code):
    answer = anonymous.post("/samples", {"number": "X1", "fail": code})
    assert answer.status_int >= 400
    assert numbers(deployment) == set()
    assert_gate_is_free(deployment)


def test_what_is_written_carries_the_id_of_the_request(anonymous, deployment):
    answer = anonymous.post("/samples", {"number": "X1"}, status=201)
    with deployment.database.read() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.event == "samples.created")).one()
    assert entry.request_id == answer.headers["X-Request-ID"]


def failing_commits(deployment, error, times):
    """Makes the next commits of writers fail as a driver would."""
    left = [times]

    def refuse(connection):
        if left[0] and connection.get_execution_options().get("shuhua_write"):
            left[0] -= 1
            raise OperationalError("COMMIT", {}, error)

    event.listen(deployment.database.engine, "commit", refuse)
    return left


def test_after_a_failed_commit_the_answer_is_503_and_the_gate_is_free(anonymous, deployment):
    failing_commits(deployment, sqlite3.OperationalError("disk I/O error"), 1)
    answer = anonymous.post("/samples", {"number": "X1"})
    assert answer.status_int == 503
    assert answer.headers["Retry-After"]
    assert "disk" not in answer.text
    assert numbers(deployment) == set()
    assert_gate_is_free(deployment)
    anonymous.post("/samples", {"number": "X1"}, status=201)
    assert numbers(deployment) == {"X1"}


def busy():
    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorname = "SQLITE_BUSY"
    return error


def test_a_busy_database_is_tried_again(anonymous, deployment):
    left = failing_commits(deployment, busy(), 2)
    anonymous.post("/samples", {"number": "X1"}, status=201)
    assert left == [0]
    assert numbers(deployment) == {"X1"}


def test_a_database_that_stays_busy_is_answered_503(anonymous, deployment):
    failing_commits(deployment, busy(), 3)
    answer = anonymous.post("/samples", {"number": "X1"})
    assert (answer.status_int, answer.json["code"]) == (503, "busy")
    assert answer.headers["Retry-After"]
    assert_gate_is_free(deployment)


def test_a_busy_statement_is_tried_again(anonymous, deployment):
    left = [1]

    def refuse(_connection, _cursor, statement, *_rest):
        if left[0] and "INSERT INTO models" in statement:
            left[0] -= 1
            raise OperationalError(statement, {}, busy())

    event.listen(deployment.database.engine, "before_cursor_execute", refuse)
    anonymous.post("/samples", {"number": "X1"}, status=201)
    assert left == [0]


@pytest.mark.sqlite
def test_who_cannot_pass_the_gate_in_time_is_answered_503(anonymous, deployment):
    deployment.database.gate._timeout = 0.2
    deployment.database.gate.acquire()
    try:
        started = time.monotonic()
        answer = anonymous.post("/samples", {"number": "X1"})
        assert time.monotonic() - started < 3
    finally:
        deployment.database.gate.release()
    assert (answer.status_int, answer.json["code"]) == (503, "busy")
    anonymous.post("/samples", {"number": "X1"}, status=201)


def test_reading_does_not_wait_for_the_gate(as_, deployment):
    person = as_("dispatcher")
    with deployment.database.write():
        assert person.api.get("/samples").status_int == 200


def test_a_unique_value_that_is_taken_is_a_conflict_without_sql(anonymous, deployment):
    anonymous.post("/samples", {"number": "X1"}, status=201)
    answer = anonymous.post("/samples", {"number": "X1"})
    assert (answer.status_int, answer.json["code"]) == (409, "conflict")
    assert "INSERT" not in answer.text
    assert_gate_is_free(deployment)


def test_an_error_view_cannot_touch_the_session(anonymous, deployment, monkeypatch):
    seen = []

    def touching(request, *_args, **_kwargs):
        with pytest.raises(RuntimeError, match="error view"):
            _ = request.dbsession
        seen.append(True)

    monkeypatch.setattr(context.security_log, "note", touching)
    anonymous.post("/samples", {"number": "X1", "fail": "not_allowed"}, status=403)
    assert seen
    assert_gate_is_free(deployment)


def test_what_must_outlive_a_refusal_is_written_after_it(as_, deployment):
    person = as_("repairer")
    answer = person.api.post("/samples/1/actions/approve", status=403)
    with deployment.database.read() as session:
        entry = session.scalars(select(SecurityEntry)).one()
    assert (entry.kind, entry.actor_id, entry.record_id) == ("authz.function_denied", person.user_id, 1)
    assert entry.request_id == answer.headers["X-Request-ID"]
    assert_gate_is_free(deployment)


def test_an_api_get_with_identity_sends_one_statement_of_its_own(as_, count_requests_sql):
    client = as_("dispatcher").api
    client.get("/session", status=200)
    with count_requests_sql() as sql:
        client.get("/session", status=200)
    assert sql.count == 1, sql.statements
