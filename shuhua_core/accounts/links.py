"""Links by which a person sets their password: invitations, and resets of a forgotten one.

A link works once and not for long; only the SHA-256 of its token is kept. Whoever asks for a reset is answered alike
whether there is such a user or not, in words and in time: all that depends on it happens later, in the worker.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from shuhua_core.kernel.actor import SYSTEM
from shuhua_core.kernel.context import Context
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.kernel.errors import Invalid, NotFound, TooMany
from shuhua_core.kernel.events import Event
from shuhua_core.kernel.i18n import _
from shuhua_core.kernel.settings import Settings

from . import passwords
from .actors import load_actor
from .attempts import count_attempt, network
from .events import AccountEvent
from .models import AccountLink, User
from .sessions import token_hash
from .users import UserService, store_password

RESET_LIFETIME = timedelta(minutes=30)
GONE = _("This link is not valid any more. Ask for a new one.")


@dataclass(frozen=True, slots=True)
class ShownLink:
    """A new link, to be shown once: nobody can see it again."""

    address: str
    expires_at: datetime


def lifetime(settings: Settings, purpose: str) -> timedelta:
    """How long a link works."""
    return timedelta(days=settings.invite_days) if purpose == "invite" else RESET_LIFETIME


def address_of(settings: Settings, token: str) -> str:
    """The link itself, below the configured origin and never the host that a request names."""
    return f"{settings.origin.rstrip('/')}/account/{token}"


class LinkService:
    """Links that an administrator makes for somebody, to hand over or to be sent."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.session = ctx.session

    def make(self, user_id: int) -> ShownLink:
        """A link to show: an invitation for who has no password yet, else a reset. Earlier ones work no more."""
        user, purpose = self._for(user_id, send=False)
        token, expires_at = secrets.token_urlsafe(32), self.ctx.now + lifetime(self.ctx.deployment.settings, purpose)
        self.session.add(
            AccountLink(
                token_hash=token_hash(token),
                user_id=user.id,
                purpose=purpose,
                created_at=self.ctx.now,
                created_by=self.ctx.actor.user_id,
                expires_at=expires_at,
            )
        )
        self.session.flush()
        return ShownLink(address_of(self.ctx.deployment.settings, token), expires_at)

    def send(self, user_id: int) -> None:
        """Have a link sent by the channels that reach this person alone. Raises Invalid without an address to send it to."""
        user, purpose = self._for(user_id, send=True)
        if not user.email and not user.phone:
            raise Invalid({"": _("The user has no e-mail address and no phone. Hand the link over yourself.")})
        _ask(self.ctx, user.id, purpose)

    def _for(self, user_id: int, *, send: bool) -> tuple[User, str]:
        users = UserService(self.ctx)
        user = users.for_change(user_id)
        # Who holds the link can sign in as the user.
        users.refuse_giving(users.roles_of([user.id])[user.id], user)
        if not user.active:
            raise Invalid({"": _("The user is disabled. Enable them first.")})
        purpose = "reset" if user.password_hash else "invite"
        _end_others(self.session, user.id, self.ctx.now)
        values = {"purpose": purpose, "send": send}
        self.ctx.publish(Event(AccountEvent.LINK_MADE, "user", user.id, action="make_link", values=values))
        return user, purpose


def ask_for_reset(deployment: Deployment, login: str, *, address: str) -> None:
    """Somebody says that they have forgotten the password of ``login``. Takes the same steps for everybody.

    Raises TooMany, alike for a login that there is and one that there is not.
    """
    login, now = login.strip().lower()[:200], deployment.clock.now()
    with deployment.database.write() as session:
        attempt = count_attempt(session, deployment.settings.secret, f"reset\0{login}", f"reset {network(address)}", now)
        if attempt.retry_after is None:
            user_id = session.scalar(select(User.id).where(User.login == login, User.active, User.password_hash.is_not(None)))
            _ask(deployment.context(session, SYSTEM), user_id, "reset")
    if attempt.retry_after is not None:
        raise TooMany(retry_after=attempt.retry_after)


def holder_of(session: Session, token: str, now: datetime) -> User:
    """Whose password the link sets. Raises NotFound, alike for a link that never was and one that is over."""
    user = session.scalars(select(User).join(AccountLink, AccountLink.user_id == User.id).where(*_open(token, now))).one_or_none()
    if user is None:
        raise NotFound(GONE)
    return user


def use_link(deployment: Deployment, token: str, password: str, *, request_id: str | None = None) -> None:
    """Set the password that the holder of the link chose; ends the link, and all sessions of the user.

    Raises NotFound for a link that is over, and Invalid for a password that is not accepted, which does not use the link up.
    """
    now = deployment.clock.now()
    with deployment.database.read() as session:
        login = holder_of(session, token, now).login
    new_hash = passwords.accepted_hash(password, login=login, demo=deployment.settings.demo)
    with deployment.database.write() as session:
        session.info["request_id"] = request_id
        user_id = session.scalar(
            update(AccountLink)
            .where(AccountLink.token_hash == token_hash(token), AccountLink.ended_at.is_(None), AccountLink.expires_at > now)
            .values(ended_at=now)
            .returning(AccountLink.user_id)
        )
        user = session.get(User, user_id, with_for_update=True) if user_id is not None else None
        if user is None or not user.active:
            raise NotFound(GONE)
        store_password(deployment.context(session, load_actor(session, user.id)), user, new_hash)


def _open(token: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        AccountLink.token_hash == token_hash(token),
        AccountLink.ended_at.is_(None),
        AccountLink.expires_at > now,
        User.active.is_(True),
    )


def _ask(ctx: Context, user_id: int | None, purpose: str) -> None:
    ctx.session.add(
        AccountLink(
            user_id=user_id,
            purpose=purpose,
            created_at=ctx.now,
            created_by=ctx.actor.user_id,
            expires_at=ctx.now + lifetime(ctx.deployment.settings, purpose),
            send_at=ctx.now,
        )
    )
    ctx.session.flush()


def _end_others(session: Session, user_id: int, now: datetime) -> None:
    mine = (AccountLink.user_id == user_id, AccountLink.ended_at.is_(None))
    session.execute(update(AccountLink).where(*mine).values(ended_at=now, send_at=None))
