"""Somebody who has met the fault of an open request too."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from ..kernel.db import Base
from ..kernel.types import BigInt, code_string


class Follower(Base):
    """A "me too": follows the request by a link of their own, and may leave a telephone number. They own nothing of it."""

    __tablename__ = "repair_followers"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    repair_id: Mapped[int] = mapped_column(BigInt, ForeignKey("repairs.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the token of their status page."""
    name: Mapped[str | None] = mapped_column(String(60))
    phone: Mapped[str | None] = mapped_column(code_string(40))
    consented_at: Mapped[datetime | None]
    """When they agreed to be called about it."""
    created_at: Mapped[datetime]
