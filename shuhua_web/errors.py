"""Turns errors into answers: RFC 9457 problem details under ``/api``, a page for people elsewhere.

The one place that knows the HTTP status of the domain's errors. No view here touches the request's session.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup
from pyramid.config import Configurator
from pyramid.events import ApplicationCreated
from pyramid.exceptions import BadCSRFOrigin, BadCSRFToken, URLDecodeError
from pyramid.httpexceptions import HTTPError, HTTPForbidden, HTTPSeeOther
from pyramid.predicates import RequestMethodPredicate
from pyramid.renderers import render
from pyramid.request import Request
from pyramid.response import Response
from pyramid_retry import mark_error_retryable
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError

from shuhua_core.kernel import errors, jsonio
from shuhua_core.kernel.i18n import translator

from .database_errors import is_overtaken, is_transient
from .i18n import _
from .logging import REQUEST_ID
from .merged import page_of, same_address
from .security import SAFE_METHODS, is_api

log = logging.getLogger(__name__)

STATUS: Mapping[type[errors.ServiceError], int] = {
    errors.Malformed: 400,
    errors.KeyMissing: 400,
    errors.NotSignedIn: 401,
    errors.SignInFailed: 401,
    errors.SecondFactorRequired: 401,
    errors.SecondFactorMissing: 403,
    errors.PasswordChangeRequired: 403,
    errors.NotAllowed: 403,
    errors.Quarantined: 403,
    errors.NotFound: 404,
    errors.Merged: 409,
    errors.WrongState: 409,
    errors.Conflict: 409,
    errors.KeyInFlight: 409,
    errors.VersionStale: 412,
    errors.TooLarge: 413,
    errors.UnsupportedMedia: 415,
    errors.WrongOffset: 409,
    errors.UploadLocked: 423,
    errors.ChecksumMismatch: 460,
    errors.Expired: 410,
    errors.StorageFull: 507,
    errors.Invalid: 422,
    errors.KeyReused: 422,
    errors.VersionMissing: 428,
    errors.TooMany: 429,
    errors.Busy: 503,
    errors.ConfigurationError: 500,
}
"""HTTP status of each error of the catalogue."""

SHOWN_DETAILS = ("state", "version", "action", "retry_after", "offset", "merged_into_id")
"""What of an error's details stands in the answer."""


class WebError(Exception):
    """An error of HTTP itself, with no counterpart in the domain."""

    def __init__(self, status: int, code: str, title: str, **headers: str) -> None:
        self.status, self.code, self.title = status, code, title
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        super().__init__(code)


class WrongContentType(WebError):
    """A body that is not JSON by its Content-Type: a form of another site could send such a one."""

    def __init__(self, expected: str = "application/json") -> None:
        super().__init__(415, "content_type", _("Send the body as ${type}.", mapping={"type": expected}))


def method_not_allowed(allowed: str) -> WebError:
    """The route exists, but not for this method."""
    return WebError(405, "method_not_allowed", _("This address does not take this method."), Allow=allowed)


CSRF = WebError(403, "csrf", _("This page is too old, or the request came from another site. Reload the page and try again."))
FAILED = WebError(500, "failed", _("Something went wrong on our side. It has been noted; please try again later."))
NO_PAGE = WebError(404, "not_found", errors.NotFound.default)
UNSURE = WebError(
    503,
    "busy",
    _("The system could not confirm that this was saved. Look whether it is there before you enter it again."),
    Retry_After="2",
)

WEB_ERRORS: Mapping[str, int] = {
    "content_type": 415,
    "tus_version": 412,
    "range": 416,
    "method_not_allowed": 405,
    "csrf": 403,
    "failed": 500,
}
"""Codes of errors besides the catalogue, with their statuses, for the docs."""


# Answers -----------------------------------------------------------------------------------------------------------------


