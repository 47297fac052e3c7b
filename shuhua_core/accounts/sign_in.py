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
from shuhua_core.kernel.errors import (
    Invalid,
    NotSignedIn,
    PasswordChangeRequired,
    SecondFactorMissing,
    SecondFactorRequired,
    SignInFailed,
    TooMany,
)
from shuhua_core.kernel.i18n import _

from . import passwords
from .actors import demand_of, load_actor, user_rows
from .attempts import Attempt, count_attempt, network, take_back
from .models import LoginSession, User
from .second_factor import WRONG, accept
from .sessions import OpenedSession, open_session, resolve
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
    code: str | None = None,
    request_id: str | None = None,
) -> OpenedSession:
    """Check login and password and open a session of ``kind`` (``browser`` or ``device``).

    Where the user has a second factor, a device sends its ``code`` along; a browser gets a session that is only ``pending``,
    for :func:`finish_sign_in`. Raises SignInFailed, alike for an unknown login, a disabled user and a wrong password, TooMany
    with ``retry_after``, SecondFactorRequired, and for a device that has to go to the office first PasswordChangeRequired or
    SecondFactorMissing.
    """
    user_id, checked_hash = check_password(deployment, login, password, address=address, request_id=request_id)
    new_hash = passwords.hash_password(password) if passwords.needs_rehash(checked_hash) else None
    second = _second_factor(deployment, user_id, kind)
    if second and kind == "device":
        check_code(deployment, user_id, code, address=address, request_id=request_id)
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
        pending = kind == "browser" and stored.second_factor_at is not None
        if not second and stored.second_factor_at is not None and not pending:  # set up between the check and now
            raise SecondFactorRequired
        return open_session(ctx, kind="pending" if pending else kind, device=device, address=address)


def finish_sign_in(
    deployment: Deployment,
    pending: str,
    code: str,
    *,
    address: str,
    device: str | None = None,
    request_id: str | None = None,
) -> OpenedSession:
    """Open the browser's session for the pending one of token ``pending``, whose user now gives the code.

    Raises NotSignedIn when it took too long, Invalid for a wrong code, and TooMany.
    """
    with deployment.database.read() as session:
        found = resolve(session, pending, deployment.clock.now())
    if found is None or found.kind != "pending" or found.actor.user_id is None:
        raise NotSignedIn
    try:
        check_code(deployment, found.actor.user_id, code, address=address, request_id=request_id)
    except SecondFactorRequired as error:
        raise Invalid({"code": error.message}) from error
    with deployment.database.write() as session:
        session.info["request_id"] = request_id
        ended = session.execute(
            update(LoginSession)
            .where(LoginSession.id == found.session_id, LoginSession.ended_at.is_(None))
            .values(ended_at=deployment.clock.now())
            .returning(LoginSession.id)
        )
        if ended.scalar_one_or_none() is None:
            raise NotSignedIn
        ctx = deployment.context(session, load_actor(session, found.actor.user_id))
        return open_session(ctx, device=device, address=address)


def _second_factor(deployment: Deployment, user_id: int, kind: str) -> bool:
    """Whether the user has a second factor; a device whose user has to do something in the office first is refused."""
    with deployment.database.read() as session:
        rows = user_rows(session, user_id)
        demand = demand_of(session, rows) if kind == "device" else None
    if demand == "password":
        raise PasswordChangeRequired
    if demand == "second_factor":
        raise SecondFactorMissing
    return rows[0].second_factor_at is not None


def check_code(deployment: Deployment, user_id: int, code: str | None, *, address: str, request_id: str | None) -> None:
    """Take the code, or raise SecondFactorRequired. Guesses are counted as those of passwords are, by themselves."""
    if not code:
        raise SecondFactorRequired
    now = deployment.clock.now()
    place = f"second {network(address)}"
    with deployment.database.write() as session:
        attempt = count_attempt(session, deployment.settings.secret, f"second\0{user_id}", place, now)
    if attempt.retry_after is not None:
        _note_limit(deployment, attempt, address, request_id)
        raise TooMany(retry_after=attempt.retry_after)
    with deployment.database.write() as session:
        session.info["request_id"] = request_id
        taken = accept(deployment.context(session, load_actor(session, user_id)), user_id, code)
        if taken:
            take_back(session, attempt)
    if not taken:
        write_security(
            deployment.database, "second_factor.failed", now=now, actor_id=user_id, address=address, request_id=request_id
        )
        raise SecondFactorRequired(WRONG)


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
