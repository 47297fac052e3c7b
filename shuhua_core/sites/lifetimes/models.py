"""Rules for ends of warranty and safe service life, and how far their reckoning has come."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, synonym

from shuhua_core.kernel.db import Base
from shuhua_core.kernel.scope import ScopeColumns
from shuhua_core.kernel.types import BigInt, PlainJson, code_string


class LifetimeRule(Base):
    """How long pieces of some kind, from some days, are in warranty and safe to use. One house, one set of rules: no scope."""

    __tablename__ = "lifetime_rules"
    __scope__: ClassVar[ScopeColumns] = ScopeColumns("lifetime")

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    number: Mapped[str] = mapped_column(code_string(40), unique=True)
    edition: Mapped[str] = mapped_column(code_string(80), index=True)
    """The edition of the standard, or what else the rule comes from, in our own words."""
    edition_en: Mapped[str | None] = mapped_column(String(80))
    type: Mapped[str | None] = mapped_column(String(20), index=True)
    """One of :data:`shuhua_core.archives.kinds.EQUIPMENT_TYPES`; with neither type nor model it is for every piece."""
    model_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("models.id"), index=True)
    dated_by: Mapped[str] = mapped_column(String(20))
    """Which day of a piece, one of :data:`shuhua_core.sites.lifetimes.schema.DAYS`, has to lie between the next two."""
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    counted_from: Mapped[str] = mapped_column(String(20))
    """The day of a piece on which both terms begin."""
    safe_life_months: Mapped[int | None]
    warranty_months: Mapped[int | None]
    """Empty: the rule says nothing of it, and a less special one may."""
    note: Mapped[str | None] = mapped_column(Text)
    ended_at: Mapped[datetime | None]
    """When it was taken out of force; kept, since pieces that are gone name it."""
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    name: Mapped[str] = synonym("edition")

    def label(self, locale: str) -> str:
        """What it comes from, in the language."""
        return self.edition_en if locale == "en" and self.edition_en else self.edition


class LifetimeRun(Base):
    """A reckoning of the pieces that a change concerns, in chunks: how far it has come."""

    __tablename__ = "lifetime_runs"
    __table_args__ = (Index("ix_lifetime_runs_waiting", "finished_at", "id"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    rule_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("lifetime_rules.id"), index=True)
    """The rule that was changed; None where a model's own values were."""
    reach: Mapped[list[list[str | int | None]]] = mapped_column(PlainJson)
    """[type, model id] of what the change concerns, before it and after it."""
    position: Mapped[int] = mapped_column(BigInt, default=0)
    """The last piece that was looked at."""
    seen: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    asked_by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
