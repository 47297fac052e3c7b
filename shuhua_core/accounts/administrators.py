"""Who may give what: nobody gives what they do not have, and the last administrator stays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select
from sqlalchemy.orm import Session

from shuhua_core.kernel.actor import Actor, ScopeKind
from shuhua_core.kernel.errors import NotAllowed
from shuhua_core.kernel.i18n import _

from .models import RolePermission, User, UserRole
from .permissions import Permission

_AN_ADMINISTRATOR = (
    select(User.id)
    .join(UserRole, UserRole.user_id == User.id)
    .join(RolePermission, RolePermission.role_id == UserRole.role_id)
    .where(User.active, RolePermission.permission == Permission.ACCOUNTS_EDIT, RolePermission.scope == ScopeKind.ALL)
    .limit(1)
)


def edits_all(actor: Actor) -> bool:
    """Whether the actor edits all accounts, and not only those of a part."""
    return any(grant.scope is ScopeKind.ALL for grant in actor.reach(Permission.ACCOUNTS_EDIT))


@contextmanager
def an_administrator_kept(session: Session) -> Iterator[None]:
    """Raise NotAllowed when the block takes away the last active user who can edit all accounts."""
    before = session.scalar(_AN_ADMINISTRATOR)
    yield
    session.flush()
    if before is not None and session.scalar(_AN_ADMINISTRATOR) is None:
        raise NotAllowed(_("The last administrator must stay. Make another one first."))


def has(actor: Actor, permission: str, scope: ScopeKind) -> bool:
    """Whether the actor's own reach holds that of ``scope``, for a user below them."""
    order = {ScopeKind.ALL: 3, ScopeKind.ORGANISATION: 2, ScopeKind.DIVISION: 2, ScopeKind.AGENT: 1, ScopeKind.OWN: 0}
    return any(
        grant.scope is ScopeKind.ALL or grant.scope is scope or order[grant.scope] > order[scope]
        for grant in actor.reach(permission)
    )
