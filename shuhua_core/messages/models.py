"""A message to one person, its way through each channel, and where devices are reached."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from ..kernel.db import Base
from ..kernel.scope import ScopeColumns
from ..kernel.text_index import index_texts
from ..kernel.types import BigInt, code_string

_OPEN = text("ended_at IS NULL")


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
    number: Mapped[str | None] = mapped_column(code_string(40), index=True)
    facts: Mapped[dict[str, Any]]
    """What the text names besides the number: place, equipment, deadline; no phone numbers."""
    urgent: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(index=True)
    read_at: Mapped[datetime | None]


class DeviceAddress(Base):
    """Where a channel reaches one device. It works as long as the session in which the device told it."""

    __tablename__ = "device_addresses"
    __table_args__ = (
        UniqueConstraint("session_id", "channel"),
        Index("ix_device_addresses_user", "user_id", "channel", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_device_addresses_fingerprint", "fingerprint"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    user_id: Mapped[int] = mapped_column(BigInt, ForeignKey("users.id", ondelete="CASCADE"))
    session_id: Mapped[int] = mapped_column(BigInt, ForeignKey("login_sessions.id", ondelete="CASCADE"))
    channel: Mapped[str] = mapped_column(String(40))
    address: Mapped[str] = mapped_column(String(2000))
    """What the channel needs to reach it, as the device gave it; '' once it has ended."""
    fingerprint: Mapped[str] = mapped_column(String(64))
    """SHA-256 of what tells the device from others, so that one address never leads to two people."""
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Delivery(Base):
    """The way of a message, or of a digest of several, through one channel, to one device where the channel tells them apart."""

    __tablename__ = "deliveries"
    __table_args__ = (
        Index(
            "uq_deliveries_message",
            *("message_id", "channel"),
            unique=True,
            sqlite_where=text("address_id IS NULL"),
            postgresql_where=text("address_id IS NULL"),
        ),
        Index("uq_deliveries_device", "message_id", "channel", "address_id", unique=True),
        Index("ix_deliveries_open", "available_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_deliveries_tried", "channel", "tried_at"),
        Index("ix_deliveries_digest", "digest_id"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    user_id: Mapped[int] = mapped_column(BigInt, ForeignKey("users.id", ondelete="CASCADE"))
    message_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("messages.id", ondelete="CASCADE"))
    """None for a digest."""
    channel: Mapped[str] = mapped_column(String(40))
    address_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("device_addresses.id", ondelete="CASCADE"))
    digest_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("deliveries.id", ondelete="CASCADE"))
    """The digest that brings this message."""
    digest_key: Mapped[str | None] = mapped_column(String(80), unique=True)
    """Of a digest of a night: there is one for each person, device and morning."""
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    """``waiting``, ``merged`` into a digest, ``sent``, ``failed``, or ``gone``: the device has no address any more."""
    urgent: Mapped[bool] = mapped_column(default=False)
    attempts: Mapped[int] = mapped_column(default=0)
    available_at: Mapped[datetime]
    held_until: Mapped[datetime | None]
    """The morning until which the quiet hours hold it back; it then goes out with all that they held."""
    tried_at: Mapped[datetime | None]
    """When the last attempt ended; while one is under way, the end of its lease."""
    ended_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(String(300))


index_texts(Message, codes=("number",))