def answer(
    request: Request,
    status: int,
    code: str,
    title: Any,
    *,
    detail: Any = None,
    fields: Mapping[str, Any] | None = None,
    details: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem document for a program, a page for a person."""
    tr = translator(request.locale_name)
    problem: dict[str, Any] = {"type": f"/api/v1/docs#error-{code}", "title": tr(title), "status": status, "code": code}
    if detail is not None and detail != title:
        problem["detail"] = tr(detail)
    if fields is not None:
        problem["errors"] = {_shown_name(name): tr(message) for name, message in fields.items()}
    problem |= {name: (details or {})[name] for name in SHOWN_DETAILS if name in (details or {})}
    problem["request_id"] = request.environ.get(REQUEST_ID, "")
    response = _document(problem) if is_api(request) else _page(request, problem, page_of(request, details or {}))
    response.status_int = status
    response.headers.update(headers or {})
    return response


def _shown_name(name: str) -> str:
    """A field's name, which a client may have made up, without what neither JSON nor a database can hold."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in name[:100])


def _document(problem: Mapping[str, Any]) -> Response:
    return Response(body=jsonio.dump(problem), content_type="application/problem+json", charset=None)


def _page(request: Request, problem: Mapping[str, Any], href: str | None = None) -> Response:
    """The page of an error, with the way on if there is one; a plain one where the frame cannot be had, as without a database."""
    if isinstance(request.exception, URLDecodeError):  # the frame asks for the path
        return _plain_page(problem)
    try:
        drawn = request.registry.error_pages.get(request.path_info[:3], _office_page)
        return Response(drawn(request, problem, href))
    except Exception:
        log.exception("the page of an error could not be made")
        return _plain_page(problem)


def _office_page(request: Request, problem: Mapping[str, Any], href: str | None) -> str:
    shown = {"title": problem["title"], "problem": problem, "stays": href}
    return str(render("shuhua_web:templates/error.pt", shown, request=request))


_PLAIN_PAGE = Markup(
    '<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title></head>'
    "<body><h1>{title}</h1><p>{detail}</p><p>{request_id}</p></body></html>"
)


def _plain_page(problem: Mapping[str, Any]) -> Response:
    return Response(str(_PLAIN_PAGE.format(**{"detail": "", **problem})))


def last_resort(request: Request) -> Response:
    """The answer where even an error view failed: needs nothing but the request's own environment."""
    problem = {"type": "/api/v1/docs#error-failed", "title": str(FAILED.title), "status": 500, "code": "failed"}
    problem["request_id"] = request.environ.get(REQUEST_ID, "")
    response = _document(problem) if is_api(request) else _plain_page(problem)
    response.status_int = 500
    return response


def of_web(request: Request, error: WebError) -> Response:
    """The answer to an error of HTTP itself."""
    return answer(request, error.status, error.code, error.title, headers=error.headers)


# Error views -------------------------------------------------------------------------------------------------------------


def service_error(error: errors.ServiceError, request: Request) -> Response:
    """An error of the domain's catalogue, or another that says more of it."""
    for refusal in request.registry.refusals:
        error = refusal(request, error) or error
    if isinstance(error, errors.NotSignedIn) and not is_api(request):
        return to_sign_in(request)
    if isinstance(error, errors.PasswordChangeRequired | errors.SecondFactorMissing) and not is_api(request):
        return to_duty(request, error)
    _note_for_security(request, error)
    status = next(STATUS[each] for each in type(error).__mro__ if each in STATUS)
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    if status in {429, 503}:
        headers["Retry-After"] = str(error.details.get("retry_after", 2))
    if isinstance(error, errors.Merged) and (location := same_address(request, error)):
        status, headers["Location"] = 301, location
    fields = error.errors if isinstance(error, errors.Invalid) else None
    title, detail = type(error).default, error.message
    return answer(request, status, error.code, title, detail=detail, fields=fields, details=error.details, headers=headers)


def web_error(error: WebError, request: Request) -> Response:
    """An error of HTTP itself."""
    return of_web(request, error)


def forbidden(_error: HTTPForbidden, request: Request) -> Response:
    """A view whose permission the caller does not hold."""
    known = request.actor.kind == "user"
    return service_error(errors.NotAllowed() if known else errors.NotSignedIn(), request)


def bad_csrf(_error: Exception, request: Request) -> Response:
    """A request without the token of the session."""
    request.note_security("csrf.refused")
    return of_web(request, CSRF)


def not_found(_error: Exception, request: Request) -> Response:
    """No such address, or not with this method."""
    route = getattr(request, "matched_route", None)
    methods = request.registry.route_methods.get(route.name, frozenset()) if route else frozenset()
    if methods and request.method not in methods:
        return of_web(request, method_not_allowed(", ".join(sorted(methods))))
    return of_web(request, NO_PAGE)


def unreadable(_error: Exception, request: Request) -> Response:
    """A path, query or form that is not valid UTF-8."""
    return service_error(errors.Malformed(_("The address or the form is not valid UTF-8.")), request)


def http_error(error: HTTPError, request: Request) -> Response:
    """An error that Pyramid or WebOb raised."""
    return answer(request, error.status_int, f"http_{error.status_int}", error.title)


def database_error(error: DBAPIError, request: Request) -> Response:
    """The database refused or failed. Tags what is worth another attempt; the last attempt's answer is sent."""
    if is_transient(error):
        mark_error_retryable(error)
        return service_error(errors.Busy(retry_after=2), request)
    if isinstance(error, IntegrityError) and is_overtaken(error):
        return service_error(errors.Conflict(), request)
    _log_failure(request, error)
    if not isinstance(error, OperationalError):
        return of_web(request, FAILED)
    # pyramid_tm is active while a view runs, so where it is not the commit itself has failed, and nobody knows how far.
    committing = request.method not in SAFE_METHODS and "tm.active" not in request.environ
    return of_web(request, UNSURE) if committing else service_error(errors.Busy(retry_after=2), request)


def changed_meanwhile(_error: Exception, request: Request) -> Response:
    """Somebody else changed the row between our reading and our writing."""
    return service_error(errors.Conflict(), request)


def no_connection(_error: PoolTimeout, request: Request) -> Response:
    """All connections are in use."""
    return service_error(errors.Busy(retry_after=2), request)


def failed(error: Exception, request: Request) -> Response:
    """A mistake of ours."""
    _log_failure(request, error)
    return of_web(request, FAILED)


def to_sign_in(request: Request) -> Response:
    """Sends a person to the sign-in page, and back to this page afterwards if reading it changes nothing."""
    query = {"next": request.path_qs} if request.method in {"GET", "HEAD"} else {}
    location = request.route_path("sign_in", _query=query)
    if request.headers.get("HX-Request") == "true":
        return Response(status=401, headers={"HX-Redirect": location})
    return HTTPSeeOther(location)


def to_duty(request: Request, error: errors.ServiceError) -> Response:
    """Sends a person to what they have to do before anything else: their own password, a second factor."""
    location = request.route_path("password" if isinstance(error, errors.PasswordChangeRequired) else "second_factor")
    if request.headers.get("HX-Request") == "true":
        return Response(status=403, headers={"HX-Redirect": location})
    return HTTPSeeOther(location)


def _log_failure(request: Request, error: Exception) -> None:
    log.error("request failed", exc_info=error, extra={"request_id": request.environ.get(REQUEST_ID, "")})


def _note_for_security(request: Request, error: errors.ServiceError) -> None:
    if isinstance(error, errors.NotAllowed):
        request.note_security("authz.function_denied")
    elif isinstance(error, errors.NotFound) and request.matchdict:
        request.note_security("authz.object_denied")
    elif isinstance(error, errors.Invalid):
        unknown = sorted(name for name, message in error.errors.items() if message == _NO_SUCH_FIELD)
        if unknown:
            request.note_security("input.forbidden_field", fields=[_shown_name(name) for name in unknown[:20]])


_NO_SUCH_FIELD = "There is no such field."


# Start -------------------------------------------------------------------------------------------------------------------


USUAL_METHODS = ("GET", "HEAD", "POST")


def usual_methods(view: Any, info: Any) -> Any:
    """A view that names no method is a page with its form: it is read and sent, and takes no other method."""
    if info.exception_only or any(isinstance(each, RequestMethodPredicate) for each in info.predicates):
        return view

    def checked(context: Any, request: Request) -> Any:
        if request.method not in USUAL_METHODS:
            raise method_not_allowed(", ".join(USUAL_METHODS))
        return view(context, request)

    return checked


def _collect_methods(event: ApplicationCreated) -> None:
    """Which methods each route takes, for 405 and its Allow header."""
    registry = event.app.registry
    methods: dict[str, set[str]] = {}
    for view in registry.introspector.get_category("views") or ():
        found = view["introspectable"]
        named = found["request_methods"]
        if found["route_name"] and named:
            methods.setdefault(found["route_name"], set()).update([named] if isinstance(named, str) else named)
    for each in methods.values():
        if "GET" in each:
            each.add("HEAD")
    registry.route_methods = {route: frozenset(each) for route, each in methods.items()}


Refusal = Callable[[Request, errors.ServiceError], errors.ServiceError | None]


def add_refusal(config: Configurator, refusal: Refusal) -> None:
    """Let ``refusal(request, error)`` answer with another error; it must not touch the request's session."""
    config.registry.refusals.append(refusal)


def includeme(config: Configurator) -> None:
    """An error view for everything that can be raised."""
    config.registry.route_methods = {}
    config.registry.refusals = []
    config.registry.error_pages = {}  # by the first three characters of an address
    config.add_directive("add_refusal", add_refusal)
    config.registry.last_resort = last_resort
    config.add_subscriber(_collect_methods, ApplicationCreated)
    for kind, view in (
        (errors.ServiceError, service_error),
        (WebError, web_error),
        (HTTPError, http_error),
        (BadCSRFToken, bad_csrf),
        (BadCSRFOrigin, bad_csrf),
        (URLDecodeError, not_found),
        (UnicodeDecodeError, unreadable),
        (DBAPIError, database_error),
        (StaleDataError, changed_meanwhile),
        (PoolTimeout, no_connection),
        (Exception, failed),
    ):
        config.add_exception_view(view, context=kind)
    config.add_view_deriver(usual_methods, "usual_methods")
    config.add_notfound_view(not_found)
    config.add_forbidden_view(forbidden)
