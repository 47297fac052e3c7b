"""Saved views of lists, and what each person prefers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shuhua_core.kernel.db import Base
from shuhua_core.kernel.types import BigInt, PlainJson, code_string

LIST_NAME_LENGTH = 40


class SavedView(Base):
    """Filters, order and columns of a list under a name. One's own; a shared one is everybody's in the owner's unit and below."""

    __tablename__ = "saved_views"
    __table_args__ = (
        UniqueConstraint("user_id", "list_name", "name"),
        Index("ix_saved_views_shared", "list_name", "shared_path"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    list_name: Mapped[str] = mapped_column(String(LIST_NAME_LENGTH))
    user_id: Mapped[int] = mapped_column(BigInt, ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(60))
    shared_path: Mapped[str | None] = mapped_column(code_string(200))
    """Path of the unit with which it is shared; null for one's own."""
    query: Mapped[list[Any]]
    """Parameters of the list's address, as [name, value] pairs."""
    columns: Mapped[list[Any] | None] = mapped_column(PlainJson)
    """Names of the columns; null for the list's own choice."""
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ListPreference(Base):
    """What one person prefers in one list."""

    __tablename__ = "list_preferences"

    user_id: Mapped[int] = mapped_column(BigInt, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    list_name: Mapped[str] = mapped_column(String(LIST_NAME_LENGTH), primary_key=True)
    columns: Mapped[list[Any] | None] = mapped_column(PlainJson)
    default_view_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("saved_views.id", ondelete="SET NULL"), index=True)
