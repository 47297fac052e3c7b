"""Requests in quarantine."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..kernel.db import Base
from ..kernel.scope import ScopeColumns
from ..kernel.types import BigInt, PlainJson, code_string

STATES: dict[str, tuple[str, str]] = {
    "waiting": ("待处理", "Waiting"),
    "applied": ("已代为提交", "Carried out"),
    "discarded": ("已作废", "Discarded"),
    "resent": ("本人已重新提交", "Sent again by its sender"),
}
"""What became of it, with labels."""

REASONS: dict[str, tuple[str, str]] = {
    "disabled": ("账号已停用", "The account was disabled"),
    "revoked": ("设备已被注销登录", "The device was signed out by somebody else"),
    "moved": ("人员已调动或角色已变更", "The person was moved or their roles changed"),
}
"""Why it was refused, with labels."""


class HeldRequest(Base):
    """A request that was refused because its sender's rights had ended, with all that is needed to carry it out."""

    __tablename__ = "held_requests"
    __table_args__ = (
        UniqueConstraint("user_id", "key"),
        Index("ix_held_requests_organisation", "organisation_path", "id"),
    )
    __scope__: ClassVar[ScopeColumns] = ScopeColumns("held_request", organisation="organisation_path")

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    user_id: Mapped[int] = mapped_column(BigInt, ForeignKey("users.id", ondelete="RESTRICT"))
    organisation_path: Mapped[str | None] = mapped_column(code_string(200))
    """Of the unit that the person belonged to when their rights ended."""
    device: Mapped[str | None] = mapped_column(String(100))
    reason: Mapped[str] = mapped_column(String(20))
    path: Mapped[str] = mapped_column(String(200))
    key: Mapped[str] = mapped_column(String(36))
    """Its Idempotency-Key."""
    body: Mapped[dict[str, Any]] = mapped_column(PlainJson)
    captured_at: Mapped[datetime | None]
    """When the phone says that it was made."""
    received_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(20), default="waiting")
    version: Mapped[int] = mapped_column(default=1)
    decided_by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("users.id", ondelete="SET NULL"), index=True)
    decided_at: Mapped[datetime | None]
    note: Mapped[str | None] = mapped_column(Text)
    """Why it was discarded."""
    location: Mapped[str | None] = mapped_column(String(200))
    """What came of it."""
