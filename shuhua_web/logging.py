"""One line for each request: what was asked, how it ended, how long it took, and who asked, by id.

No bodies, query strings, tokens, names or messages of exceptions: none of these can be trusted to hold no personal data.
"""

from __future__ import annotations

import io
import logging
import re
import time
import uuid
from collections.abc import Callable
from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.response import Response
from pyramid.tweens import INGRESS
from pyramid_retry import is_error_retryable
from webob.compat import cgi_FieldStorage

REQUEST_ID = "shuhua.request_id"
"""Key of the WSGI environment; the same for all attempts of one request."""
_GIVEN_ID = re.compile(r"[A-Za-z0-9-]{8,40}")

log = logging.getLogger("shuhua.access")


def request_id(request: Request) -> str:
    """The id of this request: a trusted proxy's, else a new one."""
    environ = request.environ
    if REQUEST_ID not in environ:
        given = request.headers.get("X-Request-ID", "") if request.registry.deployment.settings.proxies else ""
        environ[REQUEST_ID] = given if _GIVEN_ID.fullmatch(given) else uuid.uuid4().hex
    return str(environ[REQUEST_ID])


def log_tween_factory(handler: Callable[[Request], Response], registry: Any) -> Callable[[Request], Response]:
    """Gives each request its id, notes how it ended, and answers where even the error views failed."""

    def log_tween(request: Request) -> Response:
        request_id(request)
        started = time.perf_counter()
        try:
            response = handler(request)
        except Exception as error:
            if is_error_retryable(request, error):
                _note(request, 0, started)
                raise
            log.exception("even the error view failed", extra={"request_id": request_id(request)})
            response = registry.last_resort(request)
        response.headers["X-Request-ID"] = request_id(request)
        retried = request.exception is not None and is_error_retryable(request, request.exception)
        duration = _note(request, 0 if retried else response.status_int, started)
        if not retried:
            registry.observe_request(route_name(request), request.method, response.status_int, duration)
            _close_files(request.environ)
        return response

    return log_tween


def _close_files(environ: dict[str, Any]) -> None:
    """Close what WebOb put into temporary files: the copy of a large body, kept for another attempt, and uploaded files."""
    body = environ.get("wsgi.input")
    if isinstance(body, io.BufferedRandom):
        body.close()
    form, _body = environ.get("webob._parsed_post_vars", ({}, None))
    for value in form.values():
        if isinstance(value, cgi_FieldStorage):
            value.file.close()


def route_name(request: Request) -> str:
    """The name of the route, or ``none``: a path could hold anything."""
    route = getattr(request, "matched_route", None)
    return route.name if route is not None else "none"


def _note(request: Request, status: int, started: float) -> float:
    duration = time.perf_counter() - started
    actor = request.__dict__.get("actor")
    fields = {
        "request_id": request_id(request),
        "route": route_name(request),
        "method": request.method if request.method.isalpha() else "other",
        "status": status or "retried",
        "ms": round(duration * 1000, 1),
        "actor": actor.user_id if actor is not None else None,
    }
    attempt = request.environ.get("retry.attempt")
    if attempt:
        fields["attempt"] = attempt + 1
    log.info("request", extra=fields)
    return duration


def includeme(config: Configurator) -> None:
    """The tween, outermost but for the headers."""
    config.registry.observe_request = lambda *_values: None
    config.add_tween("shuhua_web.logging.log_tween_factory", under=INGRESS)
