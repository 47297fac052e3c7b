"""What a request carries, and the life of its transaction.

=====================  ================================================================================================
``request.deployment``  the :class:`~shuhua_core.kernel.deployment.Deployment` that this process serves
``request.actor``       who acts, read once; for a request that changes something in a short read session of its own
``request.dbsession``   the session, opened when first asked for: reading for GET and HEAD, else writing behind the gate
``request.ctx``         the :class:`~shuhua_core.kernel.context.Context` for services
``request.choices``     where choice lists are read, once a request and only when one is needed
``request.service(S)``  ``S(request.ctx)``
``request.tr(text)``    the text in ``request.locale_name``
``request.session``     notices for the next page, in a signed cookie; who is signed in does not stand there
``request.note_security(kind, ...)``  a line of the security log, written when the request is over
=====================  ================================================================================================

A returned answer below 400 commits; a raised error or a returned 4xx or 5xx rolls back. So redirects are returned, not raised.
"""

from __future__ import annotations

from functools import partial
from io import BufferedRandom, BytesIO
from typing import Any, TypeVar

import pyramid_tm
from pyramid.config import Configurator
from pyramid.csrf import get_csrf_token
from pyramid.events import NewRequest
from pyramid.request import Request
from pyramid.response import Response
from pyramid.session import JSONSerializer, SignedCookieSessionFactory
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from zope.sqlalchemy.datamanager import STATUS_CHANGED, join_transaction

from shuhua_core.kernel import choices
from shuhua_core.kernel.actor import Actor
from shuhua_core.kernel.context import Context
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.kernel.errors import ServiceError
from shuhua_core.kernel.i18n import LOCALES, translator

from . import security, security_log
from .logging import REQUEST_ID
from .security import SAFE_METHODS

LOCALE_COOKIE = "shuhua-locale"
SESSION = "shuhua.dbsession"

ServiceT = TypeVar("ServiceT")


def deployment(request: Request) -> Deployment:
    """The deployment that this process serves."""
    return request.registry.deployment


def actor(request: Request) -> Actor:
    """Who acts. Raises NotSignedIn for a token that is not, or no longer, valid."""
    return security.identify(request)


def dbsession(request: Request) -> Session:
    """The request's session. Error views have none: after a failed commit it would take the gate again and keep it."""
    if request.exception is not None:
        raise RuntimeError("an error view must not touch the request's session")
    found = request.environ.get(SESSION)
    return found if found is not None else _open_session(request)


def _open_session(request: Request) -> Session:
    database = request.deployment.database
    if request.method in SAFE_METHODS:
        session = database.read_session()
        _end_with(request, session.close)
    else:
        database.gate.acquire()
        session = database.write_session()
        _end_with(request, partial(_end_writing, session, database.gate))
        # Not zope.sqlalchemy.register: its listeners look for changes at each statement, and this session changes something.
        join_transaction(session, STATUS_CHANGED, request.tm)
    session.info["request_id"] = request.environ.get(REQUEST_ID)
    skew = security.clock_skew(request)
    if skew:
        session.info["clock_skew"] = skew
    request.environ[SESSION] = session
    return session


def _end_writing(session: Session, gate: Any) -> None:
    try:
        session.close()
    finally:
        gate.release()


def _end_with(request: Request, end: Any) -> None:
    """Call ``end`` when the request is over, before all other callbacks, since one that raises stops the rest."""

    def finish(request: Request) -> None:
        request.environ.pop(SESSION, None)
        end()

    request.finished_callbacks.appendleft(finish)


def ctx(request: Request) -> Context:
    """The context for services. Identity is read before the session opens, so never behind the gate."""
    who = request.actor
    made = request.deployment.context(request.dbsession, who)
    choices.bind(request.choices)
    return made


def choices_source(request: Request) -> choices.Source:
    """Where this request reads choice lists: in its own session if it only reads, else in a short one before the gate."""
    return choices.Source(request.deployment.database, partial(security.reading, request))


