"""Who acts, and what they may do where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class ScopeKind(StrEnum):
    """Which rows a permission reaches (DOMAIN.md, Roles)."""

    ALL = "all"
    DIVISION = "division"
    """Rows whose division code begins with the grant's value."""
    ORGANISATION = "organisation"
    """Rows whose organisation path begins with the grant's value: a unit and all below it."""
    AGENT = "agent"
    """Rows of exactly this unit."""
    OWN = "own"
    """Rows that name the person, their customer or their host unit, or whose code or token they hold."""


@dataclass(frozen=True, slots=True)
class Grant:
    """One permission's reach: ``value`` is a division prefix or an organisation path, else None."""

    scope: ScopeKind
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, a member of the public, or the system itself. Immutable; made anew for each request."""

    kind: str
    """``user``, ``public`` or ``system``."""
    person_kind: str | None = None
    """Of a user: ``system``, ``collector`` or ``customer``."""
    user_id: int | None = None
    login: str | None = None
    name: str = ""
    locale: str = "zh_Hans"
    organisation_id: int | None = None
    organisation_path: str | None = None
    customer_id: int | None = None
    host_unit_id: int | None = None
    roles: frozenset[str] = frozenset()
    grants: Mapping[str, tuple[Grant, ...]] = field(default_factory=dict)
    holds: frozenset[tuple[str, int]] = frozenset()
    """(kind, id) of records whose public code or token this member of the public presented."""

    @property
    def reporter_id(self) -> int | None:
        """The id of a customer's user, who owns what they reported; staff own what they work on (``user_id``)."""
        return self.user_id if self.person_kind == "customer" else None

    def may(self, permission: str) -> bool:
        """Whether the permission is held for any row at all."""
        return self.kind == "system" or permission in self.grants

    def reach(self, permission: str) -> tuple[Grant, ...]:
        """The grants of a permission; empty when it is not held."""
        if self.kind == "system":
            return (Grant(ScopeKind.ALL),)
        return self.grants.get(permission, ())


SYSTEM = Actor(kind="system", name="system")
"""The system acting by itself: reactions, expiry, imports."""
