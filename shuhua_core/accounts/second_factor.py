"""The second factor: codes of an authenticator app (RFC 6238), and recovery codes for who has lost it."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import b32encode
from datetime import datetime

import pyotp
from sqlalchemy import delete, func, insert, select, update

from shuhua_core.kernel.context import Context
from shuhua_core.kernel.errors import Invalid, NotAllowed, WrongState
from shuhua_core.kernel.events import Event
from shuhua_core.kernel.i18n import _
from shuhua_core.kernel.settings import Settings

from .events import AccountEvent
from .models import RecoveryCode, Role, SecondFactor, User, UserRole
from .sessions import end_sessions_of

STEP = 30
"""Seconds for which one code stands."""
RECOVERY_CODES = 10
WRONG = _("This code is not right, or was used already. Wait for the next one and check the clock of your phone.")


def new_nonce() -> str:
    """What a new key is derived from, besides the deployment's secret."""
    return secrets.token_urlsafe(24)


def key_of(settings: Settings, user_id: int, nonce: str) -> str:
    """The key that the app and the deployment share, in base32: 160 bits that nobody can make who only has the database."""
    message = f"second factor\0{user_id}\0{nonce}".encode()
    return b32encode(hmac.new(settings.secret.encode(), message, hashlib.sha256).digest()[:20]).decode()


def address_of(settings: Settings, login: str, user_id: int, nonce: str) -> str:
    """The ``otpauth://`` address that the QR code carries."""
    return pyotp.TOTP(key_of(settings, user_id, nonce)).provisioning_uri(name=login, issuer_name=settings.maker)


class SecondFactorService:
    """The second factor of the context's user, and, for administrators, taking away somebody's lost one."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.session = ctx.session

    def set_up(self, nonce: str, code: str, *, keep_session: int | None = None) -> list[str]:
        """Put the key of ``nonce`` in force, whose app has shown ``code``, and end the user's other sessions.

        Returns the recovery codes, which nobody can see again. Raises Invalid, and WrongState when there is a factor already.
        """
        user = self._locked()
        if user.second_factor_at is not None:
            raise WrongState(_("You have a second factor. Remove it before you set up another one."))
        settings = self.ctx.deployment.settings
        step = _step_of(key_of(settings, user.id, nonce[:40]), code, self.ctx.now)
        if step is None:
            raise Invalid({"code": WRONG})
        user.second_factor_at = self.ctx.now
        user.version += 1
        self.session.add(SecondFactor(user_id=user.id, nonce=nonce[:40], last_step=step, created_at=self.ctx.now))
        codes = self._new_codes(user.id)
        self.session.flush()
        end_sessions_of(self.ctx, user.id, keep=keep_session)
        self.ctx.publish(Event(AccountEvent.SECOND_FACTOR_SET, "user", user.id, action="set_second_factor"))
        return codes

    def remove(self) -> None:
        """Sign in with the password alone again; the caller has checked a code. Raises NotAllowed where a role asks for it."""
        user = self._locked()
        if user.second_factor_at is None:
            raise WrongState(_("You have no second factor."))
        if self.asked_by_role():
            raise NotAllowed(_("Your role asks for a second factor."))
        take_away(self.ctx, user)

    def asked_by_role(self) -> bool:
        """Whether a role of the context's user asks for a second factor."""
        query = select(UserRole.role_id).join(Role, Role.id == UserRole.role_id)
        mine = query.where(UserRole.user_id == self.ctx.actor.user_id, Role.second_factor)
        return self.session.scalar(mine.limit(1)) is not None

    def recovery_codes_left(self) -> int:
        """How many recovery codes have not been used."""
        mine = (RecoveryCode.user_id == self.ctx.actor.user_id, RecoveryCode.used_at.is_(None))
        return self.session.scalar(select(func.count()).select_from(RecoveryCode).where(*mine)) or 0

    def _locked(self) -> User:
        return self.session.get_one(User, self.ctx.actor.user_id, with_for_update=True, populate_existing=True)

    def _new_codes(self, user_id: int) -> list[str]:
        codes = [_recovery_code() for _number in range(RECOVERY_CODES)]
        self.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
        self.session.execute(insert(RecoveryCode), [{"user_id": user_id, "code_hash": _hashed(code)} for code in codes])
        return codes


def take_away(ctx: Context, user: User) -> None:
    """Remove a user's second factor, whoever is allowed to ask for it."""
    ctx.session.execute(delete(SecondFactor).where(SecondFactor.user_id == user.id))
    ctx.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    user.second_factor_at = None
    user.version += 1
    ctx.session.flush()
    ctx.publish(Event(AccountEvent.SECOND_FACTOR_REMOVED, "user", user.id, action="remove_second_factor"))


def accept(ctx: Context, user_id: int, code: str) -> bool:
    """Whether ``code`` is the app's present one or an unused recovery code; each is taken once, also of many at once."""
    return _accept_app(ctx, user_id, code) or _accept_recovery(ctx, user_id, code)


def _accept_app(ctx: Context, user_id: int, code: str) -> bool:
    factor = ctx.session.get(SecondFactor, user_id)
    step = _step_of(key_of(ctx.deployment.settings, user_id, factor.nonce), code, ctx.now) if factor else None
    if step is None:
        return False
    taken = ctx.session.execute(
        update(SecondFactor)
        .where(SecondFactor.user_id == user_id, SecondFactor.last_step < step)
        .values(last_step=step)
        .returning(SecondFactor.user_id)
    )
    return taken.scalar_one_or_none() is not None


def _accept_recovery(ctx: Context, user_id: int, code: str) -> bool:
    mine = (RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    taken = ctx.session.execute(
        update(RecoveryCode)
        .where(*mine, RecoveryCode.code_hash == _hashed(code))
        .values(used_at=ctx.now)
        .returning(RecoveryCode.user_id)
    )
    if taken.scalar_one_or_none() is None:
        return False
    left = ctx.session.scalar(select(func.count()).select_from(RecoveryCode).where(*mine)) or 0
    ctx.publish(Event(AccountEvent.RECOVERY_CODE_USED, "user", user_id, action="use_recovery_code", values={"left": left}))
    return True


def _step_of(key: str, code: str, now: datetime) -> int | None:
    """The time step whose code this is: the present one, or one before or after, since clocks differ."""
    typed = "".join(code.split())
    if not (len(typed) == 6 and typed.isascii() and typed.isdigit()):
        return None
    present, totp = int(now.timestamp()) // STEP, pyotp.TOTP(key)
    return next(
        (step for step in (present, present - 1, present + 1) if hmac.compare_digest(totp.generate_otp(step), typed)), None
    )


def _recovery_code() -> str:
    """60 bits, in three groups that a person can copy."""
    text = b32encode(secrets.token_bytes(10)).decode()[:12].lower()
    return "-".join((text[:4], text[4:8], text[8:]))


def _hashed(code: str) -> str:
    plain = "".join(each for each in code.lower() if each.isalnum())
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()
