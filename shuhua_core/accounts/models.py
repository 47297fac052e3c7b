"""Who there is: organisations as a tree, users, roles, sessions."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shuhua_core.kernel.db import Base
from shuhua_core.kernel.scope import ScopeColumns
from shuhua_core.kernel.text_index import index_texts
from shuhua_core.kernel.types import BigInt, code_string

_OPEN = text("ended_at IS NULL")
_TO_SEND = text("send_at IS NOT NULL")

KINDS: dict[str, tuple[str, str]] = {
    "maker": ("厂家", "Maker"),
    "branch": ("分公司", "Branch"),
    "department": ("维修部门", "Service department"),
    "agent": ("代理商", "Agent"),
    "host_unit": ("接收方", "Host unit"),
    "authority": ("体育主管部门", "Sports authority"),
}
"""Kinds of organisations with their labels."""

UNIT_KINDS = ("agent", "department")
"""Kinds that tasks are allocated to."""

USER_KINDS: dict[str, tuple[str, str]] = {
    "system": ("系统用户", "System user"),
    "collector": ("信息采集用户", "Field collection user"),
    "customer": ("客户用户", "Customer user"),
}
"""Kinds of users with their labels."""


class Organisation(Base):
    """The maker, and everybody who works with it, as one tree that is materialised in ``path`` (``/1/7/``)."""

    __tablename__ = "organisations"
    __scope__: ClassVar[ScopeColumns] = ScopeColumns(
        "organisation", organisation="path", own={"host_unit_id": "id", "organisation_id": "id"}
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), index=True)
    name: Mapped[str] = mapped_column(String(100))
    name_en: Mapped[str | None] = mapped_column(String(100))
    parent_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("organisations.id", ondelete="RESTRICT"), index=True)
    path: Mapped[str] = mapped_column(code_string(200), unique=True)
    phone: Mapped[str | None] = mapped_column(String(40))
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)

    def label(self, locale: str) -> str:
        """The organisation's name in the language."""
        return self.name_en or self.name if locale == "en" else self.name


class DutyArea(Base):
    """A division that an organisation looks after, with all below it; the empty prefix is everywhere."""

    __tablename__ = "duty_areas"

    organisation_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organisations.id", ondelete="CASCADE"), primary_key=True)
    division_prefix: Mapped[str] = mapped_column(code_string(12), primary_key=True, index=True)


class User(Base):
    """A person who signs in. Deleted only while no record names them; else disabled and anonymised."""

    __tablename__ = "users"
    __table_args__ = (
        Index("ix_users_name", "name", "id"),
        Index("ix_users_kind", "kind", "login"),
        Index("ix_users_disabled", "login", sqlite_where=text("active IS 0"), postgresql_where=text("active IS false")),
    )
    __scope__: ClassVar[ScopeColumns] = ScopeColumns(
        "user", division="division_code", organisation="organisation_path", own={"user_id": "id"}
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    login: Mapped[str] = mapped_column(code_string(60), unique=True)
    """In lower case."""
    name: Mapped[str] = mapped_column(String(60))
    phone: Mapped[str | None] = mapped_column(String(40))
    email: Mapped[str | None] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(20), default="system")
    organisation_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("organisations.id", ondelete="RESTRICT"), index=True)
    organisation_path: Mapped[str | None] = mapped_column(code_string(200), index=True)
    """The organisation's path, copied: scope reads it."""
    customer_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("customers.id", ondelete="RESTRICT"), index=True)
    division_code: Mapped[str | None] = mapped_column(code_string(12))
    locale: Mapped[str] = mapped_column(String(10), default="zh_Hans")
    password_hash: Mapped[str | None] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)
    must_change_password: Mapped[bool] = mapped_column(default=False)
    """Whether somebody else chose the password, so that nothing else is open until it has been changed."""
    second_factor_at: Mapped[datetime | None]
    """Since when signing in takes a code besides the password."""
    rights_changed_at: Mapped[datetime | None]
    """When roles or belonging last changed: what a phone made before may have been allowed then."""
    left_path: Mapped[str | None] = mapped_column(code_string(200))
    """The path of the organisation that the person belonged to until then."""
    erased_at: Mapped[datetime | None]
    """When the person's data was erased; what they did stays, under a number."""
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime] = mapped_column(index=True)


class Role(Base):
    """A named set of permissions, as data."""

    __tablename__ = "roles"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    zh: Mapped[str] = mapped_column(String(60))
    en: Mapped[str] = mapped_column(String(60))
    builtin: Mapped[bool] = mapped_column(default=False)
    second_factor: Mapped[bool] = mapped_column(default=False)
    """Whether those who have the role sign in with a code besides their password."""

    def label(self, locale: str) -> str:
        """The role's name in the language."""
        return self.en if locale == "en" else self.zh


