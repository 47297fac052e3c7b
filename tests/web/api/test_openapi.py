"""The document is valid, complete, and says what runs."""

import jsonschema
import pytest
from openapi_spec_validator import validate

from shuhua_web.api.index import prose
from shuhua_web.api.problems import error_table
from tests.web.sample import ROOMS


@pytest.fixture
def rooms():
    return ROOMS


@pytest.fixture
def document(anonymous):
    return anonymous.get("/openapi.json", status=200).json


def test_the_document_is_valid(document):
    validate(document)
    assert document["openapi"] == "3.1.0"


def test_every_view_of_the_api_is_in_it(document, app):
    views = app.registry.introspector.get_category("views")
    routes = app.registry.introspector
    for view in (each["introspectable"] for each in views):
        name = view["route_name"] or ""
        if name.startswith("api.") and name != "api.docs":
            pattern = routes.get("routes", name)["pattern"]
            paths = [path for path in document["paths"] if path == pattern or path.startswith(pattern.partition("{action}")[0])]
            assert any(view["request_methods"].lower() in document["paths"][path] for path in paths), (
                pattern,
                view["request_methods"],
            )


def test_an_action_is_described_by_itself(document):
    paths = document["paths"]
    assert "/api/v1/samples/{id}/actions/{action}" not in paths
    reject = paths["/api/v1/samples/{id}/actions/reject"]["post"]
    assert reject["requestBody"]["required"]
    assert reject["requestBody"]["content"]["application/json"]["schema"]["$ref"].endswith("/WebSampleReject")
    assert "requestBody" not in paths["/api/v1/samples/{id}/actions/approve"]["post"]
    assert [each["name"] for each in reject["parameters"]] == ["id", "Idempotency-Key", "If-Match"]


def test_it_tells_who_may_call_without_signing_in(document):
    paths = document["paths"]
    assert {} in paths["/api/v1/samples"]["post"]["security"]
    assert {} not in paths["/api/v1/samples"]["get"]["security"]


def test_input_and_parameters_carry_their_bounds(document):
    schema = document["components"]["schemas"]["WebSampleCreate"]
    assert schema["required"] == ["number"]
    assert schema["additionalProperties"] is False
    assert schema["properties"]["number"] == {"type": "string", "maxLength": 30, "minLength": 1, "title": "Number"}
    assert schema["properties"]["name"]["type"] == ["string", "null"]
    limit = next(each for each in document["paths"]["/api/v1/samples"]["get"]["parameters"] if each["name"] == "limit")
    assert limit["schema"] == {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}


def test_examples_are_what_the_schemas_take(document):
    for path, operations in document["paths"].items():
        for operation in operations.values():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if content:
                schema = {**content["schema"], "components": document["components"]}
                jsonschema.validate(content["example"], schema), path


@pytest.mark.parametrize("path", ["/samples", "/session", "/", "/changes"])
def test_answers_are_as_described(as_, document, path):
    answer = as_("dispatcher").api.get(path, status=200)
    check(document, f"/api/v1{path}", "get", answer)


def test_errors_are_as_described(as_, anonymous, document):
    check(document, "/api/v1/samples", "get", anonymous.get("/samples", status=401))
    check(document, "/api/v1/samples", "get", as_("dispatcher").api.get("/samples", limit="x", status=422))
    check(document, "/api/v1/samples", "post", anonymous.post("/samples", {"number": "X1", "fail": "wrong_state"}, status=409))
    check(document, "/api/v1/samples", "post", anonymous.post("/samples", {"number": "X1"}, status=201))


def check(document, path, method, answer):
    """The status is documented, and the body has its shape."""
    response = document["paths"][path][method]["responses"][str(answer.status_int)]
    schema = response["content"][answer.content_type]["schema"]
    jsonschema.validate(answer.json, {**schema, "components": document["components"]})


def test_the_page_shows_every_operation_and_error_and_loads_nothing_from_elsewhere(visitor, document):
    page = visitor.get("/api/v1/docs", status=200)
    for operations in document["paths"].values():
        for operation in operations.values():
            assert page.html.find(id=operation["operationId"]), operation["operationId"]
    for code, _status, _text in error_table():
        assert page.html.find(id=f"error-{code}"), code
    assert not page.html.find_all(["script", "link", "img", "iframe"])
    nonce = page.html.find("style")["nonce"]
    assert f"'nonce-{nonce}'" in page.headers["Content-Security-Policy"]


def test_descriptions_are_shown_as_text():
    assert prose("a `b` <script>\n\nc") == "<p>a <code>b</code> &lt;script&gt;</p><p>c</p>"


def test_the_index_leads_to_every_list(as_, anonymous):
    index = anonymous.get("/", status=200).json
    assert index["links"]["samples"] == "/api/v1/samples"
    assert index["links"]["session"] == "/api/v1/session"
    assert "inbox" in index["capabilities"]["plugins"]


def test_two_schemas_of_one_name_are_refused():
    from shuhua_web.api import openapi

    describing = openapi._Describing(None, None)
    describing._keep("Twice", {"type": "object"})
    with pytest.raises(ValueError, match="Twice"):
        describing._keep("Twice", {"type": "string"})
