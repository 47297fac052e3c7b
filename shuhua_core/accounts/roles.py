"""Roles as each process holds them: read once, and again when their version token moves."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shuhua_core.kernel.actor import ScopeKind

from .models import Role, RolePermission, RolesVersion

_KEY = "accounts.roles"


@dataclass(frozen=True, slots=True)
class RoleGrants:
    """A role's permissions with their scopes."""

    id: int
    code: str
    permissions: Mapping[str, ScopeKind]
    second_factor: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Roles:
    """All roles at one token of their version. The same ones as long as the token stays."""

    token: str
    by_id: Mapping[int, RoleGrants]

    def by_code(self, code: str) -> RoleGrants | None:
        """The role with this code."""
        return next((role for role in self.by_id.values() if role.code == code), None)


def roles_changed(session: Session) -> None:
    """Tell every process to read the roles again, from the commit of this transaction on."""
    token = str(uuid.uuid4())
    version = session.get(RolesVersion, 1, with_for_update=True)
    if version is None:
        session.add(RolesVersion(id=1, token=token))
    else:
        version.token = token
    session.flush()


def roles_at(session: Session, token: str) -> Roles:
    """All roles, from memory while ``token`` (read by the caller in this transaction) is the one they were read under."""
    info = session.info["deployment"].database.info
    known: Roles | None = info.get(_KEY)
    if known is None or known.token != token:
        known = _read(session, token)
        info[_KEY] = known
    return known


def current_roles(session: Session) -> Roles:
    """All roles; asks the database for their version."""
    return roles_at(session, session.scalars(select(RolesVersion.token).where(RolesVersion.id == 1)).one())


def _read(session: Session, token: str) -> Roles:
    rows = session.execute(
        select(Role.id, Role.code, Role.second_factor, RolePermission.permission, RolePermission.scope)
        .join(RolePermission, RolePermission.role_id == Role.id, isouter=True)
        .order_by(Role.id)
    )
    return Roles(token, _grouped(rows))


def _grouped(rows: Iterable[Any]) -> dict[int, RoleGrants]:
    found: dict[int, tuple[Any, dict[str, ScopeKind]]] = {}
    for row in rows:
        permissions = found.setdefault(row.id, (row, {}))[1]
        if row.permission is not None:
            permissions[row.permission] = ScopeKind(row.scope)
    return {row.id: RoleGrants(row.id, row.code, permissions, row.second_factor) for row, permissions in found.values()}
