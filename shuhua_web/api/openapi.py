"""The OpenAPI 3.1 document, made from the views that are registered: what it says is what runs."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

from pyramid.request import Request

from shuhua_core.accounts.actors import public_actor
from shuhua_core.accounts.roles import current_roles
from shuhua_core.kernel import jsonio
from shuhua_core.kernel.actor import Actor
from shuhua_core.kernel.choices import CodeList, book
from shuhua_core.kernel.schema import InputSchema
from shuhua_core.kernel.workflow_store import versions_in_force

from ..errors import STATUS
from ..security import PUBLIC, SIGNED_IN, cookie_name
from .outputs import Serializer, json_schema, named
from .problems import PROBLEM, STATUS_TEXT
from .resource import ApiView, Variant
from .schemas import example_of, input_schema

Document = dict[str, Any]

_PATH_PART = re.compile(r"\{([a-z_]+)(?::[^}]*)?\}")

INTRODUCTION = """\
Bodies are JSON objects; unknown members and members that stand twice are refused. Times are RFC 3339. Errors are
`application/problem+json` in the language of `Accept-Language`.

A `POST` that creates or acts carries `Idempotency-Key`, a UUID: repeat it with the same key and body until you get an answer,
and it has one effect. Callers without an account also send `Idempotency-Space`, a random secret of 32 to 128 characters that
they keep.
A `PATCH` carries `If-Match` with the version that was seen.
"""


@dataclass(frozen=True, slots=True)
class Built:
    """The document, and as JSON; ``made_of`` tells when it has to be made anew."""

    made_of: Hashable
    document: Document
    body: bytes


def current(request: Request) -> Built:
    """The document as it is now: made once for what the public may do, the workflows in force and the choice lists."""
    session = request.dbsession
    made_of = (current_roles(session).token, tuple(sorted(versions_in_force(session).items())), book().token)
    kept: Built | None = request.registry.openapi
    if kept is None or kept.made_of != made_of:
        document = with_words(build(request, public_actor(session)))
        kept = request.registry.openapi = Built(made_of, document, jsonio.dump(document))
    return kept


def with_words(value: Any) -> Any:
    """The document with the words of the choice lists that it names (``x-choices``), where they are not yet in it."""
    if isinstance(value, dict):
        found = {name: with_words(each) for name, each in value.items()}
        if "x-choices" in value and "enum" not in value:
            nothing = [None] if "null" in value["type"] else []
            found["enum"] = [*CodeList(value["x-choices"]), *nothing]
        return found
    return [with_words(each) for each in value] if isinstance(value, list) else value


def build(request: Request, stranger: Actor) -> Document:
    """The document for this deployment, in which ``stranger`` is somebody who has not signed in."""
    describing = _Describing(request, stranger)
    views: list[ApiView] = request.registry.api_views
    paths: dict[str, Document] = {}
    for view in sorted(views, key=lambda each: (each.tag, describing.path(each), each.method)):
        for path, operation in describing.operations(view):
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
            "schemas": dict(sorted(describing.schemas.items())),
            "securitySchemes": {
                "device": {"type": "http", "scheme": "bearer", "description": "The token that `POST /api/v1/session` gives."},
                "office": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": cookie_name(request),
                    "description": "The office's own pages; unsafe methods also need the header X-CSRF-Token.",
                },
            },
        },
    }


@dataclass
class _Describing:
    """Describes operations, and gathers the schemas that they name."""

    request: Request
    stranger: Actor
    """A member of the public, to tell what may be called without signing in."""
    schemas: dict[str, Document] = field(default_factory=lambda: {"Problem": PROBLEM})

    def path(self, view: ApiView) -> str:
        """The address of a view as OpenAPI writes it."""
        route = self.request.registry.introspector.get("routes", view.route_name)
        return _PATH_PART.sub(r"{\1}", route["pattern"])

    def operations(self, view: ApiView) -> Iterator[tuple[str, Document]]:
        """(path, operation) of a view; one for each action where its path names one."""
        path = self.path(view)
        if view.variants is None:
            yield path, self._operation(view, path, view.route_name, Variant(view.body, view.summary, view.description))
            return
        last = _PATH_PART.findall(path)[-1]
        for value, variant in view.variants(self.request).items():
            named_path = path.replace(f"{{{last}}}", value)
            yield named_path, self._operation(view, named_path, f"{view.route_name}.{value}", variant)

    def _operation(self, view: ApiView, path: str, name: str, variant: Variant) -> Document:
        operation: Document = {
            "operationId": f"{name.removeprefix('api.')}.{view.method.lower()}",
            "tags": [view.tag],
            "summary": variant.summary,
            "description": "\n\n".join(each for each in (variant.description, _asks(view)) if each),
            "parameters": [*_path_parameters(path), *self._header_parameters(view), *_query_parameters(view)],
            "responses": self._responses(view, path),
            "security": [*([{}] if self._is_open(view) else []), {"device": []}, {"office": []}],
        }
        if view.multipart is not None:
            schema = {"type": "object", "properties": dict(view.multipart), "required": list(view.multipart)}
            operation["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": schema}}}
        elif view.raw:
            content = {view.raw: {"schema": {"type": "string", "format": "binary"}}}
            operation["requestBody"] = {"required": True, "content": content}
        elif variant.body is not None:
            operation["requestBody"] = self._body(view, variant.body)
        return operation

    def _body(self, view: ApiView, body: type[InputSchema]) -> Document:
        name = _input_name(body)
        schema = self._keep(name, input_schema(body))
        content = {"schema": {"$ref": f"#/components/schemas/{name}"}, "example": view.example or example_of(schema)}
        required = view.variants is None or bool(schema.get("required"))
        return {"required": required, "content": {"application/json": content}}

    def _keep(self, name: str, schema: Document) -> Document:
        """Two schemas of one name would describe each other wrongly."""
        if self.schemas.setdefault(name, schema) != schema:
            raise ValueError(f"two schemas are named {name}")
        return schema

    def _is_open(self, view: ApiView) -> bool:
        """Whether a member of the public may call it."""
        return view.permission == PUBLIC or (view.permission != SIGNED_IN and self.stranger.may(view.permission))

    def _header_parameters(self, view: ApiView) -> Iterator[Document]:
        if view.idempotent:
            yield _header(
                "Idempotency-Key", {"type": "string", "format": "uuid"}, "A fresh UUID; the same one for each repetition."
            )
        for name, meaning in view.headers.items():
            yield _header(name, {"type": "string", "maxLength": 1000}, meaning, required=False)
        if (view.idempotent or view.multipart is not None or view.raw is not None) and self._is_open(view):
            schema = {"type": "string", "pattern": "^[A-Za-z0-9_-]{32,128}$"}
            yield _header("Idempotency-Space", schema, "A random secret that a client without an account keeps.", required=False)
        if view.versioned:
            seen: Document = {"type": "string", "pattern": '^(W/)?"?[0-9]{1,9}"?$', "examples": ['"3"']}
            yield _header("If-Match", seen, "The version that was seen.", required=view.versioned == "required")

    def _responses(self, view: ApiView, path: str) -> Document:
        responses: Document = {str(view.status): self._success(view)}
        for status in sorted(_statuses(view, path)):
            response: Document = {
                "description": STATUS_TEXT[status],
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            }
            if status in {429, 503}:
                response["headers"] = {"Retry-After": _text("Seconds.")}
            responses[str(status)] = response
        return responses

    def _success(self, view: ApiView) -> Document:
        for each in named(view.answer):
            self._keep(each.name, each.json_schema())
        response: Document = {"description": "Done." if view.status == 204 else "The answer.", "headers": {}}
        if view.status != 204:
            content: Document = {"schema": json_schema(view.answer if view.answer is not None else {})}
            if isinstance(view.answer, Serializer) and view.answer.example is not None:
                content["example"] = view.answer.example
            response["content"] = {view.media_type: content}
        if view.idempotent:
            response["headers"]["Idempotency-Replayed"] = _text("`true` where this answer was given before.")
        if view.status == 201 and view.idempotent:
            response["headers"]["Location"] = _text("Address of what was made.")
        if isinstance(view.answer, Serializer) and any(each.name == "version" for each in view.answer.fields):
            response["headers"]["ETag"] = _text("The record's version, for If-Match.")
        return response


def _input_name(body: type[InputSchema]) -> str:
    """Inputs are named after their rooms, since several rooms take a Reason: ``TasksReason``."""
    return body.__module__.split(".")[1].capitalize() + body.__name__


def _asks(view: ApiView) -> str:
    if view.permission == PUBLIC:
        return ""
    return "Asks for a signed-in user." if view.permission == SIGNED_IN else f"Asks for the permission `{view.permission}`."


def _text(description: str) -> Document:
    return {"schema": {"type": "string"}, "description": description}


def _header(name: str, schema: Document, description: str, *, required: bool = True) -> Document:
    return {"name": name, "in": "header", "required": required, "schema": schema, "description": description}


def _path_parameters(path: str) -> Iterable[Document]:
    for name in _PATH_PART.findall(path):
        is_id = name == "id" or name.endswith("_id")
        schema = {"type": "integer", "minimum": 1, "maximum": 2**63 - 1} if is_id else {"type": "string", "maxLength": 100}
        yield {"name": name, "in": "path", "required": True, "schema": schema}


def _query_parameters(view: ApiView) -> Iterable[Document]:
    for each in view.parameters:
        described = {"description": each.description} if each.description else {}
        yield {"name": each.name, "in": "query", "required": False, "schema": each.json_schema(), **described}


def _statuses(view: ApiView, path: str) -> set[int]:
    """The statuses of all problems that an operation may answer with."""
    writes = view.method not in {"GET", "HEAD"}
    found = {400, 401, 422, 503}
    if view.permission != PUBLIC or writes:
        found.add(403)
    if "{" in path or view.variants is not None:
        found.add(404)
    if writes:
        found.add(409)
    if writes and view.method != "DELETE":
        found |= {413, 415}
    if view.versioned:
        found |= {412, 428} if view.versioned == "required" else {412}
    return found | set(view.statuses) | {STATUS[each] for each in view.errors}


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
