"""Makes the actor of a request: who it is and what they may do where, in at most two statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, exists, select
from sqlalchemy.orm import Session

from shuhua_core.kernel.actor import Actor, Grant, ScopeKind
from shuhua_core.kernel.choice_store import ChoicesVersion
from shuhua_core.kernel.errors import NotFound
from shuhua_core.kernel.types import UtcDateTime

from .models import Absence, Organisation, RolesVersion, User, UserRole
from .roles import Roles, current_roles, roles_at

PUBLIC_ROLE = "public"
KEPT_TO_ONESELF = ("accounts.", "audit.", "persons.", "roles.", "system.", "workflows.")
"""Beginnings of the permissions that nobody gets by standing in: the daily work goes on, the power over others does not."""


_CHOICES = select(ChoicesVersion.token).where(ChoicesVersion.id == 1).scalar_subquery()
"""The token of the choice lists, which most requests need: read along, so that none has to ask for it."""


def actor_query() -> Select[*tuple[Any, ...]]:
    """Everything that an actor is made of, a row a role, at the moment ``now``: restrict it to one active user."""
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
            User.must_change_password,
            User.second_factor_at,
            Organisation.kind.label("organisation_kind"),
            UserRole.role_id,
            UserRole.division_code.label("role_division"),
            RolesVersion.token,
            _CHOICES.label("choices_token"),
            exists().where(*_standing_in(User.id)).label("stands_in"),
        )
        .join(Organisation, Organisation.id == User.organisation_id, isouter=True)
        .join(UserRole, UserRole.user_id == User.id, isouter=True)
        .join(RolesVersion, RolesVersion.id == 1)
        .where(User.active)
    )


def _standing_in(user_id: Any) -> tuple[ColumnElement[bool], ...]:
    """The absences in which this user stands in at the moment ``now``."""
    now = bindparam("now", type_=UtcDateTime)
    return Absence.stand_in_id == user_id, Absence.starts_at <= now, Absence.ends_at > now


# Built once: building them anew costs every request more than running them.
_BY_ID = actor_query().where(User.id == bindparam("user_id"))
_BY_LOGIN = actor_query().where(User.login == bindparam("login"))
_STOOD_IN_FOR = (
    select(UserRole.role_id, UserRole.division_code.label("role_division"), User.organisation_path, User.division_code)
    .join(User, User.id == UserRole.user_id)
    .join(Absence, Absence.user_id == User.id)
    .where(*_standing_in(bindparam("user_id")), User.kind != "customer", User.erased_at.is_(None))
)


def load_actor(session: Session, user_id: int) -> Actor:
    """The actor of an active user. Raises NotFound when there is none of this id."""
    return actor_from(session, user_rows(session, user_id))


def user_rows(session: Session, user_id: int) -> Sequence[Any]:
    """The rows of :func:`actor_query` for one user. Raises NotFound."""
    rows = session.execute(_BY_ID, {"user_id": user_id, "now": _now(session)}).all()
    if not rows:
        raise NotFound
    return rows


def load_actor_by_login(session: Session, login: str) -> Actor:
    """The same by login."""
    rows = session.execute(_BY_LOGIN, {"login": login.strip().lower(), "now": _now(session)}).all()
    if not rows:
        raise NotFound
    return actor_from(session, rows)


def actor_from(session: Session, rows: Sequence[Any]) -> Actor:
    """The actor that the rows of :func:`actor_query` describe; reads the roles when they have changed."""
    first = rows[0]
    roles = roles_at(session, first.token)
    held = [row for row in rows if row.role_id is not None]
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
        roles=frozenset(roles.by_id[row.role_id].code for row in held if row.role_id in roles.by_id),
        grants=_grants(roles, _places(held), _places(_stood_in_for(session, first))),
    )


def demand_of(session: Session, rows: Sequence[Any]) -> str | None:
    """What the user has to do before anything else: choose a ``password``, set up a ``second_factor``, or nothing."""
    first = rows[0]
    if first.must_change_password:
        return "password"
    if first.second_factor_at is None and needs_second_factor(session, rows):
        return "second_factor"
    return None


def needs_second_factor(session: Session, rows: Sequence[Any]) -> bool:
    """Whether one of the roles asks for a code besides the password."""
    by_id = roles_at(session, rows[0].token).by_id
    return any(row.role_id in by_id and by_id[row.role_id].second_factor for row in rows)


def public_actor(session: Session, holds: Iterable[tuple[str, int]] = (), locale: str = "zh_Hans") -> Actor:
    """A member of the public, with the role ``public`` over the records (kind, id) whose code or token they presented."""
    role = current_roles(session).by_code(PUBLIC_ROLE)
    grants = {name: (Grant(scope),) for name, scope in role.permissions.items()} if role else {}
    return Actor(kind="public", locale=locale, roles=frozenset({PUBLIC_ROLE}), grants=grants, holds=frozenset(holds))


def _stood_in_for(session: Session, user: Any) -> Sequence[Any]:
    """Roles of absent colleagues for whom the user stands in; asked for only when there are any."""
    return session.execute(_STOOD_IN_FOR, {"user_id": user.id, "now": _now(session)}).all() if user.stands_in else ()


_Place = tuple[int, str | None, str | None]
"""Where somebody has a role: its id, division and path of the organisation."""


def _places(held: Iterable[Any]) -> tuple[_Place, ...]:
    return tuple((row.role_id, row.role_division or row.division_code, row.organisation_path) for row in held)


@lru_cache(maxsize=1000)
def _grants(roles: Roles, held: tuple[_Place, ...], stood_in_for: tuple[_Place, ...]) -> Mapping[str, tuple[Grant, ...]]:
    found: dict[str, tuple[Grant, ...]] = {}
    for own, (role_id, division, path) in (*((True, each) for each in held), *((False, each) for each in stood_in_for)):
        role = roles.by_id.get(role_id)
        for permission, scope in role.permissions.items() if role else ():
            if not own and (scope is ScopeKind.OWN or permission.startswith(KEPT_TO_ONESELF)):
                continue
            grant = _grant(scope, division, path)
            present = found.get(permission, ())
            if grant not in present:
                found[permission] = (*present, grant)
    return MappingProxyType(found)


def _now(session: Session) -> datetime:
    """The deployment's moment, by which somebody stands in for somebody else or does not."""
    now: datetime = session.info["deployment"].clock.now()
    return now


def _grant(scope: ScopeKind, division: str | None, organisation_path: str | None) -> Grant:
    if scope is ScopeKind.DIVISION:
        return Grant(scope, division)
    if scope in {ScopeKind.ORGANISATION, ScopeKind.AGENT}:
        return Grant(scope, organisation_path)
    return Grant(scope)