def _bind_choices(event: NewRequest) -> None:
    choices.bind(event.request.choices)


def service(request: Request, kind: type[ServiceT]) -> ServiceT:
    """``kind`` made on this request's context."""
    return kind(request.ctx)  # type: ignore[call-arg]


def tr(request: Request, text: Any) -> str:
    """``text`` in the request's language."""
    return translator(request.locale_name)(text)


def negotiate_locale(request: Request) -> str:
    """The language of an answer.

    Office: what the person has chosen, else the cookie of the language switch, else the browser's. A phone says it itself
    (Accept-Language), since it may show another language than the office does.
    """
    wanted = {"zh": "zh_Hans", "en": "en"}.get(request.accept_language.lookup(["zh", "en"], default="") or "")
    if security.bearer_token(request) is not None and wanted:
        return wanted
    who = _known_actor(request)
    cookie = request.cookies.get(LOCALE_COOKIE)
    if who is not None and who.kind == "user" and who.locale in LOCALES:
        return who.locale
    if cookie in LOCALES:
        return str(cookie)
    return wanted or request.deployment.settings.locale


def _known_actor(request: Request) -> Actor | None:
    """Who acts, or None where this cannot be told: the language of an error must not fail on the error itself."""
    try:
        return request.actor
    except (ServiceError, SQLAlchemyError):
        return None


def note_security(request: Request, kind: str, **detail: Any) -> None:
    """Note a refusal for the security log: names and ids only. Written after the transaction, so that it outlives it."""
    security_log.note(request, kind, detail)


def notices(request: Request) -> Any:
    """The cookie that carries notices to the next page, signed. Its CSRF token is that of the session, see ``security``."""
    settings = request.deployment.settings
    factory = SignedCookieSessionFactory(
        security.derive(settings.secret, "notices"),
        cookie_name=security.cookie_name(request, "notices"),
        secure=settings.secure,
        httponly=True,
        samesite="Lax",
        timeout=None,
        serializer=JSONSerializer(),
    )
    session = factory(request)
    session.get_csrf_token = partial(get_csrf_token, request)
    return session


def needs_transaction(request: Request) -> bool:
    """Whether pyramid_tm manages the request: reading ones need nothing committed."""
    return request.method not in SAFE_METHODS


def commit_veto(request: Request, response: Response) -> bool:
    """Roll back what an error view answered, and every answer that tells of a failure."""
    return getattr(request, "exception", None) is not None or response.status_int >= 400


def spare_copy(request: Request) -> None:
    """Say of a body that can be read twice that it can, before it is copied for another attempt.

    waitress hands over a whole body as a file of its own. Gives None, which leaves the number of attempts as it is.
    """
    environ = request.environ
    if environ.get("wsgi.input_terminated") and isinstance(environ["wsgi.input"], BytesIO | BufferedRandom):
        environ["webob.is_body_seekable"] = True


def includeme(config: Configurator) -> None:
    """Transactions, retries, and what a request carries."""
    config.add_settings(
        {
            "tm.manager_hook": pyramid_tm.explicit_manager,
            "tm.annotate_user": False,
            "tm.activate_hook": needs_transaction,
            "tm.commit_veto": commit_veto,
            "retry.attempts": 3,
            "retry.activate_hook": spare_copy,
        }
    )
    config.include("pyramid_tm")
    config.include("pyramid_retry")
    config.set_locale_negotiator(negotiate_locale)
    for function in (deployment, actor, ctx):
        config.add_request_method(function, reify=True)
    config.add_request_method(choices_source, "choices", reify=True)
    config.add_subscriber(_bind_choices, NewRequest)
    config.add_request_method(dbsession, property=True)
    config.add_request_method(service)
    config.add_request_method(tr)
    config.add_request_method(note_security)
    config.set_session_factory(notices)
