"""Choice lists in the database: the words that a deployment may change, and the token that moves with every change."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, Session, mapped_column

from .db import Base
from .types import BigInt, PlainJson, code_string


class ChoiceEntry(Base):
    """One word of one list. Its code is stored on records and never changes; what it is called may."""

    __tablename__ = "choices"
    __table_args__ = (UniqueConstraint("list_name", "code"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    list_name: Mapped[str] = mapped_column(code_string(30))
    code: Mapped[str] = mapped_column(code_string(20))
    zh: Mapped[str] = mapped_column(String(40))
    en: Mapped[str] = mapped_column(String(60))
    position: Mapped[int]
    """Its place among the words of the list."""
    applies_to: Mapped[list[str] | None] = mapped_column(PlainJson)
    """Types of equipment that it is offered for; None: for all."""
    parent: Mapped[str | None] = mapped_column(code_string(20))
    """Another word of the list that it is a kind of; a kind of site has the shape of this one on the map."""
    note: Mapped[str | None] = mapped_column(Text)
    retired_at: Mapped[datetime | None]
    """Since when new entries may not choose it; old records keep it."""
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ChoicesVersion(Base):
    """One row, whose token is another one after each change of any list."""

    __tablename__ = "choices_version"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    token: Mapped[str] = mapped_column(code_string(36))


def choices_changed(session: Session) -> None:
    """Tell every process to read the lists again, from the commit of this transaction on."""
    token = str(uuid.uuid4())
    version = session.get(ChoicesVersion, 1, with_for_update=True)
    if version is None:
        session.add(ChoicesVersion(id=1, token=token))
    else:
        version.token = token
    session.flush()
