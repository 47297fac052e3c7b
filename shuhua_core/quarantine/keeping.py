"""Whether a refused request is kept, and keeping it.

Kept is what a phone sends with a token whose owner may no longer: the account was disabled, somebody else ended the session,
or the person was moved, or lost a role, after the phone made it. A token that ran out, or that its owner ended, is not
among these: they sign in again and send it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from ..accounts.models import LoginSession, User
from ..accounts.sessions import token_hash
from ..kernel.actor import Actor
from ..kernel.deployment import Deployment
from ..kernel.events import Event
from ..media.models import HELD, MediaFile
from .events import QuarantineEvent
from .models import HeldRequest

LARGEST_BODY = 100_000
"""Bytes of a body that is kept."""
MOST_WAITING = 500
"""Requests of one person that wait for a decision at a time."""
MOVED_FOR = timedelta(days=30)
"""How long after a move a phone may come with what it made before."""
KIND = HELD


@dataclass(frozen=True, slots=True)
class Ended:
    """Whose rights have ended, and why."""

    user_id: int
    organisation_path: str | None
    device: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A refused request to create or act."""

    path: str
    key: str
    body: Mapping[str, Any]
    captured_at: datetime | None


def ended_rights(session: Session, token: str, now: datetime, captured_at: datetime | None, *, signed_in: bool) -> Ended | None:
    """Why the owner of a phone's ``token`` may no longer do what they could, or None where this is no reason.

    ``signed_in`` says that the token itself still holds, and only the action was refused.
    """
    query = select(LoginSession, User).join(User, User.id == LoginSession.user_id)
    found = session.execute(
        query.where(LoginSession.token_hash == token_hash(token), LoginSession.kind == "device")
    ).one_or_none()
    if found is None:
        return None
    login, user = found
    reason = _moved(login, user, now, captured_at) if signed_in else _shut_out(login, user)
    if reason is None:
        return None
    path = user.left_path if reason == "moved" else user.organisation_path
    return Ended(user.id, path, login.device, reason)


def _shut_out(login: LoginSession, user: User) -> str | None:
    if user.erased_at is not None:
        return None
    if not user.active:
        return "disabled"
    return "revoked" if login.revoked else None


def _moved(login: LoginSession, user: User, now: datetime, captured_at: datetime | None) -> str | None:
    changed = user.rights_changed_at
    if changed is None or now - changed > MOVED_FOR:
        return None
    return "moved" if (captured_at or login.created_at) < changed else None


def state_of(session: Session, user_id: int, key: str) -> str | None:
    """What became of the kept request with this key; None where none is kept yet, '' where no more are taken."""
    of_user = HeldRequest.user_id == user_id
    state = session.scalar(select(HeldRequest.state).where(of_user, HeldRequest.key == key))
    if state is not None:
        return state
    waiting = session.scalar(select(func.count()).where(of_user, HeldRequest.state == "waiting")) or 0
    return "" if waiting >= MOST_WAITING else None


def keep(deployment: Deployment, ended: Ended, refused: Refused, request_id: str | None = None) -> None:
    """Write it down, once for each key, in a transaction of its own; call it when the request's own is over.

    Files that the person sent before, and which the request names, are kept with it.
    """
    with deployment.database.write() as session:
        session.info["request_id"] = request_id
        ctx = deployment.context(session, Actor(kind="user", user_id=ended.user_id))
        if state_of(session, ended.user_id, refused.key) is not None:
            return
        held = HeldRequest(
            user_id=ended.user_id,
            organisation_path=ended.organisation_path,
            device=ended.device,
            reason=ended.reason,
            path=refused.path,
            key=refused.key,
            body=dict(refused.body),
            captured_at=refused.captured_at,
            received_at=ctx.now,
        )
        session.add(held)
        session.flush()
        free = (MediaFile.uploader_id == ended.user_id, MediaFile.record_kind.is_(None))
        session.execute(
            update(MediaFile)
            .where(MediaFile.id.in_(named_media(refused.body)), *free)
            .values(record_kind=KIND, record_id=held.id)
            .execution_options(synchronize_session=False)
        )
        values = {"user_id": held.user_id, "reason": held.reason, "path": held.path}
        ctx.publish(Event(QuarantineEvent.KEPT, KIND, held.id, action="keep", values=values))


def named_media(value: Any) -> dict[int, str]:
    """The ids of all files that a body names, wherever in it they stand, each with the member that names it."""
    if isinstance(value, list):
        return {each: name for item in value for each, name in named_media(item).items()}
    if not isinstance(value, Mapping):
        return {}
    found: dict[int, str] = {}
    for name, part in value.items():
        if str(name).endswith(("media_ids", "media_id")):
            ids = part if isinstance(part, list) else [part]
            found |= {each: str(name) for each in ids if type(each) is int and 0 < each < 2**63}
        else:
            found |= named_media(part)
    return found
