"""One line a request, with nothing in it that a person sent."""

import json
import logging

import pytest
from webob import Request

from shuhua_core.logs import JsonFormatter
from shuhua_core.testing.world import PASSWORD
from tests.web.sample import ROOMS


@pytest.fixture
def rooms():
    return ROOMS


@pytest.fixture
def lines(caplog):
    """The lines that were logged so far, as the formatter writes them."""
    caplog.set_level(logging.INFO)
    return lambda: [JsonFormatter().format(record) for record in caplog.records if record.name.startswith("shuhua")]


def requests(lines):
    return [each for each in map(json.loads, lines()) if each["logger"] == "shuhua.access"]


def test_a_request_is_one_line_with_route_status_time_and_actor(as_, lines):
    person = as_("dispatcher")
    answer = person.api.get("/samples", status=200)
    (line,) = requests(lines)
    assert line["request_id"] == answer.headers["X-Request-ID"]
    assert (line["route"], line["method"], line["status"], line["actor"]) == ("api.samples.list", "GET", 200, person.user_id)
    assert line["ms"] > 0


def test_nothing_that_a_person_sent_is_logged(app, as_, anonymous, lines):
    person = as_("dispatcher")
    secrets = [
        "13900001234",
        "needle",
        PASSWORD,
        person.token,
        person.office.cookies["shuhua-session"],
        anonymous.headers["Idempotency-Space"],
    ]
    person.api.get("/samples", q="13900001234")
    person.api.get("/samples/13900001234")
    person.office.get("/needle?needle=13900001234", status=404)
    anonymous.post("/samples", {"number": "needle", "fail": "bug"}, status=500)
    anonymous.post("/samples", {"number": "needle", "name": "x" * 40}, status=422)
    anonymous.app.post_json("/api/v1/session", {"login": "needle", "password": PASSWORD}, headers=anonymous.headers, status=401)
    written = "\n".join(lines())
    for secret in secrets:
        assert secret not in written


@pytest.mark.parametrize("text", ['x\r\n{"level": "forged"}', "\x1b[31mred", "\u2028next", "x" * 100_000, "\ud800"])
def test_a_line_stays_one_line_whatever_is_logged(text):
    record = logging.LogRecord("x", logging.INFO, "", 0, "%s", (text,), None)
    line = JsonFormatter().format(record)
    assert line.isascii()
    assert line.isprintable()
    assert len(line) < 4_000
    assert json.loads(line)["message"] == text[:500]


def test_odd_requests_make_one_line_each(app, lines):
    for path, method, status in (("/%0d%0a%7B%7D", "GET", 404), ("/%ff", "GET", 404), ("/", "X\x1bY", 405)):
        assert Request.blank(path, method=method).get_response(app).status_int == status
    found = requests(lines)
    assert [line["route"] for line in found[:2]] == ["none", "none"]
    assert found[2]["method"] == "other"


def test_an_exception_is_told_by_type_and_place_but_not_by_its_text(anonymous, lines):
    anonymous.post("/samples", {"number": "X1", "fail": "bug"}, status=500)
    (line,) = [json.loads(each) for each in lines() if "exception" in each]
    assert line["exception"][0] == "builtins.ZeroDivisionError"
    assert any("sample.py" in frame for frame in line["frames"])
    assert "passwd" not in json.dumps(line)


def test_where_even_the_error_view_fails_there_is_an_answer(anonymous, app, monkeypatch):
    from shuhua_web import errors

    def broken(*_args, **_kwargs):
        raise RuntimeError("even this")

    monkeypatch.setattr(errors, "answer", broken)
    answer = anonymous.post("/samples", {"number": "X1", "fail": "bug"}, status=500)
    assert answer.json["code"] == "failed"
    assert answer.json["request_id"] == answer.headers["X-Request-ID"]


def test_an_id_is_taken_from_a_trusted_proxy_only(anonymous):
    answer = anonymous.get("/", headers={"X-Request-ID": "given-by-a-client"})
    assert answer.headers["X-Request-ID"] != "given-by-a-client"
