"""Tells a refused phone that what it sent is kept, and keeps it when the request's own transaction is over."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

import colander
from pyramid.request import Request
from sqlalchemy.exc import SQLAlchemyError

from shuhua_core.kernel import jsonio
from shuhua_core.kernel.actor import Actor
from shuhua_core.kernel.errors import (
    Conflict,
    Invalid,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Quarantined,
    ServiceError,
    VersionStale,
    WrongState,
)
from shuhua_core.kernel.schema import Moment
from shuhua_core.quarantine.keeping import LARGEST_BODY, Ended, Refused, ended_rights, keep, state_of
from shuhua_core.quarantine.service import QuarantineService

from ..api.exactly_once import sent_key
from ..logging import request_id
from ..security import bearer_token

log = logging.getLogger(__name__)

OF_ITSELF = (Invalid, WrongState, Conflict, VersionStale)
"""Refusals for what a request says or comes too late for, while its sender's rights hold."""


def quarantined(request: Request, error: ServiceError) -> Quarantined | None:
    """What is answered instead of ``error`` where the request is kept, or has been."""
    token = bearer_token(request)
    if not token or not _creates_or_acts(request):
        return None
    if isinstance(error, OF_ITSELF):
        _leave_to_sender(request)
        return None
    if not isinstance(error, NotSignedIn | NotAllowed | NotFound):
        return None
    try:
        refused = _refused(request)
    except ServiceError:
        return None
    deployment = request.deployment
    with deployment.database.read() as session:
        signed_in = not isinstance(error, NotSignedIn)
        ended = ended_rights(session, token, deployment.clock.now(), refused.captured_at, signed_in=signed_in)
        state = state_of(session, ended.user_id, refused.key) if ended else ""
    if ended is None or state == "":
        return None
    if state is None:
        _keep_afterwards(request, ended, refused)
    return Quarantined(state=state or "waiting")


def _creates_or_acts(request: Request) -> bool:
    route = request.matched_route
    if request.method != "POST" or route is None:
        return False
    return any(view.route_name == route.name and view.method == "POST" and view.idempotent for view in request.registry.api_views)


def _refused(request: Request) -> Refused:
    """Raises what is wrong with a request that could never be carried out."""
    key = sent_key(request)
    raw = request.body if (request.content_length or 0) <= LARGEST_BODY else b""
    body = jsonio.parse_object(raw) if raw or request.content_length else {}
    return Refused(request.path_info[:200], key, body, captured_at(body))


def captured_at(body: Any) -> datetime | None:
    """When the phone says that it was made, if it says so as it should."""
    try:
        moment: datetime | None = Moment().read(None, body.get("captured_at"))
    except colander.Invalid:
        return None
    return moment


def _keep_afterwards(request: Request, ended: Ended, refused: Refused) -> None:
    """The refused request still holds its transaction, and on SQLite the gate."""

    def write(request: Request) -> None:
        keep(request.deployment, ended, refused, request_id(request))

    # If it fails, the phone has its copy, and sends it again when its owner asks what became of it.
    _afterwards(request, write, "a refused request could not be kept")


def _leave_to_sender(request: Request) -> None:
    """What is kept under this key is no longer a manager's to decide on."""
    user_id, key = request.actor.user_id, sent_key(request)
    with request.deployment.database.read() as session:
        if user_id is None or state_of(session, user_id, key) != "waiting":
            return

    def write(request: Request) -> None:
        with request.deployment.database.write() as session:
            session.info["request_id"] = request_id(request)
            ctx = request.deployment.context(session, Actor(kind="user", user_id=user_id))
            QuarantineService(ctx).leave_to_sender(key)

    _afterwards(request, write, "a request in quarantine could not be left to its sender")


def _afterwards(request: Request, write: Callable[[Request], None], failure: str) -> None:
    def run(request: Request) -> None:
        try:
            write(request)
        except (ServiceError, SQLAlchemyError):
            log.exception(failure)

    request.add_finished_callback(run)
