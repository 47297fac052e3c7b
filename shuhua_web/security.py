"""Who may call what: permissions of views, sign-in by cookie or bearer token, CSRF.

A view names a :class:`~shuhua_core.accounts.permissions.Permission`, :data:`SIGNED_IN` or :data:`PUBLIC`; an app with a view
that names none of them does not start. Row scope is not decided here but in ``shuhua_core.kernel.scope``.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import colander
from pyramid.config import Configurator
from pyramid.exceptions import ConfigurationError
from pyramid.interfaces import ICSRFStoragePolicy, ISecurityPolicy
from pyramid.request import Request
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED, Allowed, Denied
from pyramid.static import static_view
from pyramid.view import default_exceptionresponse_view
from pyramid.viewderivers import INGRESS
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from zope.interface import implementer

from shuhua_core.accounts.actors import public_actor
from shuhua_core.accounts.permissions import Permission
from shuhua_core.accounts.sessions import ResolvedSession, resolve, touch
from shuhua_core.kernel.actor import Actor
from shuhua_core.kernel.clock import skew_of
from shuhua_core.kernel.errors import NotSignedIn, PasswordChangeRequired, SecondFactorMissing, ServiceError
from shuhua_core.kernel.schema import Moment

SIGNED_IN = "signed_in"
"""Permission of views for everybody who has signed in."""
PUBLIC = "public"
"""Permission of views for everybody. A token that is sent nevertheless has to be valid."""

_NAMES = frozenset({*Permission, SIGNED_IN, PUBLIC})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
API_PREFIX = "/api/"
_VISITOR = "shuhua.visitor"

HoldsReader = Callable[[Request, Session], Iterable[tuple[str, int]]]

log = logging.getLogger(__name__)


def is_api(request: Request) -> bool:
    """Whether the request is for the API, whose answers are JSON. Reads the raw path, which always can be read."""
    return str(request.environ.get("PATH_INFO", "")).startswith(API_PREFIX)


# Credentials -------------------------------------------------------------------------------------------------------------


def cookie_name(request: Request, name: str = "session") -> str:
    """A cookie's name; over https with the prefix that keeps other hosts of the domain from setting it."""
    return f"__Host-shuhua-{name}" if request.deployment.settings.secure else f"shuhua-{name}"


def bearer_token(request: Request) -> str | None:
    """The token of a device, '' for an Authorization header that holds none; only the API reads it."""
    header = request.headers.get("Authorization")
    if header is None or not is_api(request):
        return None
    scheme, _space, token = header.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def session_token(request: Request) -> str | None:
    """The token of an office session, from its cookie; ignored where a bearer token was sent."""
    return None if bearer_token(request) is not None else request.cookies.get(cookie_name(request))


def set_session_cookie(request: Request, response: Response, token: str) -> None:
    """Hand the token of a new office session to the browser, until the browser is closed or the server ends it."""
    _set_cookie(request, response, "session", token)
    _set_cookie(request, response, "visitor", None)
    if request.cookies.get(cookie_name(request, "pending")):
        _set_cookie(request, response, "pending", None)


def set_pending_cookie(request: Request, response: Response, token: str) -> None:
    """Hand over the token of a sign-in whose second factor is still to come."""
    _set_cookie(request, response, "pending", token)


def pending_token(request: Request) -> str:
    """The token of a sign-in whose second factor is still to come; '' when there is none."""
    return request.cookies.get(cookie_name(request, "pending")) or ""


def clear_session_cookie(request: Request, response: Response) -> None:
    """Let the browser forget its office session."""
    _set_cookie(request, response, "session", None)


def _set_cookie(request: Request, response: Response, name: str, value: str | None) -> None:
    secure = request.deployment.settings.secure
    response.set_cookie(cookie_name(request, name), value, path="/", secure=secure, httponly=True, samesite="Lax")


def clock_skew(request: Request) -> int | None:
    """Seconds by which a phone's clock is ahead, where it says what time it has (``Device-Time``, RFC 3339)."""
    if bearer_token(request) is None:
        return None
    try:
        return skew_of(Moment().read(None, request.headers.get("Device-Time")), request.deployment.clock.now())
    except colander.Invalid:
        return None


def login_session(request: Request) -> ResolvedSession | None:
    """The session that the request's token stands for.

    Raises NotSignedIn for a bearer token that is not valid. An office session that has ended is none: the page then sends the
    person to the sign-in page. A phone's token is none as a cookie, nor a browser's as a bearer token.
    """
    bearer = bearer_token(request)
    token = bearer if bearer is not None else session_token(request)
    if not token and bearer is None:
        return None
    found = None
    if token:
        with reading(request) as session:
            found = resolve(session, token, request.deployment.clock.now())
    if found is not None:
        request.choices.told(found.choices_token)
    if found is not None and found.kind == ("browser" if bearer is None else "device"):
        if found.wants_touch:
            request.add_finished_callback(_touch)
        return found
    if bearer is not None:
        raise NotSignedIn
    return None


def identify(request: Request) -> Actor:
    """Who acts: the signed-in user, else a member of the public with the codes and tokens that they present."""
    found = request.login_session
    if found is not None:
        return found.actor
    with reading(request) as session:
        holds = [held for reader in request.registry.holders for held in reader(request, session)]
        return public_actor(session, holds)


@contextmanager
def reading(request: Request) -> Iterator[Session]:
    """Where to read who acts: in the request's own session if it only reads, else in a short one that ends before the gate."""
    if request.method in SAFE_METHODS and request.exception is None:
        yield request.dbsession
    else:
        with request.deployment.database.read() as session:
            yield session


