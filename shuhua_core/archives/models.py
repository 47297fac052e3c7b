"""Customers, the people one calls there, projects, and product models."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, validates

from shuhua_core.archives.names import key_of, name_key
from shuhua_core.kernel.db import Base
from shuhua_core.kernel.scope import ScopeColumns
from shuhua_core.kernel.text_index import index_texts
from shuhua_core.kernel.types import BigInt, Money, code_string
from shuhua_core.places.models import DIVISION_CODE_LENGTH

PATH_LENGTH = 200
"""Length of a materialised organisation path."""


class Customer(Base):
    """Who bought equipment: a sports bureau, a school, a club, a person."""

    __tablename__ = "customers"
    __table_args__ = (
        Index("ix_customers_phone_tail", "phone_tail"),
        Index("ix_customers_kind_created", "kind", "created_at"),
        {"sqlite_autoincrement": True},
    )
    __scope__: ClassVar[ScopeColumns] = ScopeColumns(
        "customer", merges=True, division="division_code", organisation="organisation_path", own={"customer_id": "id"}
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    number: Mapped[str] = mapped_column(code_string(40), unique=True)
    name: Mapped[str] = mapped_column(code_string(120), index=True)
    name_key: Mapped[str] = mapped_column(code_string(120), index=True, default=key_of("name"))
    """What is the same in two ways of writing one name (:func:`shuhua_core.archives.names.name_key`)."""
    kind: Mapped[str] = mapped_column(String(20))
    """One of :data:`shuhua_core.archives.kinds.CUSTOMER_KINDS`."""
    address: Mapped[str | None] = mapped_column(String(200))
    contact_name: Mapped[str | None] = mapped_column(String(60))
    """Main contact."""
    phone: Mapped[str | None] = mapped_column(code_string(40), index=True)
    """Normalised by :func:`shuhua_core.archives.phones.normalise`."""
    phone_tail: Mapped[str | None] = mapped_column(code_string(4))
    email: Mapped[str | None] = mapped_column(String(120))
    fax: Mapped[str | None] = mapped_column(String(40))
    note: Mapped[str | None] = mapped_column(Text)
    division_code: Mapped[str | None] = mapped_column(code_string(DIVISION_CODE_LENGTH), ForeignKey("divisions.code"), index=True)
    organisation_path: Mapped[str | None] = mapped_column(code_string(PATH_LENGTH), index=True)
    """The branch that looks after the customer."""
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(index=True)
    updated_at: Mapped[datetime] = mapped_column(index=True)

    @validates("name")
    def _keep_key(self, _name: str, name: str) -> str:
        self.name_key = name_key(name)
        return name


class Contact(Base):
    """Somebody who called or may be called; kept once, whoever takes the call."""

    __tablename__ = "contacts"
    __table_args__ = (UniqueConstraint("organisation_path", "phone", "name"), Index("ix_contacts_phone_tail", "phone_tail"))
    __scope__: ClassVar[ScopeColumns] = ScopeColumns(
        "contact", organisation="organisation_path", own={"user_id": "user_id", "customer_id": "customer_id"}
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    customer_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("customers.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("users.id", ondelete="SET NULL"), index=True)
    """The reporter's own account, if they have one."""
    name: Mapped[str] = mapped_column(String(60))
    phone: Mapped[str] = mapped_column(code_string(40), index=True)
    phone_tail: Mapped[str] = mapped_column(code_string(4))
    note: Mapped[str | None] = mapped_column(String(200))
    organisation_path: Mapped[str] = mapped_column(code_string(PATH_LENGTH), default="")
    """The branch that took the call; empty, never null, so that a twin is a twin."""
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Project(Base):
    """A contract that put equipment somewhere. Its products and points are the equipment and sites that name it."""

    __tablename__ = "projects"
    __table_args__ = (Index("ix_projects_kind_created", "kind", "created_at"),)
    __scope__: ClassVar[ScopeColumns] = ScopeColumns(
        "project", division="division_code", organisation="organisation_path", own={"customer_id": "customer_id"}
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    number: Mapped[str] = mapped_column(code_string(40), unique=True)
    name: Mapped[str] = mapped_column(code_string(120), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    """One of :data:`shuhua_core.archives.kinds.PROJECT_KINDS`."""
    division_code: Mapped[str | None] = mapped_column(code_string(DIVISION_CODE_LENGTH), ForeignKey("divisions.code"), index=True)
    amount: Mapped[Decimal | None] = mapped_column(Money, index=True)
    customer_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("customers.id"), index=True)
    started_on: Mapped[date | None]
    accepted_on: Mapped[date | None] = mapped_column(index=True)
    note: Mapped[str | None] = mapped_column(Text)
    organisation_path: Mapped[str | None] = mapped_column(code_string(PATH_LENGTH), index=True)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(index=True)
    updated_at: Mapped[datetime] = mapped_column(index=True)


class ProductModel(Base):
    """What a piece of equipment is one of. The maker's whole house shares one catalogue, so it has no row scope but "all"."""

    __tablename__ = "models"
    __scope__: ClassVar[ScopeColumns] = ScopeColumns("model")

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    number: Mapped[str] = mapped_column(code_string(40), unique=True)
    name: Mapped[str] = mapped_column(code_string(80), index=True)
    name_en: Mapped[str | None] = mapped_column(String(80))
    type: Mapped[str] = mapped_column(String(20), index=True)
    """One of :data:`shuhua_core.archives.kinds.EQUIPMENT_TYPES`."""
    parts: Mapped[str | None] = mapped_column(Text)
    """Parts that wear, one a line."""
    usage: Mapped[str | None] = mapped_column(Text)
    """How to use it, for the public page."""
    safe_life_years: Mapped[int | None]
    warranty_months: Mapped[int | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class DistinctPair(Base):
    """Two records that look the same, and of which somebody said that they are not. Gone when they take it back."""

    __tablename__ = "distinct_pairs"
    __table_args__ = (Index("ix_distinct_pairs_second", "record_kind", "second_id"),)

    record_kind: Mapped[str] = mapped_column(String(30), primary_key=True)
    first_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    """The smaller of both ids: a pair has one order, so that nobody can say it twice."""
    second_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    reason: Mapped[str] = mapped_column(String(200))
    decided_by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("users.id", ondelete="SET NULL"))
    decided_at: Mapped[datetime]


index_texts(Customer, texts=("name", "address", "contact_name"), codes=("number",))
index_texts(Project, texts=("name",), codes=("number",))
index_texts(ProductModel, texts=("name", "name_en"), codes=("number",))
