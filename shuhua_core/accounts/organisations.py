"""The tree of organisations, and who looks after a division."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from functools import cache

from sqlalchemy import bindparam, literal, select
from sqlalchemy.orm import Session

from shuhua_core.kernel.errors import NotFound
from shuhua_core.kernel.prepared import Prepared
from shuhua_core.kernel.recall import recalled
from shuhua_core.kernel.scope import prefix_range

from .models import UNIT_KINDS, DutyArea, Organisation, RolePermission, User, UserRole
from .permissions import Permission

BRANCH_KINDS = ("branch", "maker")
"""Kinds that records are looked after by."""


def add_organisation(
    session: Session,
    *,
    kind: str,
    name: str,
    parent: Organisation | None,
    name_en: str | None = None,
    phone: str | None = None,
    divisions: Collection[str] = (),
) -> Organisation:
    """Put a new organisation below ``parent`` and give it its path and duty areas."""
    organisation = Organisation(
        kind=kind,
        name=name,
        name_en=name_en,
        phone=phone,
        parent_id=parent.id if parent else None,
        path=f"new:{uuid.uuid4()}",
    )
    session.add(organisation)
    session.flush()
    organisation.path = f"{parent.path if parent else '/'}{organisation.id}/"
    session.add_all(DutyArea(organisation_id=organisation.id, division_prefix=each) for each in divisions)
    session.flush()
    return organisation


def above(path: str) -> list[str]:
    """The path and those of all organisations above it, nearest first: ``/1/7/`` gives ``/1/7/``, ``/1/``."""
    parts = [part for part in path.split("/") if part]
    return ["/" + "/".join(parts[:length]) + "/" for length in range(len(parts), 0, -1)]


_BRANCHES = select(Organisation).where(
    Organisation.path.in_(bindparam("paths", expanding=True)), Organisation.kind.in_([literal(kind) for kind in BRANCH_KINDS])
)


def branch_of(session: Session, path: str) -> Organisation:
    """The branch that the organisation at ``path`` is or lies below, else the maker. Raises NotFound when there is none."""
    found = recalled(session, ("branch_of", path), lambda: _branches_above(session, path))
    for each in above(path):
        if each in found:
            return found[each]
    raise NotFound


def _branches_above(session: Session, path: str) -> dict[str, Organisation]:
    return {each.path: each for each in session.scalars(_BRANCHES, {"paths": above(path)})}


def organisation_at(session: Session, path: str) -> Organisation:
    """The organisation of exactly this path."""
    return session.scalars(select(Organisation).where(Organisation.path == path)).one()


def branch_path(session: Session, path: str) -> str:
    """The path of :func:`branch_of`."""
    paths = above(path)
    values = {f"path_{n}": each for n, each in enumerate(paths)}
    found: Sequence[str] = recalled(
        session, ("branch_path", path), lambda: [row.path for row in _branch_paths(len(paths)).rows(session, values)]
    )
    if not found:
        raise NotFound
    return max(found, key=len)


@cache
def _branch_paths(depth: int) -> Prepared:
    table = Organisation.__table__
    return Prepared(
        select(table.c.path).where(
            table.c.path.in_([bindparam(f"path_{n}", type_=table.c.path.type) for n in range(depth)]),
            table.c.kind.in_([literal(kind) for kind in BRANCH_KINDS]),
        )
    )


def branch_for_division(session: Session, division_code: str | None) -> Organisation:
    """The active branch whose duty area is the longest prefix of ``division_code``; else the first branch, else the maker."""
    code = division_code or ""
    matching = recalled(session, ("branches", code), lambda: _looking_after(session, code, BRANCH_KINDS))
    if matching:
        return matching[0][0]
    fallback = recalled(session, "first branch", lambda: _first_branch(session))
    if fallback is None:
        raise NotFound
    return fallback


def _first_branch(session: Session) -> Organisation | None:
    query = select(Organisation).where(Organisation.kind.in_(BRANCH_KINDS), Organisation.active)
    return session.scalars(query.order_by(Organisation.kind, Organisation.id).limit(1)).first()


def units_for_division(session: Session, division_code: str | None, below: str = "/") -> list[tuple[Organisation, str]]:
    """The active agents and departments below ``below`` whose duty areas hold the division, each with the prefix that fits.

    The nearest duty area comes first; the empty prefix is everywhere.
    """
    found = _looking_after(session, division_code or "", UNIT_KINDS)
    return [(each, prefix) for each, prefix in found if each.path.startswith(below)]


def unit_below(session: Session, unit_id: int, path: str) -> Organisation | None:
    """The active agent or department ``unit_id`` if it lies below ``path``, else None."""
    return recalled(session, ("unit_below", unit_id, path), lambda: _unit_below(session, unit_id, path))


def _unit_below(session: Session, unit_id: int, path: str) -> Organisation | None:
    return session.scalars(
        select(Organisation).where(
            Organisation.id == unit_id,
            Organisation.kind.in_(UNIT_KINDS),
            Organisation.active,
            prefix_range(Organisation.path, path),
        )
    ).one_or_none()


def carriers(session: Session, path: str, user_id: int | None = None) -> list[tuple[User, Organisation]]:
    """The active people below ``path`` whose roles let them carry out tasks, with their units, by name; or that one person."""
    return recalled(session, ("carriers", path, user_id), lambda: _carriers(session, path, user_id))


def _carriers(session: Session, path: str, user_id: int | None) -> list[tuple[User, Organisation]]:
    query = (
        select(User, Organisation)
        .join(Organisation, Organisation.id == User.organisation_id)
        .where(
            User.active,
            Organisation.active,
            prefix_range(User.organisation_path, path),
            User.id.in_(
                select(UserRole.user_id)
                .join(RolePermission, RolePermission.role_id == UserRole.role_id)
                .where(RolePermission.permission == Permission.TASKS_CARRY_OUT)
            ),
        )
        .order_by(User.name, User.id)
    )
    if user_id is not None:
        query = query.where(User.id == user_id)
    return [(user, unit) for user, unit in session.execute(query)]


def _looking_after(session: Session, division_code: str, kinds: Collection[str]) -> list[tuple[Organisation, str]]:
    prefixes = [division_code[:length] for length in range(len(division_code), -1, -1)]
    rows = session.execute(
        select(Organisation, DutyArea.division_prefix)
        .join(DutyArea, DutyArea.organisation_id == Organisation.id)
        .where(Organisation.kind.in_(kinds), Organisation.active, DutyArea.division_prefix.in_(prefixes))
    ).all()
    # Among equals a branch goes before the maker, whose area is everything, and the older before the younger.
    ordered = sorted(rows, key=lambda row: (-len(row[1]), row[0].kind == "maker", row[0].id))
    nearest: dict[int, tuple[Organisation, str]] = {}
    for organisation, prefix in ordered:
        nearest.setdefault(organisation.id, (organisation, prefix))
    return list(nearest.values())
