"""Roles as administrators change them: sets of permissions with their scopes, as data."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from sqlalchemy import delete, func, select

from shuhua_core.kernel.actor import ScopeKind
from shuhua_core.kernel.context import Context
from shuhua_core.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, VersionStale
from shuhua_core.kernel.events import Event
from shuhua_core.kernel.i18n import _

from .administrators import an_administrator_kept, edits_all
from .events import AccountEvent
from .models import Role, RolePermission, RolesVersion, User, UserRole
from .permissions import Permission
from .roles import roles_changed

CODE = re.compile(r"[a-z][a-z0-9_]{1,39}")


class RoleService:
    """Roles as data. Changing them takes ``accounts.edit`` everywhere, and nobody changes a role of their own."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.session = ctx.session

    def all(self) -> Sequence[Role]:
        """All roles."""
        if not self.ctx.actor.may(Permission.ACCOUNTS_VIEW):
            raise NotAllowed
        return self.session.scalars(select(Role).order_by(Role.id)).all()

    def permissions_of(self, code: str) -> dict[str, str]:
        """Permission -> scope of a role. Raises NotFound."""
        if not self.ctx.actor.may(Permission.ACCOUNTS_VIEW):
            raise NotAllowed
        return self._permissions(self._role(code))

    def get(self, role_id: int) -> Role:
        """One role. Raises NotFound."""
        role = self.session.get(Role, role_id) if self.ctx.actor.may(Permission.ACCOUNTS_VIEW) else None
        if role is None:
            raise NotFound
        return role

    def version(self) -> str:
        """Moves with every change of a right: who hands it back with a change learns of one made meanwhile."""
        return self.session.scalars(select(RolesVersion.token).where(RolesVersion.id == 1)).one()

    def holders(self) -> dict[int, int]:
        """Role id -> how many active people have it."""
        query = select(UserRole.role_id, func.count().label("people")).join(User, User.id == UserRole.user_id).where(User.active)
        return {row.role_id: row.people for row in self.session.execute(query.group_by(UserRole.role_id))}

    def save(
        self,
        code: str,
        permissions: Mapping[str, str],
        *,
        zh: str | None = None,
        en: str | None = None,
        second_factor: bool | None = None,
        expected_version: str | None = None,
        new: bool = False,
    ) -> Role:
        """Put ``permissions`` (permission -> scope) in place of the role's present ones; a new code makes a new role.

        Nobody changes a role that they have themselves, and the last administrator stays. Raises Invalid, NotAllowed, and
        VersionStale when rights were changed since ``expected_version``; with ``new`` a code that is taken is Invalid.
        """
        if not edits_all(self.ctx.actor):
            raise NotAllowed
        errors = {
            name: _("There is no permission ${permission} with scope ${scope}.", mapping={"permission": name, "scope": scope})
            for name, scope in permissions.items()
            if name not in set(Permission) or scope not in set(ScopeKind)
        }
        if errors:
            raise Invalid(errors)
        if not CODE.fullmatch(code):
            raise Invalid({"code": _("Use small letters, digits and _, beginning with a letter.")})
        self.session.execute(select(RolesVersion).where(RolesVersion.id == 1).with_for_update()).all()
        if expected_version is not None and expected_version != self.version():
            raise VersionStale
        roles_changed(self.session)  # locks: one change of rights at a time
        role = self.session.scalars(select(Role).where(Role.code == code)).one_or_none()
        if role is None:
            if not zh or not en:
                raise Invalid({"zh": _("A new role needs a name in Chinese and in English.")})
            role = Role(code=code, zh=zh, en=en, builtin=False)
            self.session.add(role)
            self.session.flush()
        elif new:
            raise Invalid({"code": _("There is a role with this code.")})
        elif self._holds(role):
            raise NotAllowed(_("You cannot change a role that you have yourself."))
        role.zh, role.en = zh or role.zh, en or role.en
        before = {"permissions": self._permissions(role), "second_factor": role.second_factor}
        if second_factor is not None:
            role.second_factor = second_factor
        with an_administrator_kept(self.session):
            self.session.execute(delete(RolePermission).where(RolePermission.role_id == role.id))
            self.session.add_all(
                RolePermission(role_id=role.id, permission=name, scope=scope) for name, scope in permissions.items()
            )
        self.ctx.publish(
            Event(
                AccountEvent.ROLE_CHANGED,
                "role",
                role.id,
                action="save",
                values={"code": role.code},
                changes={
                    "permissions": [before["permissions"], dict(permissions)],
                    "second_factor": [before["second_factor"], role.second_factor],
                },
            )
        )
        return role

    def remove(self, role_id: int) -> None:
        """Remove a role that did not come with the system and that nobody has. Raises NotFound, NotAllowed, Conflict."""
        if not edits_all(self.ctx.actor):
            self.get(role_id)
            raise NotAllowed
        roles_changed(self.session)
        role = self.get(role_id)
        if role.builtin:
            raise NotAllowed(_("Roles that come with the system stay."))
        if self.session.scalar(select(UserRole.user_id).where(UserRole.role_id == role.id).limit(1)) is not None:
            raise Conflict(_("Somebody has this role. Take it from them first."))
        self.session.delete(role)
        self.session.flush()
        values = {"code": role.code}
        self.ctx.publish(Event(AccountEvent.ROLE_REMOVED, "role", role_id, action="remove", values=values))

    def _role(self, code: str) -> Role:
        role = self.session.scalars(select(Role).where(Role.code == code)).one_or_none()
        if role is None:
            raise NotFound
        return role

    def _permissions(self, role: Role) -> dict[str, str]:
        rows = self.session.execute(
            select(RolePermission.permission, RolePermission.scope)
            .where(RolePermission.role_id == role.id)
            .order_by(RolePermission.permission)
        )
        return {row.permission: row.scope for row in rows}

    def _holds(self, role: Role) -> bool:
        return self.session.get(UserRole, (self.ctx.actor.user_id, role.id)) is not None if self.ctx.actor.user_id else False
