"""The OpenAPI 3.1 document, made from the views that are registered: what it says is what runs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from pyramid.request import Request

from shuhua_core.accounts.actors import public_actor
from shuhua_core.kernel import errors
from shuhua_core.kernel.actor import Actor
from shuhua_core.kernel.schema import InputSchema

from ..errors import STATUS, WEB_ERRORS
from ..security import PUBLIC, SIGNED_IN
from .outputs import Serializer, json_schema, named
from .resource import ApiView, Variant
from .schemas import example_of, input_schema

Document = dict[str, Any]

_PATH_PART = re.compile(r"\{([a-z_]+)(?::[^}]*)?\}")

STATUS_TEXT = {
    400: "The request could not be read, or a header that it needs is missing.",
    401: "Not signed in, or the token is no longer valid.",
    403: "The caller lacks the permission, or the token against forged requests.",
    404: "There is no such record, or it is outside the caller's scope: both look alike.",
    409: "Not possible in the present state, changed meanwhile, or the first request with this key still runs.",
    412: "The record was changed since the version in If-Match.",
    413: "The body or file is too large.",
    415: "The body is not of the type that is taken here.",
    422: "A field or parameter breaks a rule; `errors` names each. Or the Idempotency-Key stands for another body.",
    428: "If-Match is missing.",
    429: "Too many attempts; Retry-After says when to try again.",
    503: "Busy. Nothing was saved unless the text says otherwise; try again after Retry-After.",
}

PROBLEM: Document = {
    "type": "object",
    "description": "RFC 9457 problem details.",
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string", "description": "What kind of problem, in the caller's language."},
        "detail": {"type": "string", "description": "What is the matter this time, in the caller's language."},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "code": {"type": "string", "description": "Stable name of the problem, for programs."},
        "errors": {"type": "object", "additionalProperties": {"type": "string"}, "description": "Dotted field path to message."},
        "state": {"type": "string", "description": "The record's present state."},
        "version": {"type": "integer", "description": "The record's present version."},
        "action": {"type": "string"},
        "retry_after": {"type": "number", "description": "Seconds."},
        "request_id": {"type": "string", "description": "Names this request in the logs."},
    },
    "required": ["type", "title", "status", "code", "request_id"],
    "additionalProperties": False,
}


def build(request: Request) -> Document:
    """The document for this deployment."""
    with request.deployment.database.read() as session:
        stranger = public_actor(session)
    components: dict[str, Document] = {"Problem": PROBLEM}
    paths: dict[str, Document] = {}
    views: list[ApiView] = request.registry.api_views
    for view in sorted(views, key=lambda each: (each.tag, _path(request, each), each.method)):
        for path, operation in _operations(request, view, stranger, components):
            paths.setdefault(path, {})[view.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Shuhua",
            "version": version("shuhua"),
            "summary": "After-sales service for makers of fitness equipment.",
            "description": INTRODUCTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "This deployment"}],
        "tags": [{"name": tag} for tag in sorted({view.tag for view in views})],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(components.items())),
            "securitySchemes": {
                "device": {"type": "http", "scheme": "bearer", "description": "The token that `POST /api/v1/session` gives."},
                "office": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "__Host-shuhua-session" if request.deployment.settings.secure else "shuhua-session",
                    "description": "The office's own pages; unsafe methods also need the header X-CSRF-Token.",
                },
            },
        },
    }


INTRODUCTION = """\
Bodies are JSON objects; unknown members and members that stand twice are refused. Times are RFC 3339. Errors are
`application/problem+json` in the language of `Accept-Language`.

