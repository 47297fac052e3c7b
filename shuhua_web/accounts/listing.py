"""The list of users."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased

from shuhua_core.accounts.models import USER_KINDS, Organisation, Role, User, UserRole
from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.context import Context
from shuhua_web.i18n import _
from shuhua_web.listing import ChoiceFilter, Column, FlagFilter, Listing, RecordFilter, Search, TextFilter

_BELOW = aliased(UserRole)


def role_names(ctx: Context) -> Any:
    """Names of a user's roles, as one text."""
    label = Role.en if ctx.actor.locale == "en" else Role.zh
    names = func.aggregate_strings(label, ", ")
    return select(names).join(UserRole, UserRole.role_id == Role.id).where(UserRole.user_id == User.id).scalar_subquery()


def role_labels(ctx: Context) -> Mapping[str, tuple[str, str]]:
    """Roles by code."""
    return {row.code: (row.zh, row.en) for row in ctx.session.execute(select(Role.code, Role.zh, Role.en).order_by(Role.id))}


class RoleFilter(ChoiceFilter):
    """Users who have one of the roles."""

    __slots__ = ()

    def _condition(self, ctx: Context, given: Any) -> ColumnElement[bool]:
        return User.id.in_(select(_BELOW.user_id).join(Role, Role.id == _BELOW.role_id).where(super()._condition(ctx, given)))


USERS = Listing(
    name="users",
    model=User,
    permission=Permission.ACCOUNTS_VIEW,
    title=_("Users"),
    columns=(
        Column("login", _("Login"), User.login, sort=True, nullable=False),
        Column("name", _("Name", context="person"), User.name, sort=True, nullable=False),
        Column("kind", _("Kind of user"), User.kind, kind="choice", labels=USER_KINDS, nullable=False),
        Column("roles", _("Roles"), role_names, long=True),
        Column("organisation", _("Organisation"), Organisation.name, sort=True),
        Column("phone", _("Phone"), User.phone, kind="phone"),
        Column("active", _("Active"), User.active, kind="boolean", nullable=False),
        Column("updated_at", _("Changed"), User.updated_at, kind="moment", sort=True, nullable=False),
    ),
    source=lambda query: query.outerjoin(Organisation, Organisation.id == User.organisation_id),
    filters=(
        RoleFilter("role", _("Role"), Role.code, role_labels),
        FlagFilter("active", _("Active"), User.active.is_(True), User.active.is_(False)),
        ChoiceFilter("kind", _("Kind of user"), User.kind, USER_KINDS),
        TextFilter("organisation", _("Organisation"), Organisation.name),
        RecordFilter("organisation_id", _("Organisation"), User.organisation_id),
    ),
    search=Search(codes=(User.login,), texts=(User.login, User.name)),
    search_hint=_("Login or name"),
    default_sort="login",
    record_route="users.view",
)
