"""Carrying out a request from quarantine: the same view as if it had been let through, for the manager who decides so."""

from __future__ import annotations

import re

from pyramid.request import Request

from shuhua_core.kernel import jsonio
from shuhua_core.kernel.errors import Conflict
from shuhua_core.quarantine.models import HeldRequest

from ..api.exactly_once import KEY_OWNER
from ..api.resource import PREFIX
from ..context import SESSION
from ..logging import REQUEST_ID

_OF_THE_SERVER = ("wsgi.url_scheme", "HTTP_HOST", "SERVER_NAME", "SERVER_PORT", "REMOTE_ADDR", REQUEST_ID)
_RECORD = re.compile(r"/(repairs|tasks|inspections|followups|sites|equipment)/[0-9]+")


def carry_out(request: Request, held: HeldRequest) -> tuple[str | None, bool]:
    """Do in this request's transaction what ``held`` asks for; gives its address, and whether it had been done already.

    The actor is the one of ``request``. The key stays that of the one who sent it: what arrived before their rights ended,
    or comes again when they have them back, has one effect all the same. Raises what the view raises.
    """
    environ = {name: request.environ[name] for name in _OF_THE_SERVER if name in request.environ}
    inner = Request.blank(held.path, environ=environ, method="POST")
    inner.environ[SESSION] = request.dbsession
    inner.environ[KEY_OWNER] = held.user_id
    inner.headers["Idempotency-Key"] = held.key
    inner.content_type = "application/json"
    inner.body = jsonio.dump(held.body)
    inner.__dict__.update(actor=request.actor, login_session=request.login_session)
    response = request.invoke_subrequest(inner, use_tweens=False)
    if response.status_int >= 400:
        raise Conflict
    location = response.headers.get("Location") or held.path.partition("/actions/")[0]
    return location[:200], response.headers.get("Idempotency-Replayed") == "true"


def office_address(location: str | None) -> str | None:
    """Where the office shows what came of it."""
    path = (location or "").partition(PREFIX)[2]
    return path if _RECORD.fullmatch(path) else None
