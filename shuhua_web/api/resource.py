"""Declaring views of the API.

A view is written so::

    TASK = Serializer("Task", [Out("id", "integer"), Out("number", "string"), Out("version", "integer")])

    @api_view(
        route_name="api.tasks.view", method="GET", permission=Permission.TASKS_VIEW,
        tag="tasks", summary="Read a task", answer=TASK,
    )
    def view_task(request):
        return TASK.one(request.service(TaskService).get(record_id(request)))

    def includeme(config):
        config.add_api_route("api.tasks.view", "/tasks/{id}")
        config.scan(".")          # or the room's package

What is declared is enforced (strict JSON, query parameters, Idempotency-Key, If-Match) and described by OpenAPI. docs/api.md
shows a creating view, a list and actions. The body is handed on as plain JSON: services deserialise it by their schema.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
import venusian
from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.response import Response

from shuhua_core.kernel import idempotency, jsonio
from shuhua_core.kernel.errors import Invalid, Malformed, ServiceError, TooLarge, VersionMissing
from shuhua_core.kernel.schema import InputSchema

from ..errors import WrongContentType
from ..i18n import _
from .exactly_once import canonical, hidden_location, key_use, shown_location, with_secrets, without_secrets
from .outputs import Answer
from .parameters import Parameter, read_parameters

PREFIX = "/api/v1"
LARGEST_BODY = 1_000_000
"""Bytes of a JSON body."""
_VERSION = re.compile(r'(?:W/)?"?([0-9]{1,9})"?')

Variants = Callable[[Request], Mapping[str, "Variant"]]


@dataclass(frozen=True)
class Variant:
    """What one action takes: for a route whose last part names the action, each action is described by itself."""

    body: type[InputSchema] | None
    summary: str
    description: str = ""


@dataclass(frozen=True)
class Reply:
    """An answer with more than its body: another status, the address of what was made, headers."""

    body: Any
    status: int | None = None
    location: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class ApiView:
    """One operation, as declared by :func:`api_view`."""

    function: Callable[..., Any]
    route_name: str
    method: str
    permission: str
    tag: str
    summary: str
    answer: Answer | None = None
    description: str = ""
    status: int = 200
    body: type[InputSchema] | None = None
    variants: Variants | None = None
    """Gives the variants by the value of the path's last parameter."""
    idempotent: bool = False
    """Whether Idempotency-Key is asked for, so that a repeated request has one effect."""
    versioned: str | None = None
    """Whether If-Match is ``required`` or ``optional``; the version stands in ``request.seen_version``."""
    parameters: tuple[Parameter, ...] = ()
    errors: tuple[type[ServiceError], ...] = ()
    """What the view raises besides what every view may."""
    secrets: Mapping[str, str] = field(default_factory=dict)
    """Member of the answer -> purpose of the token that stands there, made by ``request.key_token(purpose)``."""
    multipart: Mapping[str, Any] | None = None
    """Instead of JSON a form with files: property -> JSON Schema."""
    raw: str | None = None
    """Instead of JSON bytes of this type, which the view reads itself; '' where there is no body at all."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Headers that the view reads itself -> what they mean, for the document."""
    statuses: tuple[int, ...] = ()
    """Statuses of problems of HTTP itself that the view answers with besides the usual ones."""
    example: Mapping[str, Any] | None = None
    media_type: str = "application/json"
    """Of the answer; a view that answers with something else than JSON gives a Response."""
    require_csrf: bool | None = None
    limited: Callable[[Request, dict[str, Any]], None] | None = None
    """Called with the body before the writing session opens; raises TooMany where somebody sends too much."""

    def __call__(self, request: Request) -> Response:
        """Check what is declared, call the function, answer."""
        request.arguments = read_parameters(request, self.parameters)
        request.seen_version = self._seen_version(request)
        if self.method in {"GET", "DELETE"} or self.multipart is not None or self.raw is not None:
            return self.respond(self._reply(self.function(request)))
        body = self._read_body(request)
        if self.limited is not None:
            self.limited(request, body)
        return self._once(request, body) if self.idempotent else self.respond(self._call(request, body))

    def _call(self, request: Request, body: dict[str, Any]) -> Reply:
        if self.body is None and self.variants is None:
            return self._reply(self.function(request))
        return self._reply(self.function(request, body))

    @staticmethod
    def _reply(result: Any) -> Reply:
        return result if isinstance(result, Reply) else Reply(result)

    def _read_body(self, request: Request) -> dict[str, Any]:
        if (request.content_length or 0) > LARGEST_BODY:
            raise TooLarge(_("The body is too large."))
        raw = request.body
        if not raw and self.body is None:
            return {}
        if request.content_type.lower() != "application/json" or (request.charset or "utf-8").lower() not in {"utf-8", "utf8"}:
            raise WrongContentType
        body = jsonio.parse_object(raw)
        if body and self.body is None and self.variants is None:
            raise Invalid({name[:100]: _("There is no such field.") for name in body})
        return body

    def _seen_version(self, request: Request) -> int | None:
        if self.versioned is None:
            return None
        sent = request.headers.get("If-Match")
        if sent is None:
            if self.versioned == "required":
                raise VersionMissing
            return None
        match = _VERSION.fullmatch(sent.strip())
        if match is None:
            raise Malformed(_("If-Match must be a version, such as 3."))
        return int(match[1])

    def _once(self, request: Request, body: dict[str, Any]) -> Response:
        use = key_use(request)
        session = request.ctx.session
        sent = idempotency.fingerprint(self.method, request.path_info, canonical(body))
        stored = idempotency.claim(session, use.space, use.key, sent)
        if stored is not None:
            location = shown_location(request, stored.location, self.secrets)
            again = Reply(with_secrets(request, stored.body, self.secrets), stored.status, location)
            response = self.respond(again)
            response.headers["Idempotency-Replayed"] = "true"
            return response
        reply = self._call(request, body)
        written = orjson.Fragment(jsonio.dump(without_secrets(reply.body or {}, self.secrets)))
        location = hidden_location(reply.location, reply.body or {}, self.secrets)
        answer = idempotency.Answer(reply.status or self.status, written, location)
        idempotency.store(session, use.space, use.key, sent, answer, request.ctx.now)
        return self.respond(reply)

    def respond(self, reply: Reply) -> Response:
        """The reply as JSON, with its version as ETag."""
        if isinstance(reply.body, Response):
            return reply.body
        status = reply.status or self.status
        if status == 204:
            response = Response(status=204)
        else:
            response = Response(body=jsonio.dump(reply.body), status=status, content_type="application/json", charset=None)
        if isinstance(reply.body, Mapping) and isinstance(reply.body.get("version"), int):
            response.headers["ETag"] = f'"{reply.body["version"]}"'
        if reply.location is not None:
            response.location = reply.location
        response.headers.update(reply.headers)
        return response

    def register(self, scanner: Any, _name: str, _function: Any) -> None:
        """Called by ``config.scan``."""
        config = scanner.config.with_package(self.function.__module__.rpartition(".")[0])
        add_api_view(config, self)


def add_api_view(config: Configurator, view: ApiView) -> None:
    """Make an operation known to Pyramid and to the OpenAPI document."""
    options = {} if view.require_csrf is None else {"require_csrf": view.require_csrf}
    config.add_view(view, route_name=view.route_name, request_method=view.method, permission=view.permission, **options)
    config.registry.api_views.append(view)


def api_view(
    *,
    route_name: str,
    method: str,
    permission: str,
    tag: str,
    summary: str,
    parameters: Iterable[Parameter] = (),
    errors: Iterable[type[ServiceError]] = (),
    **options: Any,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a view of the API; see :class:`ApiView` for the options.

    The function takes the request, and the plain JSON body where ``body`` or ``variants`` is declared. It gives the answer as
    plain values, or a :class:`Reply`.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        view = ApiView(
            function, route_name, method, permission, tag, summary, parameters=tuple(parameters), errors=tuple(errors), **options
        )
        venusian.attach(function, view.register, category="pyramid")
        return function

    return decorate


def add_api_route(config: Configurator, name: str, path: str) -> None:
    """Add a route below ``/api/v1``. All methods of one address are views of one route."""
    config.add_route(name, PREFIX + path)
