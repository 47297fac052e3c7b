"""Keeps what is noted for the security log until the request's transaction has ended, so that it outlives a rollback."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from pyramid.request import Request
from sqlalchemy.exc import SQLAlchemyError

from shuhua_core.audit.security import write_security
from shuhua_core.kernel.errors import ServiceError

from .logging import request_id, route_name

log = logging.getLogger("shuhua.security")


def note(request: Request, kind: str, detail: Mapping[str, Any]) -> None:
    """A line in the log at once, and a row of the security log later where somebody is signed in.

    Not for strangers: their requests cost nothing to make, and would cost a writing transaction each.
    """
    actor = request.__dict__.get("actor")
    fields = {"request_id": request_id(request), "route": route_name(request), "method": request.method, **detail}
    log.warning(kind, extra={**fields, "actor": actor.user_id if actor is not None else None})
    if actor is None or actor.user_id is None:
        return
    values = {
        "now": request.deployment.clock.now(),
        "actor": actor,
        "record_id": _record_id(request),
        "request_id": request_id(request),
        "address": request.client_address,
        "detail": {"route": fields["route"], "method": fields["method"], **detail},
    }

    def write(request: Request) -> None:
        try:
            write_security(request.deployment.database, kind, **values)
        except (ServiceError, SQLAlchemyError):
            log.exception("the security log could not be written")

    request.add_finished_callback(write)


def _record_id(request: Request) -> int | None:
    text = str((request.matchdict or {}).get("id", ""))
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