class RolePermission(Base):
    """One permission of a role and the rows that it reaches."""

    __tablename__ = "role_permissions"

    role_id: Mapped[int] = mapped_column(BigInt, ForeignKey("roles.id", ondelete="CASCADE"), primary_key=True)
    permission: Mapped[str] = mapped_column(String(60), primary_key=True)
    scope: Mapped[str] = mapped_column(String(20))


class RolesVersion(Base):
    """One row, whose token changes with every change of a role, so that processes know when to read the roles again.

    A random token and not a count: a count taken back by a rollback would come again and stand for other permissions.
    """

    __tablename__ = "roles_version"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    token: Mapped[str] = mapped_column(String(36))


class UserRole(Base):
    """A role that a user has; ``division_code`` narrows what its division scope means for this user."""

    __tablename__ = "user_roles"

    user_id: Mapped[int] = mapped_column(BigInt, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    role_id: Mapped[int] = mapped_column(BigInt, ForeignKey("roles.id", ondelete="RESTRICT"), primary_key=True, index=True)
    division_code: Mapped[str | None] = mapped_column(code_string(12))


class LoginSession(Base):
    """One signed-in browser or phone. The token itself is nowhere stored, only its SHA-256."""

    __tablename__ = "login_sessions"
    __table_args__ = (Index("ix_login_sessions_open", "user_id", sqlite_where=_OPEN, postgresql_where=_OPEN),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(BigInt, ForeignKey("users.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(10))
    """``browser``, ``device``, or ``pending``: the password was right and the code of the second factor is still to come."""
    device: Mapped[str | None] = mapped_column(String(100))
    """What the phone calls itself, or which browser it is."""
    address: Mapped[str | None] = mapped_column(String(45))
    """The network address that signed in."""
    csrf_token: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    clock_skew: Mapped[int | None]
    """Seconds by which the device's clock was ahead when it was last looked at."""
    revoked: Mapped[bool] = mapped_column(default=False)
    """Whether it was ended from elsewhere: what the device still sends is not its owner's any more."""


class SignInCounter(Base):
    """Failed attempts to sign in within the present window, by login, by address, and by both together.

    ``key`` is a hash, since people type passwords into the login field.
    """

    __tablename__ = "sign_in_counters"

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    window_ends_at: Mapped[datetime] = mapped_column(index=True)


class AccountLink(Base):
    """A link by which a person sets their password: an invitation or a reset. Works once, and not for long."""

    __tablename__ = "account_links"
    __table_args__ = (Index("ix_account_links_open", "send_at", sqlite_where=_TO_SEND, postgresql_where=_TO_SEND),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    """SHA-256 of the token. One that is to be sent gets its token when it is sent, so that none waits anywhere in the clear."""
    user_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("users.id", ondelete="CASCADE"), index=True)
    """None where somebody asked for a login that there is not: kept, so that both askings do the same."""
    purpose: Mapped[str] = mapped_column(String(10))
    """``invite`` or ``reset``."""
    created_at: Mapped[datetime] = mapped_column(index=True)
    created_by: Mapped[int | None] = mapped_column(BigInt)
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """When it was used, or replaced by another."""
    send_at: Mapped[datetime | None]
    """When to try to send it; None when it was shown, or has been sent."""
    sent_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(String(300))


class SecondFactor(Base):
    """A user's source of codes. Its key is derived from ``nonce`` and the deployment's secret, and so not in the database."""

    __tablename__ = "second_factors"

    user_id: Mapped[int] = mapped_column(BigInt, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    nonce: Mapped[str] = mapped_column(String(40))
    last_step: Mapped[int] = mapped_column(BigInt, default=0)
    """The time step of the last code that was taken: each works once."""
    created_at: Mapped[datetime]


class RecoveryCode(Base):
    """A code for somebody who has lost their second factor; works once."""

    __tablename__ = "recovery_codes"

    user_id: Mapped[int] = mapped_column(BigInt, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    used_at: Mapped[datetime | None]


class Absence(Base):
    """Somebody is away, and another stands in: gets their notices, and the rights of their daily work, for the time."""

    __tablename__ = "absences"
    __table_args__ = (Index("ix_absences_stand_in", "stand_in_id", "ends_at"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    user_id: Mapped[int] = mapped_column(BigInt, ForeignKey("users.id", ondelete="CASCADE"), index=True)
    stand_in_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("users.id", ondelete="CASCADE"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(BigInt)


class Team(Base):
    """People of one organisation who work together."""

    __tablename__ = "teams"
    __table_args__ = (UniqueConstraint("organisation_id", "name"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    organisation_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organisations.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(60))
    version: Mapped[int] = mapped_column(default=1)


class TeamMember(Base):
    """Somebody who belongs to a team."""

    __tablename__ = "team_members"

    team_id: Mapped[int] = mapped_column(BigInt, ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(BigInt, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True)


index_texts(User, texts=("login", "name"), codes=("login",))
