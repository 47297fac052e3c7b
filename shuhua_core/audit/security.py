"""The security log: what was refused or disclosed, kept even though the request itself failed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from shuhua_core.kernel.actor import Actor
from shuhua_core.kernel.db import Database

from .models import SecurityEntry


def write_security(
    database: Database,
    kind: str,
    *,
    now: datetime,
    actor: Actor | None = None,
    actor_id: int | None = None,
    record_kind: str | None = None,
    record_id: int | None = None,
    request_id: str | None = None,
    address: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Write one entry (``sign_in.failed``, ``authz.object_denied`` ...) in a transaction of its own.

    Call it after the main transaction has ended: on SQLite this one waits for the same gate. ``detail`` holds names and
    ids (a route, names of fields), never values that a person sent.
    """
    with database.write() as session:
        session.execute(
            insert(SecurityEntry).values(
                at=now,
                kind=kind,
                actor_id=actor.user_id if actor else actor_id,
                actor_kind=actor.kind if actor else None,
                record_kind=record_kind,
                record_id=record_id,
                request_id=request_id,
                address=address[:45] if address else None,
                detail=dict(detail or {}),
            )
        )
