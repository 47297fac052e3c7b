"""A message to one person, and its way through each channel."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from ..kernel.db import Base
from ..kernel.scope import ScopeColumns
from ..kernel.types import BigInt


class Message(Base):
    """What one person is told about one event. Its text is put together when it is read, in the reader's language."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("source_id", "user_id"),
        Index("ix_messages_user", "user_id", "id"),
        Index("ix_messages_unread", "user_id", sqlite_where=text("read_at IS NULL"), postgresql_where=text("read_at IS NULL")),
    )
    __scope__: ClassVar[ScopeColumns] = ScopeColumns("message", own={"user_id": "user_id"})

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    source_id: Mapped[str] = mapped_column(String(36))
    """Id of the outbox entry: a delivery that is repeated makes no second message."""
    user_id: Mapped[int] = mapped_column(BigInt, ForeignKey("users.id", ondelete="CASCADE"))
    notice: Mapped[str] = mapped_column(String(40))
    """Which notice: a name of ``shuhua_core.messages.notices``."""
    record_kind: Mapped[str] = mapped_column(String(30))
    record_id: Mapped[int] = mapped_column(BigInt)
    number: Mapped[str | None] = mapped_column(String(40))
    facts: Mapped[dict[str, Any]]
    """What the text names besides the number: place, equipment, deadline; no phone numbers."""
    urgent: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(index=True)
    read_at: Mapped[datetime | None]


class Delivery(Base):
    """A message's way through one channel."""

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("message_id", "channel"),
        Index(
            "ix_deliveries_open", "available_at", sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL")
        ),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    message_id: Mapped[int] = mapped_column(BigInt, ForeignKey("messages.id", ondelete="CASCADE"))
    channel: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    """``waiting``, ``sent`` or ``failed``."""
    attempts: Mapped[int] = mapped_column(default=0)
    available_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(String(300))