def add_holder(config: Configurator, reader: HoldsReader) -> None:
    """Let ``reader(request, session)`` give the (kind, id) of records whose public code or token a request presents."""
    config.registry.holders.append(reader)


def _touch(request: Request) -> None:
    """Note that the session is in use. Runs when the request's own transaction is over; not worth failing for."""
    try:
        touch(request.deployment, request.login_session, clock_skew(request))
    except (ServiceError, SQLAlchemyError):
        log.warning("the use of a session could not be noted")


@implementer(ISecurityPolicy)
class SecurityPolicy:
    """Pyramid's door to the above."""

    def identity(self, request: Request) -> Actor:
        """Who acts."""
        return request.actor

    def authenticated_userid(self, request: Request) -> int | None:
        """The id of the user who is signed in."""
        return request.actor.user_id

    def permits(self, request: Request, _context: Any, permission: str) -> Allowed | Denied:
        """Whether the caller may call a view at all; which rows it reaches is for the services."""
        if permission == PUBLIC and not is_api(request):
            return Allowed("public")
        who = request.actor
        _refuse_before_duty(request)
        if permission == PUBLIC:
            return Allowed("public")
        if who.kind != "user" and not is_api(request):
            # What the public may do by the API, it does in the office on pages that say PUBLIC.
            return Denied("not signed in")
        if permission == SIGNED_IN:
            return Allowed("signed in") if who.kind == "user" else Denied("not signed in")
        return Allowed("held") if who.may(permission) else Denied("not held")

    def remember(self, _request: Request, _userid: Any, **_options: Any) -> list[Any]:
        """Not used: see :func:`set_session_cookie`."""
        return []

    def forget(self, _request: Request, **_options: Any) -> list[Any]:
        """Not used: see :func:`clear_session_cookie`."""
        return []


BEFORE_DUTY = frozenset({"password", "second_factor", "second_factor.codes", "sign_out", "language", "api.session"})
"""Routes that are open to who has to choose a password of their own, or to set up a second factor, before anything else."""


def _refuse_before_duty(request: Request) -> None:
    """Raise what a person has to do first. Pages that are open to everybody need no sign-in, and so are never refused."""
    session = request.login_session
    if session is None or session.demand is None:
        return
    route = request.matched_route
    if route is None or route.name not in BEFORE_DUTY:
        raise PasswordChangeRequired if session.demand == "password" else SecondFactorMissing


# CSRF --------------------------------------------------------------------------------------------------------------------


@implementer(ICSRFStoragePolicy)
class CsrfPolicy:
    """A session brings its token. Who has not signed in yet gets a cookie to derive one from: signing in is protected too."""

    def get_csrf_token(self, request: Request) -> str:
        """The token for forms and for the header ``X-CSRF-Token``."""
        return self._expected(request) or self.new_csrf_token(request)

    def new_csrf_token(self, request: Request) -> str:
        """A token for a visitor who has none yet; sets their cookie."""
        base = secrets.token_urlsafe(32)
        request.environ[_VISITOR] = base
        request.add_response_callback(lambda request, response: _set_cookie(request, response, "visitor", base))
        return self._of_visitor(request, base)

    def check_csrf_token(self, request: Request, supplied_token: str) -> bool:
        """Whether the token belongs to this session, and the browser does not say that another site has sent the form."""
        expected = self._expected(request)
        if expected is None or not same_site(request):
            return False
        return hmac.compare_digest(expected.encode(), supplied_token.encode(errors="replace"))

    def _expected(self, request: Request) -> str | None:
        session = request.login_session
        if session is not None:
            return str(session.csrf_token)
        base = request.environ.get(_VISITOR) or request.cookies.get(cookie_name(request, "visitor"))
        return self._of_visitor(request, base) if base else None

    @staticmethod
    def _of_visitor(request: Request, base: str) -> str:
        return derive(request.deployment.settings.secret, "csrf", base)


def derive(secret: str, purpose: str, *parts: str) -> str:
    """A secret that only this deployment can make from ``parts``, url-safe, 43 characters."""
    message = "\0".join((purpose, *parts)).encode()
    digest = hmac.new(secret.encode(), message, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def same_site(request: Request) -> bool:
    """Whether the browser says that the request comes from a page of ours; browsers that say nothing pass."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("Origin")
    return origin is None or origin in {request.deployment.settings.origin.rstrip("/"), request.host_url}


def needs_csrf(request: Request) -> bool:
    """Office requests need the token; API requests only where a cookie, sent without being asked, speaks for the caller."""
    return not is_api(request) or session_token(request) is not None


# Check at start ----------------------------------------------------------------------------------------------------------


def named_permission(view: Any, info: Any) -> Any:
    """Refuse to start with a view that names no permission, or one that does not exist. Changes nothing in the view."""
    permission = info.options.get("permission")
    if permission in _NAMES or info.exception_only or info.original_view is default_exceptionresponse_view:
        return view
    if permission == NO_PERMISSION_REQUIRED and isinstance(info.original_view, static_view):
        return view
    raise ConfigurationError(f"the view {info.original_view!r} names no permission but {permission!r}")


named_permission.options = ("permission",)  # type: ignore[attr-defined]


def includeme(config: Configurator) -> None:
    """Policy, CSRF on for all unsafe requests, and the check of all views at start."""
    config.registry.holders = []
    config.add_directive("add_holder", add_holder)
    config.add_request_method(login_session, reify=True)
    config.set_security_policy(SecurityPolicy())
    config.set_csrf_storage_policy(CsrfPolicy())
    config.set_default_csrf_options(require_csrf=True, check_origin=False, callback=needs_csrf)
    config.add_view_deriver(named_permission, "named_permission", under=INGRESS)
