"""How much somebody without an account may send: counted by network address and by what it is about.

Each try is counted in a short transaction of its own, before the request opens its session, so that it counts even where it is
refused afterwards. People who have signed in are not counted here: what they send has their name on it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pyramid.request import Request
from sqlalchemy.orm import Session

from shuhua_core.accounts.attempts import network
from shuhua_core.accounts.limits import Limit, count
from shuhua_core.kernel.errors import TooMany
from shuhua_core.sites.codes import normalise

from .logging import REQUEST_ID


def limit_reports(request: Request, body: dict[str, Any] | None = None) -> None:
    """One report, answer or "me too" of a member of the public. Raises TooMany with the seconds to wait."""
    settings = request.deployment.settings
    code = (body or {}).get("code") or (request.matchdict or {}).get("code")
    limits = [_here(request, "report", settings.public_reports_address)]
    if isinstance(code, str):
        limits.append(Limit("report_code", normalise(code)[:20], settings.public_reports_code))
    _check(request, limits)


def limit_uploads(request: Request) -> None:
    """One file of a member of the public."""
    _check(request, [_here(request, "upload", request.deployment.settings.public_uploads_address)])


def limit_wrong_codes(request: Request) -> None:
    """One code that stands for nothing: labels are not to be found by trying."""
    _check(request, [_here(request, "wrong_code", request.deployment.settings.public_wrong_codes)])


def too_many_scans(request: Request, session: Session) -> bool:
    """Count a scan of a label from this address, in the transaction that notes it; beyond the limit scans are not noted."""
    settings, now = request.deployment.settings, request.deployment.clock.now()
    limits = [_here(request, "scan", settings.public_scans_address)]
    return count(session, settings.secret, limits, timedelta(minutes=settings.public_minutes), now) is not None


def _here(request: Request, kind: str, most: int) -> Limit:
    return Limit(kind, network(request.client_address), most)


def _name(request: Request) -> str | None:
    """What a client calls the thing that it sends, where it does: its key, within its own space of keys."""
    key = request.headers.get("Idempotency-Key")
    return f"{request.headers.get('Idempotency-Space', '')[:128]} {key[:36]}" if key else None


def _check(request: Request, limits: list[Limit]) -> None:
    if request.actor.kind == "user":
        return
    deployment = request.deployment
    with deployment.database.write() as session:
        session.info["request_id"] = request.environ.get(REQUEST_ID)
        window = timedelta(minutes=deployment.settings.public_minutes)
        wait = count(session, deployment.settings.secret, limits, window, deployment.clock.now(), _name(request))
    if wait is not None:
        request.note_security("public.limited", what=limits[0].kind)
        raise TooMany(retry_after=wait)
