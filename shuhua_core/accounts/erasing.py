"""Deleting a user on whom nothing hangs; erasing the person of one on whom something does."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Table, delete, exists, select, update
from sqlalchemy.orm import Session

from shuhua_core.audit.models import AuditEntry
from shuhua_core.kernel.context import Context
from shuhua_core.kernel.db import Base
from shuhua_core.kernel.errors import NotAllowed
from shuhua_core.kernel.events import Event
from shuhua_core.kernel.i18n import _

from .administrators import an_administrator_kept
from .events import AccountEvent
from .models import AccountLink, RecoveryCode, SecondFactor, User, UserRole
from .sessions import end_sessions_of
from .users import UserService

ONES_OWN = frozenset(
    {"user_roles", "login_sessions", "account_links", "second_factors", "recovery_codes", "absences", "team_members", "messages"}
)
"""Tables whose rows go with their user; a row anywhere else keeps the user."""


class ErasingService:
    """Takes users away, for administrators."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.session = ctx.session

    def hangs_on(self, user_id: int) -> bool:
        """Whether anything names the user: a record, or what they did."""
        return anything_hangs_on(self.session, user_id)

    def delete(self, user_id: int) -> bool:
        """Delete the user, or where something hangs on them, disable and anonymise them. True when they were deleted."""
        users = UserService(self.ctx)
        user = users.for_change(user_id)
        if user.id == self.ctx.actor.user_id:
            raise NotAllowed(_("You cannot delete yourself."))
        users.refuse_giving(users.roles_of([user.id])[user.id], user)
        if self.hangs_on(user.id):
            self.erase(user)
            return False
        with an_administrator_kept(self.session):
            self.session.delete(user)
            self.session.flush()
        self._forget_in_log(user_id)
        self.ctx.publish(Event(AccountEvent.USER_DELETED, "user", user_id, action="delete"))
        return True

    def erase(self, user: User) -> None:
        """Take everything personal from a user who is locked for change; they never sign in again."""
        with an_administrator_kept(self.session):
            user.active = False
            self.session.execute(delete(UserRole).where(UserRole.user_id == user.id))
        for model in (SecondFactor, RecoveryCode, AccountLink):
            self.session.execute(delete(model).where(model.user_id == user.id))
        end_sessions_of(self.ctx, user.id)
        user.login, user.name = f"erased-{user.id}", f"#{user.id}"
        user.phone = user.email = user.password_hash = user.second_factor_at = None
        user.must_change_password = False
        user.erased_at = user.updated_at = self.ctx.now
        user.version += 1
        self.session.flush()
        self._forget_in_log(user.id)
        self.ctx.publish(Event(AccountEvent.USER_ERASED, "user", user.id, action="erase"))

    def _forget_in_log(self, user_id: int) -> None:
        """Names and phones stand beside the hashed part of the log: emptied, the chain still holds."""
        about = (AuditEntry.record_kind == "user", AuditEntry.record_id == user_id, AuditEntry.personal.is_not(None))
        self.session.execute(update(AuditEntry).where(*about).values(personal=None))


def anything_hangs_on(session: Session, user_id: int) -> bool:
    """Whether a row of any table but the user's own names them, or the log has something that they did."""
    if session.scalar(select(exists().where(AuditEntry.actor_id == user_id))):
        return True
    return any(session.scalar(select(exists().where(key.parent == user_id))) for key in keys_to_users())


def keys_to_users() -> list[ForeignKey]:
    """The foreign keys of all tables that name a user, but those whose rows are the user's own."""
    tables: list[Table] = [table for name, table in Base.metadata.tables.items() if name not in ONES_OWN]
    return [key for table in tables for key in table.foreign_keys if key.target_fullname == "users.id"]
