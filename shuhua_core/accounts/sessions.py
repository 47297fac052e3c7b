"""Sessions of browsers and phones: random tokens, kept as SHA-256 only, that end when anybody says so."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from shuhua_core.kernel.actor import Actor
from shuhua_core.kernel.context import Context
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.kernel.events import Event
from shuhua_core.kernel.prepared import Prepared
from shuhua_core.kernel.settings import Settings

from .actors import actor_from, actor_query, demand_of
from .events import AccountEvent
from .models import LoginSession, User

TOUCH_AFTER = timedelta(minutes=5)
"""How long the note of when a session was last used may lag behind."""
PENDING = timedelta(minutes=5)
"""How long the code of the second factor is waited for after the password."""
KEPT_AFTER_END = timedelta(days=30)
"""How long a session that is over can still be looked at."""


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A new session. ``token`` is known to nobody else and cannot be had again."""

    token: str
    session_id: int
    csrf_token: str
    expires_at: datetime
    actor: Actor
    pending: bool = False
    """Whether the code of the second factor is still to come."""


@dataclass(frozen=True, slots=True)
class ResolvedSession:
    """A session that is open: whose it is, and whether it is time to :func:`touch` it."""

    session_id: int
    kind: str
    csrf_token: str
    expires_at: datetime
    actor: Actor
    wants_touch: bool
    demand: str | None = None
    """What has to be done before anything else (``password``, ``second_factor``)."""
    choices_token: str | None = None
    """The token of the choice lists at that moment."""


def token_hash(token: str) -> str:
    """What is stored of a token, which is random enough for a plain hash."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def lifetime(settings: Settings, kind: str) -> timedelta:
    """How long a session lives: a browser's from its last use, a phone's from its beginning."""
    if kind == "pending":
        return PENDING
    return timedelta(days=settings.device_days) if kind == "device" else timedelta(hours=settings.session_hours)


def open_session(ctx: Context, *, kind: str = "browser", device: str | None = None, address: str | None = None) -> OpenedSession:
    """A new session for the context's user, who has just proved who they are; a ``pending`` one is not signed in yet."""
    if ctx.actor.user_id is None:
        raise ValueError("only a user signs in")
    token = secrets.token_urlsafe(32)
    made = LoginSession(
        token_hash=token_hash(token),
        user_id=ctx.actor.user_id,
        kind=kind,
        device=device[:100] if device else None,
        address=address[:45] if address else None,
        csrf_token=secrets.token_urlsafe(32),
        created_at=ctx.now,
        last_seen_at=ctx.now,
        expires_at=ctx.now + lifetime(ctx.deployment.settings, kind),
    )
    ctx.session.add(made)
    ctx.session.flush()
    values = {"session_id": made.id, "kind": kind}
    if kind == "pending":
        return OpenedSession(token, made.id, made.csrf_token, made.expires_at, ctx.actor, pending=True)
    ctx.publish(Event(AccountEvent.SIGNED_IN, "user", ctx.actor.user_id, action="sign_in", values=values))
    return OpenedSession(token, made.id, made.csrf_token, made.expires_at, ctx.actor)


_RESOLVE = Prepared(
    actor_query()
    .join(LoginSession, LoginSession.user_id == User.id)
    .add_columns(
        LoginSession.id.label("session_id"),
        LoginSession.kind.label("session_kind"),
        LoginSession.csrf_token,
        LoginSession.expires_at,
        LoginSession.last_seen_at,
    )
    .where(
        LoginSession.token_hash == bindparam("token_hash"),
        LoginSession.ended_at.is_(None),
        LoginSession.expires_at > bindparam("now"),
    )
)


def resolve(session: Session, token: str, now: datetime) -> ResolvedSession | None:
    """The open session of ``token`` with its actor, or None; one statement while the roles stay the same."""
    rows = _RESOLVE.rows(session, {"token_hash": token_hash(token), "now": now})
    if not rows:
        return None
    first = rows[0]
    return ResolvedSession(
        first.session_id,
        first.session_kind,
        first.csrf_token,
        first.expires_at,
        actor_from(session, rows),
        now - first.last_seen_at >= TOUCH_AFTER,
        demand_of(session, rows),
        first.choices_token,
    )


def touch(deployment: Deployment, resolved: ResolvedSession, clock_skew: int | None = None) -> None:
    """Note that a session is in use, in a transaction of its own, and how its clock goes; a browser's then lives on from now."""
    now = deployment.clock.now()
    values: dict[str, object] = {"last_seen_at": now}
    if clock_skew is not None:
        values["clock_skew"] = clock_skew
    if resolved.kind == "browser":
        values["expires_at"] = now + lifetime(deployment.settings, resolved.kind)
    with deployment.database.write() as session:
        session.execute(
            update(LoginSession).where(LoginSession.id == resolved.session_id, LoginSession.ended_at.is_(None)).values(values)
        )


def end_session(ctx: Context, session_id: int, *, user_id: int | None = None, revoked: bool = False) -> bool:
    """End one open session of the context's user, or of ``user_id``, whom the caller may change; False when there is none.

    ``revoked`` where it is ended from elsewhere, as for a device that was lost.
    """
    owner = user_id if user_id is not None else ctx.actor.user_id
    ended = ctx.session.execute(
        update(LoginSession)
        .where(LoginSession.id == session_id, LoginSession.user_id == owner, LoginSession.ended_at.is_(None))
        .values(ended_at=ctx.now, revoked=revoked)
        .returning(LoginSession.user_id)
    ).scalar_one_or_none()
    if ended is None:
        return False
    ctx.publish(Event(AccountEvent.SIGNED_OUT, "user", ended, action="sign_out", values={"session_id": session_id}))
    return True


def end_sessions_of(ctx: Context, user_id: int, *, keep: int | None = None) -> None:
    """End all open sessions of a user, except the one with the id ``keep``; the caller publishes why."""
    query = update(LoginSession).where(LoginSession.user_id == user_id, LoginSession.ended_at.is_(None))
    if keep is not None:
        query = query.where(LoginSession.id != keep)
    ctx.session.execute(query.values(ended_at=ctx.now))


def open_sessions_of(session: Session, user_id: int, now: datetime) -> list[LoginSession]:
    """The open sessions of a user, the last used first."""
    query = select(LoginSession).where(
        LoginSession.user_id == user_id,
        LoginSession.ended_at.is_(None),
        LoginSession.expires_at > now,
        LoginSession.kind != "pending",
    )
    return list(session.scalars(query.order_by(LoginSession.last_seen_at.desc(), LoginSession.id.desc())))


def sweep(session: Session, now: datetime) -> None:
    """Forget sessions that have been over for long."""
    over = now - KEPT_AFTER_END
    session.execute(delete(LoginSession).where(LoginSession.expires_at < over))
    session.execute(delete(LoginSession).where(LoginSession.ended_at < over))
