"""Sending invitations and password links, in the worker: the token is made when it is sent, and kept nowhere in the clear."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from shuhua_core.kernel.deployment import Deployment
from shuhua_core.kernel.i18n import _, translator
from shuhua_core.plugins.contracts import Notice, NoticeText, PermanentFailure, Recipient, TemporaryFailure
from shuhua_core.plugins.errors import PluginFailed
from shuhua_core.plugins.runner import PluginRunner

from .links import address_of
from .models import AccountLink, User
from .sessions import token_hash

log = logging.getLogger(__name__)

SUBJECTS = {"invite": _("Your account is ready: choose your password"), "reset": _("Choose a new password")}
BODIES = {
    "invite": _("Your login is ${login}. The link works once, until ${until}."),
    "reset": _(
        "Somebody asked for a new password for ${login}. The link works once, until ${until}. If it was not you, ignore this."
    ),
}
MAX_ATTEMPTS = 5
BACKOFF = timedelta(seconds=30)
KEPT = timedelta(days=30)
"""How long a link that is over can still be looked at."""


@dataclass(frozen=True, slots=True)
class _Ready:
    link_id: int
    attempts: int
    notice: Notice


def send_links(
    deployment: Deployment,
    runner: PluginRunner | None,
    channels: Iterable[str],
    limit: int = 20,
    room: Callable[[Session], int | None] | None = None,
) -> int:
    """Send the links that wait for it by the channels that reach one person alone; returns how many were tried.

    ``room`` tells, inside the transaction that takes them, how many more the channels bear in this minute; None: no bound.
    """
    now = deployment.clock.now()
    with deployment.database.read() as session:
        if session.scalar(select(AccountLink.id).where(AccountLink.send_at <= now).limit(1)) is None:
            return 0
    personal = set(deployment.settings.link_channels.split())
    ready = _prepare(deployment, limit, room)
    for each in ready:
        error = _send(runner, [name for name in channels if name in personal], each.notice)
        _settle(deployment, each, error)
    return len(ready)


def sweep(deployment: Deployment) -> None:
    """Forget links that have been over for long."""
    with deployment.database.write() as session:
        session.execute(delete(AccountLink).where(AccountLink.expires_at < deployment.clock.now() - KEPT))


def retry(session: Session, link_id: int, now: datetime) -> bool:
    """Give a link that could not be sent another round; False when there is none that still could be used."""
    found = session.execute(
        update(AccountLink)
        .where(
            AccountLink.id == link_id, AccountLink.ended_at.is_(None), AccountLink.sent_at.is_(None), AccountLink.expires_at > now
        )
        .where(AccountLink.last_error.is_not(None))
        .values(send_at=now, attempts=0)
        .returning(AccountLink.id)
    )
    return found.scalar_one_or_none() is not None


def tried_since(session: Session, moment: datetime) -> int:
    """How many links were sent, or tried, after ``moment``; one that is being sent counts."""
    tried = [and_(AccountLink.attempts == n, AccountLink.send_at > moment + BACKOFF * 2**n) for n in range(1, MAX_ATTEMPTS + 1)]
    return session.scalar(select(func.count()).where(or_(AccountLink.sent_at > moment, *tried))) or 0


def _prepare(deployment: Deployment, limit: int, room: Callable[[Session], int | None] | None) -> list[_Ready]:
    """Lease what is due and give each its token. What leads to nobody, or is over, is settled here."""
    now, settings = deployment.clock.now(), deployment.settings
    found: list[_Ready] = []
    with deployment.database.write() as session:
        left = room(session) if room is not None else None
        limit = limit if left is None else max(min(limit, left), 0)
        links = session.scalars(
            select(AccountLink)
            .where(AccountLink.send_at <= now)
            .order_by(AccountLink.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).all()
        for link in links:
            user = session.get(User, link.user_id) if link.user_id is not None else None
            if user is None or not user.active or link.ended_at is not None or link.expires_at <= now:
                link.send_at = None
                link.ended_at = link.ended_at or now
                continue
            token = secrets.token_urlsafe(32)
            link.token_hash = token_hash(token)
            link.attempts += 1
            link.send_at = now + BACKOFF * 2**link.attempts
            until = link.expires_at.astimezone(settings.timezone).strftime("%Y-%m-%d %H:%M")
            tr, words = translator(user.locale), {"login": user.login, "until": until}
            text = NoticeText(tr(SUBJECTS[link.purpose]), tr(BODIES[link.purpose] % words), address_of(settings, token))
            recipient = Recipient(user.name, user.locale, user.phone, user.email)
            notice = Notice(f"link:{link.id}:{link.attempts}", "account_link", recipient, text, now, urgent=True)
            found.append(_Ready(link.id, link.attempts, notice))
    return found


def _send(runner: PluginRunner | None, channels: Iterable[str], notice: Notice) -> str | None:
    """Try each channel; None when one of them sent it, else why none did."""
    problems = []
    for channel in channels if runner is not None else ():
        try:
            if runner is not None and runner.accepts(channel, notice):
                runner.send(channel, notice)
                return None
        except (PluginFailed, TemporaryFailure, PermanentFailure) as failure:
            problems.append(f"{channel}: {failure}"[:200])
    return "; ".join(problems) or "no channel takes it"


def _settle(deployment: Deployment, ready: _Ready, error: str | None) -> None:
    values: dict[str, object] = {"last_error": error[:300] if error else None}
    if error is None:
        values |= {"send_at": None, "sent_at": deployment.clock.now()}
    elif ready.attempts >= MAX_ATTEMPTS:
        values |= {"send_at": None}
        log.warning("a link could not be sent", extra={"link": ready.link_id})
    with deployment.database.write() as session:
        session.execute(
            update(AccountLink).where(AccountLink.id == ready.link_id, AccountLink.attempts == ready.attempts).values(**values)
        )