A `POST` that creates or acts carries `Idempotency-Key`, a UUID: repeat it with the same key and body until you get an answer, and
it has one effect. Callers without an account also send `Idempotency-Space`, a random secret of 32 to 128 characters that they keep.
A `PATCH` carries `If-Match` with the version that was seen.
"""


def _path(request: Request, view: ApiView) -> str:
    route = request.registry.introspector.get("routes", view.route_name)
    return _PATH_PART.sub(r"{\1}", route["pattern"])


def _operations(
    request: Request, view: ApiView, stranger: Actor, components: dict[str, Document]
) -> Iterable[tuple[str, Document]]:
    path = _path(request, view)
    if view.variants is None:
        yield path, _operation(view, path, view.body, stranger, components, view.route_name)
        return
    last = _PATH_PART.findall(path)[-1]
    for value, variant in view.variants(request).items():
        named_path = path.replace(f"{{{last}}}", value)
        name = f"{view.route_name}.{value}"
        yield named_path, _operation(view, named_path, variant.body, stranger, components, name, variant)


def _operation(
    view: ApiView,
    path: str,
    body: type[InputSchema] | None,
    stranger: Actor,
    components: dict[str, Document],
    name: str,
    variant: Variant | None = None,
) -> Document:
    described = variant or view
    operation: Document = {
        "operationId": f"{name.removeprefix('api.')}.{view.method.lower()}",
        "tags": [view.tag],
        "summary": described.summary,
        "parameters": [*_path_parameters(path), *_header_parameters(view, stranger), *_query_parameters(view)],
        "responses": _responses(view, path, components),
        "security": _security(view, stranger),
    }
    asks = {PUBLIC: "", SIGNED_IN: "Asks for a signed-in user."}.get(
        view.permission, f"Asks for the permission `{view.permission}`."
    )
    operation["description"] = "\n\n".join(each for each in (described.description, asks) if each)
    if view.multipart is not None:
        schema = {"type": "object", "properties": dict(view.multipart), "required": list(view.multipart)}
        operation["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": schema}}}
    elif body is not None:
        schema = _named_input(body, components)
        example = view.example or example_of(components[body.__name__])
        required = view.variants is None or bool(components[body.__name__].get("required"))
        operation["requestBody"] = {"required": required, "content": {"application/json": {"schema": schema, "example": example}}}
    return operation


def _named_input(body: type[InputSchema], components: dict[str, Document]) -> Document:
    _keep(components, body.__name__, input_schema(body))
    return {"$ref": f"#/components/schemas/{body.__name__}"}


def _keep(components: dict[str, Document], name: str, schema: Document) -> None:
    """Two schemas of one name would describe each other wrongly."""
    if components.setdefault(name, schema) != schema:
        raise ValueError(f"two schemas are named {name}")


def _path_parameters(path: str) -> list[Document]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "integer", "minimum": 1, "maximum": 2**63 - 1}
            if name == "id" or name.endswith("_id")
            else {"type": "string", "maxLength": 100},
        }
        for name in _PATH_PART.findall(path)
    ]


def _query_parameters(view: ApiView) -> list[Document]:
    return [
        {
            "name": each.name,
            "in": "query",
            "required": False,
            "schema": each.json_schema(),
            **({"description": each.description} if each.description else {}),
        }
        for each in view.parameters
    ]


def _header_parameters(view: ApiView, stranger: Actor) -> list[Document]:
    found = []
    if view.idempotent:
        found.append(
            _header("Idempotency-Key", {"type": "string", "format": "uuid"}, "A fresh UUID, sent again with each repetition.")
        )
    if (view.idempotent or view.multipart is not None) and _is_open(view, stranger):
        schema = {"type": "string", "pattern": "^[A-Za-z0-9_-]{32,128}$"}
        found.append(
            _header("Idempotency-Space", schema, "A random secret that a client without an account keeps.", required=False)
        )
    if view.versioned:
        schema = {"type": "string", "pattern": '^(W/)?"?[0-9]{1,9}"?$', "examples": ['"3"']}
        found.append(_header("If-Match", schema, "The version that was seen.", required=view.versioned == "required"))
    return found


def _header(name: str, schema: Document, description: str, *, required: bool = True) -> Document:
    return {"name": name, "in": "header", "required": required, "schema": schema, "description": description}


def _is_open(view: ApiView, stranger: Actor) -> bool:
    """Whether a member of the public may call it."""
    return view.permission == PUBLIC or (view.permission != SIGNED_IN and stranger.may(view.permission))


def _security(view: ApiView, stranger: Actor) -> list[Document]:
    found: list[Document] = [{"device": []}, {"office": []}]
    return [{}, *found] if _is_open(view, stranger) else found


# Answers -----------------------------------------------------------------------------------------------------------------


def _responses(view: ApiView, path: str, components: dict[str, Document]) -> Document:
    responses: Document = {str(view.status): _success(view, components)}
    if view.multipart is None and view.answer is not None and view.status == 201 and view.idempotent:
        responses["201"]["headers"]["Location"] = {"schema": {"type": "string"}, "description": "Address of what was made."}
    for status in sorted(_statuses(view, path)):
        response: Document = {
            "description": STATUS_TEXT[status],
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        if status in {429, 503}:
            response["headers"] = {"Retry-After": {"schema": {"type": "string"}, "description": "Seconds."}}
        responses[str(status)] = response
    return responses


def _success(view: ApiView, components: dict[str, Document]) -> Document:
    for each in named(view.answer):
        _keep(components, each.name, each.json_schema())
    response: Document = {"description": "Done." if view.status == 204 else "The answer.", "headers": {}}
    if view.status != 204:
        schema = json_schema(view.answer if view.answer is not None else {})
        content: Document = {"schema": schema}
        if isinstance(view.answer, Serializer) and view.answer.example is not None:
            content["example"] = view.answer.example
        response["content"] = {"application/json": content}
    if view.idempotent:
        response["headers"]["Idempotency-Replayed"] = {
            "schema": {"type": "string", "enum": ["true"]},
            "description": "Sent where this answer was given before.",
        }
    if isinstance(view.answer, Serializer) and any(each.name == "version" for each in view.answer.fields):
        response["headers"]["ETag"] = {"schema": {"type": "string"}, "description": "The record's version, for If-Match."}
    return response


def _statuses(view: ApiView, path: str) -> set[int]:
    writes = view.method not in {"GET", "HEAD"}
    found = {400, 401, 422, 503}
    if view.permission != PUBLIC or writes:
        found.add(403)
    if "{" in path or view.variants is not None:
        found.add(404)
    if writes and view.method != "DELETE":
        found |= {413, 415}
    if writes:
        found.add(409)
    if view.versioned:
        found |= {412, 428} if view.versioned == "required" else {412}
    return found | {STATUS[each] for each in view.errors}


def error_table() -> list[tuple[str, int, str]]:
    """(code, status, text) of every problem, for the page and the docs."""
    catalogue = [(each.code, STATUS[each], str(each.default)) for each in errors.CATALOGUE]
    return [*catalogue, *((code, status, "") for code, status in WEB_ERRORS.items())]


@dataclass(frozen=True)
class Operation:
    """One operation as the page shows it."""

    method: str
    path: str
    body: Document


def grouped(document: Document) -> dict[str, list[Operation]]:
    """The operations by tag."""
    found: dict[str, list[Operation]] = {tag["name"]: [] for tag in document["tags"]}
    for path, operations in document["paths"].items():
        for method, body in operations.items():
            found[body["tags"][0]].append(Operation(method.upper(), path, body))
    return found
