"""Makes the actor of a request: who it is and what they may do where, in at most two statements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from shuhua_core.kernel.actor import Actor, Grant, ScopeKind
from shuhua_core.kernel.errors import NotFound

from .models import Organisation, RolesVersion, User, UserRole
from .roles import Roles, current_roles, roles_at

PUBLIC_ROLE = "public"


def actor_query() -> Select[*tuple[Any, ...]]:
    """Everything that an actor is made of, a row a role: restrict it to one active user."""
    return (
        select(
            User.id,
            User.login,
            User.name,
            User.kind,
            User.locale,
            User.organisation_id,
            User.organisation_path,
            User.customer_id,
            User.division_code,
            Organisation.kind.label("organisation_kind"),
            UserRole.role_id,
            UserRole.division_code.label("role_division"),
            RolesVersion.token,
        )
        .join(Organisation, Organisation.id == User.organisation_id, isouter=True)
        .join(UserRole, UserRole.user_id == User.id, isouter=True)
        .join(RolesVersion, RolesVersion.id == 1)
        .where(User.active)
    )


# Built once: building them anew costs every request more than running them.
_BY_ID = actor_query().where(User.id == bindparam("user_id"))
_BY_LOGIN = actor_query().where(User.login == bindparam("login"))


def load_actor(session: Session, user_id: int) -> Actor:
    """The actor of an active user. Raises NotFound when there is none of this id."""
    rows = session.execute(_BY_ID, {"user_id": user_id}).all()
    if not rows:
        raise NotFound
    return actor_from(session, rows)


def load_actor_by_login(session: Session, login: str) -> Actor:
    """The same by login."""
    rows = session.execute(_BY_LOGIN, {"login": login.strip().lower()}).all()
    if not rows:
        raise NotFound
    return actor_from(session, rows)


def actor_from(session: Session, rows: Sequence[Any]) -> Actor:
    """The actor that the rows of :func:`actor_query` describe; reads the roles when they have changed."""
    first = rows[0]
    roles = roles_at(session, first.token)
    held = [(row.role_id, row.role_division) for row in rows if row.role_id is not None]
    return Actor(
        kind="user",
        person_kind=first.kind,
        user_id=first.id,
        login=first.login,
        name=first.name,
        locale=first.locale,
        organisation_id=first.organisation_id,
        organisation_path=first.organisation_path,
        customer_id=first.customer_id,
        host_unit_id=first.organisation_id if first.organisation_kind == "host_unit" else None,
        roles=frozenset(roles.by_id[role_id].code for role_id, _division in held if role_id in roles.by_id),
        grants=_grants(roles, held, first),
    )


def public_actor(session: Session, holds: Iterable[tuple[str, int]] = (), locale: str = "zh_Hans") -> Actor:
    """A member of the public, with the role ``public`` over the records (kind, id) whose code or token they presented."""
    role = current_roles(session).by_code(PUBLIC_ROLE)
    grants = {name: (Grant(scope),) for name, scope in role.permissions.items()} if role else {}
    return Actor(kind="public", locale=locale, roles=frozenset({PUBLIC_ROLE}), grants=grants, holds=frozenset(holds))


def _grants(roles: Roles, held: Iterable[tuple[int, str | None]], user: Any) -> dict[str, tuple[Grant, ...]]:
    found: dict[str, tuple[Grant, ...]] = {}
    for role_id, role_division in held:
        role = roles.by_id.get(role_id)
        for permission, scope in role.permissions.items() if role else ():
            grant = _grant(scope, role_division or user.division_code, user.organisation_path)
            present = found.get(permission, ())
            if grant not in present:
                found[permission] = (*present, grant)
    return found


def _grant(scope: ScopeKind, division: str | None, organisation_path: str | None) -> Grant:
    if scope is ScopeKind.DIVISION:
        return Grant(scope, division)
    if scope in {ScopeKind.ORGANISATION, ScopeKind.AGENT}:
        return Grant(scope, organisation_path)
    return Grant(scope)
