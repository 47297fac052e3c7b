"""Signing in: the password check, with its limits. Sessions are in ``sessions``.

The functions that take a deployment use short transactions of their own and hash between them, never within: call them
while the caller holds no writing transaction.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, update

from shuhua_core.audit.security import write_security
from shuhua_core.kernel.actor import Actor
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.kernel.errors import Invalid, NotSignedIn, SignInFailed, TooMany
from shuhua_core.kernel.i18n import _

from . import passwords
from .actors import load_actor
from .attempts import Attempt, count_attempt, take_back
from .models import User
from .sessions import OpenedSession, open_session
from .users import store_password


@dataclass(frozen=True, slots=True)
class _Found:
    id: int
    password_hash: str | None


def sign_in(
    deployment: Deployment,
    login: str,
    password: str,
    *,
    address: str,
    kind: str = "browser",
    device: str | None = None,
    request_id: str | None = None,
) -> OpenedSession:
    """Check login and password and open a session of ``kind`` (``browser`` or ``device``).

    Raises SignInFailed, alike for an unknown login, a disabled user and a wrong password, and TooMany with ``retry_after``.
    """
    user_id, checked_hash = check_password(deployment, login, password, address=address, request_id=request_id)
    new_hash = passwords.hash_password(password) if passwords.needs_rehash(checked_hash) else None
    with deployment.database.write() as session:
        session.info["request_id"] = request_id
        stored = session.scalars(
            select(User).where(User.id == user_id, User.active, User.password_hash == checked_hash).with_for_update()
        ).one_or_none()
        if stored is None:  # disabled, or the password was changed, between the check and now
            raise SignInFailed
        if new_hash is not None:
            session.execute(update(User).where(User.id == user_id).values(password_hash=new_hash))
        ctx = deployment.context(session, load_actor(session, user_id))
        return open_session(ctx, kind=kind, device=device)


def check_password(
    deployment: Deployment, login: str, password: str, *, address: str, request_id: str | None = None
) -> tuple[int, str]:
    """The user's id and the hash that fitted. Counts the attempt, and writes failures to the security log; raises as above."""
    login = login.strip().lower()[:200]
    now = deployment.clock.now()
    with deployment.database.write() as session:
        attempt = count_attempt(session, deployment.settings.secret, login, address, now)
    if attempt.retry_after is not None:
        _note_limit(deployment, attempt, address, request_id)
        raise TooMany(retry_after=attempt.retry_after)
    found = _find(deployment, login)
    fits = passwords.matches(found.password_hash if found else None, password[: passwords.MAXIMUM + 1])
    if password == passwords.DEMO_PASSWORD and not deployment.settings.demo:
        fits = False
    if found is None or not fits or found.password_hash is None:
        write_security(
            deployment.database,
            "sign_in.failed",
            now=now,
            actor_id=found.id if found else None,
            address=address,
            request_id=request_id,
        )
        raise SignInFailed
    with deployment.database.write() as session:
        take_back(session, attempt)
    return found.id, found.password_hash


def change_password(
    deployment: Deployment,
    actor: Actor,
    old: str,
    new: str,
    *,
    address: str,
    keep_session: int | None = None,
    request_id: str | None = None,
) -> None:
    """Change one's own password and end all one's sessions but ``keep_session``.

    Raises Invalid when the present password is wrong or the new one is not accepted, and TooMany.
    """
    if actor.login is None:
        raise NotSignedIn
    try:
        user_id, _checked = check_password(deployment, actor.login, old, address=address, request_id=request_id)
    except SignInFailed as error:
        raise Invalid({"old": _("This is not your present password.")}) from error
    new_hash = passwords.accepted_hash(new, login=actor.login, demo=deployment.settings.demo, field="new")
    with deployment.database.write() as session:
        session.info["request_id"] = request_id
        ctx = deployment.context(session, actor)
        user = session.get_one(User, user_id, with_for_update=True)
        store_password(ctx, user, new_hash, keep_session=keep_session)


def _find(deployment: Deployment, login: str) -> _Found | None:
    with deployment.database.read() as session:
        row = session.execute(select(User.id, User.password_hash).where(User.login == login, User.active)).one_or_none()
    return _Found(row.id, row.password_hash) if row else None


def _note_limit(deployment: Deployment, attempt: Attempt, address: str, request_id: str | None) -> None:
    if attempt.first_refused:  # the rest of a flood would only fill the log
        write_security(deployment.database, "sign_in.limited", now=deployment.clock.now(), address=address, request_id=request_id)
