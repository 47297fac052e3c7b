"""What is declared beside a view is enforced."""

import pytest

from shuhua_core.kernel import errors
from shuhua_web.errors import STATUS
from tests.web.sample import ROOMS


@pytest.fixture
def rooms():
    return ROOMS


def send(client, body, content_type="application/json"):
    headers = {**client.headers, "Idempotency-Key": "0d3a1c7e-6a55-4b0c-9a5e-3f1f6c1d2e3f", "Content-Type": content_type}
    return client.app.post("/api/v1/samples", body, headers=headers, status="*")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b'{"number": NaN}',
        b'{"number": "a", "number": "b"}',
        b'{"number": "\xff"}',
        b"[" * 100_000,
    ],
)
def test_a_body_that_is_no_json_object_or_names_a_member_twice_is_400(anonymous, body):
    answer = send(anonymous, body)
    assert (answer.status_int, answer.json["code"]) == (400, "malformed")


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=gbk", "multipart/form-data"]
)
def test_a_body_of_another_type_is_415(anonymous, content_type):
    answer = send(anonymous, b'{"number": "X1"}', content_type)
    assert (answer.status_int, answer.json["code"]) == (415, "content_type")


def test_a_body_that_is_too_large_is_413(anonymous):
    assert send(anonymous, b'{"name": "' + b"x" * 1_000_001 + b'"}').status_int == 413


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "number"),
        ({"number": 7}, "number"),
        ({"number": "X" * 31}, "number"),
        ({"number": "a\u0000b"}, "number"),
        ({"number": "X1", "status": "closed"}, "status"),
        ({"number": "X1", "a\u0000\ud800b": 1}, "a\ufffd\ufffdb"),
        ({"number": 2**200}, "number"),
        ({"number": "\ud800"}, "number"),
        ({"number": "X1", "organisation_path": "/"}, "organisation_path"),
    ],
)
def test_wrong_and_unknown_members_are_422_by_name(anonymous, body, field):
    answer = anonymous.post("/samples", body, status=422)
    assert answer.content_type == "application/problem+json"
    assert list(answer.json["errors"]) == [field]


@pytest.mark.parametrize(
    "query",
    [
        {"limit": ""},
        {"kind": ""},
        {"limit": "0"},
        {"limit": "101"},
        {"limit": "x"},
        {"limit": "1.5"},
        {"limit": "٣"},
        {"size": "11"},
        {"sort": "name; DROP TABLE models"},
        {"kind": "b"},
        {"urgent": "yes"},
        {"unknown": "1"},
        {"q": "x" * 101},
        {"q": "a\x00b"},
    ],
)
def test_wrong_and_unknown_parameters_are_422_by_name(as_, query):
    answer = as_("dispatcher").api.get("/samples", **query, status=422)
    assert list(answer.json["errors"]) == list(query)


def test_a_parameter_that_is_sent_twice_is_422(as_):
    person = as_("dispatcher").api
    assert person.app.get("/api/v1/samples?limit=1&limit=2", headers=person.headers, status=422)
    assert person.app.get("/api/v1/samples?kind=a&kind=a", headers=person.headers, status=200)


def test_a_query_that_is_not_utf8_is_400(as_):
    person = as_("dispatcher").api
    assert person.app.get("/api/v1/samples?q=%ff", headers=person.headers, status=400).json["code"] == "malformed"


@pytest.mark.parametrize("record", ["0", "-1", "x", "1.0", "99999999", "9223372036854775808", "%00", "%ff", "..%2f1", "%D9%A3"])
def test_an_id_that_is_none_is_404_as_an_absent_one(as_, record):
    person = as_("dispatcher").api
    answer = person.app.get(f"/api/v1/samples/{record}", headers=person.headers, status=404)
    assert answer.json["code"] == "not_found"


def test_a_method_that_a_route_does_not_take_is_405(as_):
    person = as_("dispatcher").api
    answer = person.app.put_json("/api/v1/samples", {}, headers=person.headers, status=405)
    assert answer.headers["Allow"] == "GET, HEAD, POST"
    assert person.app.options("/api/v1/samples", headers=person.headers, status=405).headers["Allow"]


def test_a_header_cannot_change_the_method(as_, deployment):
    person = as_("administrator").api
    for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
        headers = {**person.headers, name: "DELETE"}
        assert person.app.get("/api/v1/session?_method=DELETE", headers=headers, status=422)
        assert person.app.get("/api/v1/session", headers=headers, status=200)


def test_a_change_needs_the_version_that_was_seen(as_):
    client = as_("quality_engineer").api
    made = client.post("/samples", {"number": "X1"}).json["id"]
    administrator = as_("administrator").api
    path = f"/samples/{made}"
    assert administrator.get(path).headers["ETag"] == '"1"'
    assert administrator.patch(path, {"name": "New"}).json["code"] == "version_missing"
    assert administrator.patch(path, {"name": "New"}).status_int == 428
    assert administrator.patch(path, {"name": "New"}, version=1).json["version"] == 2
    stale = administrator.patch(path, {"name": "Newer"}, version=1)
    assert (stale.status_int, stale.json["code"], stale.json["version"]) == (412, "version_stale", 2)
    assert administrator.get(path).json["name"] == "New"
    odd = {**administrator.headers, "If-Match": "something else"}
    assert administrator.app.patch_json(f"/api/v1{path}", {"name": "x"}, headers=odd, status=400)


def test_an_action_without_input_takes_no_body_or_an_empty_one(as_):
    administrator = as_("administrator").api
    made = administrator.post("/samples", {"number": "X1"}).json["id"]
    administrator.act(f"/samples/{made}", "approve", status=200)
    headers = {**administrator.headers, "Idempotency-Key": "0d3a1c7e-6a55-4b0c-9a5e-3f1f6c1d2e3f"}
    administrator.app.post(f"/api/v1/samples/{made}/actions/approve", headers=headers, status=200)
    assert list(administrator.act(f"/samples/{made}", "approve", {"x": 1}, status=422).json["errors"]) == ["x"]
    assert list(administrator.act(f"/samples/{made}", "reject", status=422).json["errors"]) == ["reason"]
    administrator.act(f"/samples/{made}", "no_such_action", status=404)


@pytest.mark.parametrize("kind", errors.CATALOGUE)
def test_every_error_of_the_domain_has_its_status(anonymous, kind):
    answer = anonymous.post("/samples", {"number": "X1", "fail": kind.code})
    assert (answer.status_int, answer.json["code"]) == (STATUS[kind], kind.code)
    assert answer.json["status"] == answer.status_int
    assert answer.json["request_id"] == answer.headers["X-Request-ID"]
    assert answer.json["type"].endswith(f"#error-{kind.code}")
    assert ("Retry-After" in answer.headers) == (answer.status_int in {429, 503})


def test_a_mistake_of_ours_tells_nothing(anonymous):
    answer = anonymous.post("/samples", {"number": "X1", "fail": "bug"}, status=500)
    assert set(answer.json) == {"type", "title", "status", "code", "request_id"}
    for word in ("SELECT", "passwd", "Traceback", "ZeroDivision", ".py"):
        assert word not in answer.text


def test_messages_are_in_the_language_of_the_caller(app, as_):
    english = as_("dispatcher").api.get("/samples", limit="0").json
    assert english["errors"]["limit"] == "Enter a number from 1 to 100."
    chinese = as_("dispatcher").api.get("/samples", limit="0", headers={"Accept-Language": "zh-CN,zh;q=0.9"})
    assert chinese.status_int == 422
