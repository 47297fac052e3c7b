"""Who there is: organisations as a tree, users, roles, sessions."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from shuhua_core.kernel.db import Base
from shuhua_core.kernel.scope import ScopeColumns
from shuhua_core.kernel.types import BigInt, code_string

_OPEN = text("ended_at IS NULL")

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
    """A person who signs in. Never deleted, since records name them: disabled."""

    __tablename__ = "users"
    __table_args__ = (Index("ix_users_name", "name", "id"),)
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
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Role(Base):
    """A named set of permissions, as data."""

    __tablename__ = "roles"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    zh: Mapped[str] = mapped_column(String(60))
    en: Mapped[str] = mapped_column(String(60))
    builtin: Mapped[bool] = mapped_column(default=False)

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
    """``browser`` or ``device``."""
    device: Mapped[str | None] = mapped_column(String(100))
    """What the phone calls itself."""
    csrf_token: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]


class SignInCounter(Base):
    """Failed attempts to sign in within the present window, by login, by address, and by both together.

    ``key`` is a hash, since people type passwords into the login field.
    """

    __tablename__ = "sign_in_counters"

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    window_ends_at: Mapped[datetime] = mapped_column(index=True)
