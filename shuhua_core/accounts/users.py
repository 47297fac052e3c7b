"""Users: who may sign in, with which roles."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Select, delete, exists, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from shuhua_core.kernel.actor import Actor, ScopeKind
from shuhua_core.kernel.context import Context
from shuhua_core.kernel.errors import Conflict, Invalid, NotAllowed, VersionStale
from shuhua_core.kernel.events import Event
from shuhua_core.kernel.i18n import LOCALES, _
from shuhua_core.kernel.merged import merged_into
from shuhua_core.kernel.paging import DEFAULT_LIMIT, Page, after, encode_cursor
from shuhua_core.kernel.schema import deserialize, given
from shuhua_core.kernel.scope import get_visible, visible

from .administrators import an_administrator_kept, edits_all, has
from .events import AccountEvent
from .models import AccountLink, Organisation, Role, RolePermission, RolesVersion, User, UserRole
from .permissions import Permission
from .schema import UserFilterSchema, UserPatchSchema, UserSchema
from .sessions import end_sessions_of

_PERSONAL = ("name", "phone", "email")


class UserService:
    """Reads and changes users within the actor's reach of ``accounts.view`` and ``accounts.edit``."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.session = ctx.session

    def get(self, user_id: int) -> User:
        """One user. Raises NotFound."""
        return get_visible(self.session, User, self.ctx.actor, Permission.ACCOUNTS_VIEW, user_id)

    def page(
        self,
        filters: Mapping[str, Any] | None = None,
        *,
        cursor: str | None = None,
        limit: int = DEFAULT_LIMIT,
        descending: bool = False,
        total: bool = False,
    ) -> Page:
        """Users by login, narrowed by ``filters`` (:class:`UserFilterSchema`)."""
        query = select_users(self.ctx.actor, filters)
        found = self.session.scalar(query.with_only_columns(func.count(User.id))) if total else None
        rows = self.session.scalars(after(query, User.login, User.id, descending=descending, cursor=cursor, limit=limit)).all()
        items = rows[:limit]
        return Page(items, encode_cursor(items[-1].login, items[-1].id) if len(rows) > limit else None, found)

    def roles_of(self, user_ids: Collection[int]) -> dict[int, list[Role]]:
        """The roles of each of these users, in one statement."""
        found: dict[int, list[Role]] = {user_id: [] for user_id in user_ids}
        rows = self.session.execute(
            select(UserRole.user_id, Role)
            .join(Role, Role.id == UserRole.role_id)
            .where(UserRole.user_id.in_(user_ids))
            .order_by(Role.id)
        )
        for user_id, role in rows:
            found[user_id].append(role)
        return found

    def create(self, data: Any, *, password_hash: str | None = None) -> User:
        """A new user (:class:`UserSchema`); who has no password yet cannot sign in.

        ``password_hash`` comes from ``passwords.accepted_hash``, made before the transaction, since hashing takes its time.
        """
        self._require(Permission.ACCOUNTS_EDIT)
        values = deserialize(UserSchema, data)
        codes = values.pop("roles")
        values["login"] = values["login"].lower()
        self._check_belonging(values)
        if values["division_code"]:
            self._refuse_moving(None, {"division_code"})
        user = User(**values, password_hash=password_hash, created_at=self.ctx.now, updated_at=self.ctx.now)
        # Who adds a user knows the password; the system itself (commands, imports) hands over a person's own.
        user.must_change_password = password_hash is not None and self.ctx.actor.kind != "system"
        self._place(user)
        self._save(user)
        self._give_roles(user, codes, held=set())
        self._publish(AccountEvent.USER_ADDED, user, "create", values={"roles": sorted(codes), "kind": user.kind})
        return user

    def update(self, user_id: int, data: Any, *, expected_version: int | None = None) -> User:
        """Change what ``data`` names (:class:`UserPatchSchema`). Raises NotFound, Invalid, NotAllowed, VersionStale, Conflict."""
        user = self.for_change(user_id, expected_version)
        values = given(UserPatchSchema, data)
        codes = values.pop("roles", None)
        if values.get("login", user.login) != user.login:
            raise Invalid({"login": _("A login stays as it is. Add a new user instead.")})
        before, path_before = {name: getattr(user, name) for name in values}, user.organisation_path
        if "name" in values and not values["name"]:
            raise Invalid({"name": _("This is required.")})
        self._check_belonging({name: values.get(name, getattr(user, name)) for name in _BELONGING})
        self._refuse_moving(user, {name for name in _BELONGING if name in values and values[name] != before[name]})
        for name, value in values.items():
            setattr(user, name, value)
        self._place(user)
        changes = {name: [old, getattr(user, name)] for name, old in before.items() if old != getattr(user, name)}
        user.version += 1
        user.updated_at = self.ctx.now
        self._save(user)
        told: dict[str, Any] = {}
        if codes is not None:
            held = {role.code for role in self.roles_of([user.id])[user.id]}
            if set(codes) != held:
                with an_administrator_kept(self.session):
                    self._give_roles(user, codes, held)
                changes["roles"] = [sorted(held), sorted(codes)]
                told["roles"] = sorted(codes)
        if changes.keys() & {*_BELONGING, "roles"}:
            user.rights_changed_at, user.left_path = self.ctx.now, path_before
            self.session.flush()
        self._publish(AccountEvent.USER_CHANGED, user, "update", values=told, changes=changes)
        return user

    def disable(self, user_id: int, *, expected_version: int | None = None) -> User:
        """End a user's sessions and let them in no more."""
        user = self.for_change(user_id, expected_version)
        if user.id == self.ctx.actor.user_id:
            raise NotAllowed(_("You cannot disable yourself."))
        if user.active:
            with an_administrator_kept(self.session):
                self._set_active(user, active=False)
            end_sessions_of(self.ctx, user.id)
            self._publish(AccountEvent.USER_DISABLED, user, "disable")
        return user

    def enable(self, user_id: int, *, expected_version: int | None = None) -> User:
        """Let a disabled user sign in again."""
        user = self.for_change(user_id, expected_version)
        if not user.active:
            self.refuse_giving(self.roles_of([user.id])[user.id], user)
            self._set_active(user, active=True)
            self._publish(AccountEvent.USER_ENABLED, user, "enable")
        return user

    def set_password(self, user_id: int, password_hash: str) -> User:
        """Give a user a new password (a hash from ``passwords.accepted_hash``) and end all their sessions."""
        user = self.for_change(user_id, None)
        # Who sets a password can sign in with it, so this is giving oneself the user's roles.
        self.refuse_giving(self.roles_of([user.id])[user.id], user)
        store_password(self.ctx, user, password_hash, must_change=True)
        return user

    def set_divisions(self, user_id: int, divisions: Mapping[str, str | None], *, expected_version: int | None = None) -> User:
        """Narrow the division scope of roles that the user has: role code -> division, None for the user's own division.

        Who edits only a part of the accounts gives no divisions. Raises Invalid for a role that the user does not have.
        """
        user = self.for_change(user_id, expected_version)
        query = select(Role.code, UserRole).join(UserRole, UserRole.role_id == Role.id)
        held = {row.code: row.UserRole for row in self.session.execute(query.where(UserRole.user_id == user.id))}
        errors = {code: _("The user does not have this role.") for code in divisions if code not in held}
        if errors:
            raise Invalid(errors)
        changes = {
            code: [held[code].division_code, division]
            for code, division in divisions.items()
            if held[code].division_code != division
        }
        if not changes:
            return user
        self._refuse_moving(user, {"division_code"})
        for code in changes:
            held[code].division_code = divisions[code]
        user.rights_changed_at, user.left_path = self.ctx.now, user.organisation_path
        user.version += 1
        user.updated_at = self.ctx.now
        self.session.flush()
        self._publish(AccountEvent.USER_CHANGED, user, "set_divisions", changes={"divisions": changes})
        return user

    def divisions_of(self, user_id: int) -> dict[str, str | None]:
        """Role code -> the division that narrows it for this user."""
        query = select(Role.code, UserRole.division_code).join(UserRole, UserRole.role_id == Role.id)
        rows = self.session.execute(query.where(UserRole.user_id == user_id).order_by(Role.id))
        return {row.code: row.division_code for row in rows}

    def reveal_phone(self, user_id: int) -> str | None:
        """The whole phone number of a user; the log tells who asked for it."""
        user = get_visible(self.session, User, self.ctx.actor, Permission.ACCOUNTS_EDIT, user_id)
        self._publish(AccountEvent.PHONE_REVEALED, user, "reveal_phone")
        return user.phone

    def choose_locale(self, locale: str) -> None:
        """Keep the language in which the actor themselves wants to read. Raises Invalid."""
        if locale not in LOCALES:
            raise Invalid({"locale": _("Choose one of: ${options}", mapping={"options": ", ".join(LOCALES)})})
        user = self.session.get_one(User, self.ctx.actor.user_id, with_for_update=True)
        if user.locale != locale:
            before, user.locale = user.locale, locale
            self.session.flush()
            self._publish(AccountEvent.USER_CHANGED, user, "choose_locale", changes={"locale": [before, locale]})

    # Rules ----------------------------------------------------------------------------------------------------------

    def _require(self, permission: str) -> None:
        if not self.ctx.actor.may(permission):
            raise NotAllowed

    def for_change(self, user_id: int, expected_version: int | None = None) -> User:
        """The user, locked, if the actor may change them. Raises NotFound, NotAllowed, VersionStale."""
        actor = self.ctx.actor
        if not actor.may(Permission.ACCOUNTS_EDIT):
            get_visible(self.session, User, actor, Permission.ACCOUNTS_VIEW, user_id)
            raise NotAllowed
        self._lock()
        user = get_visible(self.session, User, actor, Permission.ACCOUNTS_EDIT, user_id, for_update=True)
        if expected_version is not None and expected_version != user.version:
            raise VersionStale(version=user.version)
        return user

    def try_out(self, user_id: int) -> User:
        """A user whose rights the actor looks through; that they looked is logged. Raises as ``for_change`` and Invalid."""
        user = self.for_change(user_id)
        if not user.active:
            raise Invalid({"": _("The user is disabled and sees nothing.")})
        self._publish(AccountEvent.TRIED_OUT, user, "try_out")
        return user

    def _lock(self) -> None:
        """One change of rights at a time, or two administrators could take each other away."""
        self.session.execute(select(RolesVersion).where(RolesVersion.id == 1).with_for_update()).all()

    def _check_belonging(self, values: Mapping[str, Any]) -> None:
        errors: dict[str, Any] = {}
        if values.get("kind") == "customer":
            if values.get("customer_id") is None:
                errors["customer_id"] = _("A customer user belongs to a customer.")
        elif values.get("organisation_id") is None:
            errors["organisation_id"] = _("Choose the organisation that the user belongs to.")
        elif values.get("customer_id") is not None:
            errors["customer_id"] = _("Only a customer user belongs to a customer.")
        if values.get("kind") == "collector" and not values.get("division_code"):
            errors["division_code"] = _("A field collection user needs a division.")
        if errors:
            raise Invalid(errors)

    def _place(self, user: User) -> None:
        """Copy the organisation's path, which must lie within the actor's reach."""
        user.organisation_path = None
        if user.organisation_id is None:
            return
        path = self.session.scalar(
            select(Organisation.path).where(
                Organisation.id == user.organisation_id, visible(Organisation, self.ctx.actor, Permission.ACCOUNTS_EDIT)
            )
        )
        if path is None:
            raise Invalid({"organisation_id": _("There is no such organisation.")})
        user.organisation_path = path

    def _save(self, user: User) -> None:
        """Write the user; the database's own constraints decide about twins and strangers."""
        if user.customer_id is not None:
            user.customer_id = merged_into(self.session, "customer", user.customer_id) or user.customer_id
        taken = exists().where(User.login == user.login, User.id != (user.id or 0)).select()
        with self.session.no_autoflush:
            if self.session.scalar(taken):
                raise Invalid({"login": _("This login is taken.")})
        try:
            with self.session.begin_nested():
                self.session.add(user)
                self.session.flush()
        except IntegrityError as error:
            if "customer" in str(error.orig):
                raise Invalid({"customer_id": _("There is no such customer.")}) from error
            if user.customer_id is not None and "FOREIGN KEY" in str(error.orig):
                raise Invalid({"customer_id": _("There is no such customer.")}) from error
            raise Conflict from error

    def _give_roles(self, user: User, codes: Collection[str], held: set[str]) -> None:
        roles = {role.code: role for role in self.session.scalars(select(Role).where(Role.code.in_({*codes, *held})))}
        unknown = [code for code in codes if code not in roles]
        if unknown:
            raise Invalid({"roles": _("There is no role ${code}.", mapping={"code": unknown[0]})})
        moved = [roles[code] for code in {*codes} ^ held]
        self.refuse_giving(moved, user)
        gone = [roles[code].id for code in held - {*codes}]
        if gone:
            self.session.execute(delete(UserRole).where(UserRole.user_id == user.id, UserRole.role_id.in_(gone)))
        self.session.add_all(UserRole(user_id=user.id, role_id=roles[code].id) for code in {*codes} - held)
        self.session.flush()

    def refuse_giving(self, roles: Collection[Role], user: User) -> None:
        """Who edits all accounts gives any role, but to others only; anybody else gives what they have themselves.

        The administrator may not carry out business by default, and so must not make themselves able to.
        """
        actor = self.ctx.actor
        if actor.kind == "system" or not roles:
            return
        if edits_all(actor) and user.id != actor.user_id:
            return
        needed = self.session.execute(
            select(RolePermission.permission, RolePermission.scope).where(RolePermission.role_id.in_([role.id for role in roles]))
        ).all()
        if not all(has(actor, permission, ScopeKind(scope)) for permission, scope in needed):
            raise NotAllowed(_("You can only give and take roles whose permissions you have yourself."))

    def _refuse_moving(self, user: User | None, moved: Collection[str]) -> None:
        """Where one belongs decides what one's roles reach: nobody moves themselves, and divisions are given by who edits all."""
        actor = self.ctx.actor
        if not moved or actor.kind == "system":
            return
        if (user is not None and user.id == actor.user_id) or ("division_code" in moved and not edits_all(actor)):
            raise NotAllowed

    def _set_active(self, user: User, *, active: bool) -> None:
        user.active = active
        user.version += 1
        user.updated_at = self.ctx.now
        self.session.flush()

    def _publish(
        self,
        event: AccountEvent,
        user: User,
        action: str,
        values: Mapping[str, Any] | None = None,
        changes: Mapping[str, Any] | None = None,
    ) -> None:
        changes = changes or {}
        self.ctx.publish(
            Event(
                event,
                "user",
                user.id,
                action=action,
                values=values or {},
                changes={name: change for name, change in changes.items() if name not in _PERSONAL},
                personal={name: change for name, change in changes.items() if name in _PERSONAL},
                version=user.version,
            )
        )


