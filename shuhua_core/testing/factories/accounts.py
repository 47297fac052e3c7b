"""Organisations, users and actors with roles."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from shuhua_core.accounts.actors import load_actor
from shuhua_core.accounts.models import Organisation, Role, User, UserRole
from shuhua_core.accounts.organisations import add_organisation
from shuhua_core.kernel.actor import Actor

MADE_AT = datetime(2026, 1, 1, tzinfo=UTC)
"""When records of factories were made, unless told otherwise."""

_numbers = count(1)


def maker(session: Session) -> Organisation:
    """The maker that the seed put in."""
    return session.scalars(select(Organisation).where(Organisation.kind == "maker")).one()


def organisation(
    session: Session,
    kind: str = "branch",
    *,
    parent: Organisation | None = None,
    name: str | None = None,
    divisions: Collection[str] = (),
    phone: str | None = None,
) -> Organisation:
    """A new organisation below ``parent`` (else the maker) that looks after ``divisions``."""
    return add_organisation(
        session,
        kind=kind,
        name=name or f"{kind} {next(_numbers)}",
        parent=parent or maker(session),
        phone=phone,
        divisions=divisions,
    )


def user(
    session: Session,
    *roles: str,
    organisation: Organisation | None = None,
    login: str | None = None,
    name: str | None = None,
    kind: str = "system",
    customer_id: int | None = None,
    division_code: str | None = None,
    password_hash: str | None = None,
    active: bool = True,
    locale: str = "zh_Hans",
    phone: str | None = None,
) -> User:
    """A new user with the roles of these codes, in ``organisation`` (else in the maker; customers in none)."""
    number = next(_numbers)
    unit = organisation or (None if customer_id else maker(session))
    made = User(
        login=login or f"user{number}",
        name=name or f"测试员 {number}",
        kind=kind,
        organisation_id=unit.id if unit else None,
        organisation_path=unit.path if unit else None,
        customer_id=customer_id,
        division_code=division_code,
        password_hash=password_hash,
        active=active,
        locale=locale,
        phone=phone,
        created_at=MADE_AT,
        updated_at=MADE_AT,
    )
    session.add(made)
    session.flush()
    for code in roles:
        give_role(session, made, code)
    return made


def give_role(session: Session, user: User, code: str, division_code: str | None = None) -> None:
    """Give ``user`` the role with this code."""
    role_id = session.scalars(select(Role.id).where(Role.code == code)).one()
    session.add(UserRole(user_id=user.id, role_id=role_id, division_code=division_code))
    session.flush()


def actor(
    session: Session,
    *roles: str,
    organisation: Organisation | None = None,
    customer_id: int | None = None,
    division_code: str | None = None,
    kind: str = "system",
) -> Actor:
    """The actor of a new user: ``actor(session, "dispatcher", organisation=branch)``."""
    made = user(session, *roles, organisation=organisation, customer_id=customer_id, division_code=division_code, kind=kind)
    return load_actor(session, made.id)