_BELONGING = ("kind", "organisation_id", "customer_id", "division_code")


def select_users(actor: Actor, filters: Mapping[str, Any] | None = None) -> Select[User]:
    """The users that ``actor`` may read, narrowed by ``filters`` (:class:`UserFilterSchema`)."""
    values = deserialize(UserFilterSchema, filters)
    query = select(User).where(visible(User, actor, Permission.ACCOUNTS_VIEW))
    for name in ("kind", "organisation_id", "active"):
        if values[name] is not None:
            query = query.where(getattr(User, name) == values[name])
    if values["q"]:
        columns = (User.login, User.name)
        query = query.where(or_(*(column.icontains(values["q"], autoescape=True) for column in columns)))
    if values["role"]:
        with_role = select(UserRole.user_id).join(Role, Role.id == UserRole.role_id).where(Role.code == values["role"])
        query = query.where(User.id.in_(with_role))
    return query


def store_password(
    ctx: Context, user: User, password_hash: str, *, keep_session: int | None = None, must_change: bool = False
) -> None:
    """Put a new hash in place and end the user's sessions, except ``keep_session``, and links by which they could set another."""
    user.password_hash = password_hash
    user.must_change_password = must_change
    ctx.session.execute(
        update(AccountLink)
        .where(AccountLink.user_id == user.id, AccountLink.ended_at.is_(None))
        .values(ended_at=ctx.now, send_at=None)
    )
    user.version += 1
    user.updated_at = ctx.now
    ctx.session.flush()
    end_sessions_of(ctx, user.id, keep=keep_session)
    ctx.publish(Event(AccountEvent.PASSWORD_CHANGED, "user", user.id, action="change_password"))
