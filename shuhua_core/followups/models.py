"""A follow-up of a finished task."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from ..kernel.db import Base
from ..kernel.scope import ScopeColumns
from ..kernel.text_index import index_texts
from ..kernel.types import BigInt, code_string
from ..places.models import PositionColumns

STATES = {
    "open": ("待回访", "To be followed up"),
    "done": ("已回访", "Followed up"),
    "dropped": ("未回访", "Dropped"),
}


class Followup(PositionColumns, Base):
    """One round of asking: after a task was completed, or on a visit to a site, with a task or without.

    That of a task is opened by its completion, done by the clerk, and dropped when the task goes to rework or is closed without
    being followed up. A visit is done when it comes in.
    """

    __tablename__ = "followups"
    __table_args__ = (
        Index("ix_followups_state_created", "state", "created_at"),
        Index("ix_followups_way_created", "way", "created_at"),
        Index("ix_followups_organisation_state", "organisation_path", "state", "created_at"),
        Index(
            "uq_followups_open_task",
            "task_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )
    __scope__: ClassVar[ScopeColumns] = ScopeColumns(
        "followup",
        division="division_code",
        organisation="organisation_path",
        own={"customer_id": "customer_id", "user_id": "clerk_id"},
    )
    workflow_version: ClassVar[int] = 1
    """Its states are no table that could change."""

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    number: Mapped[str] = mapped_column(code_string(40), unique=True)
    task_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("tasks.id"), index=True)
    site_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("sites.id"), index=True)
    """Where it was made, or where the task was."""
    equipment_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("equipment.id"), index=True)
    state: Mapped[str] = mapped_column(String(10))
    organisation_path: Mapped[str] = mapped_column(code_string(200))
    """The branch whose clerk asks; the unit that repaired does not judge itself."""
    division_code: Mapped[str | None] = mapped_column(code_string(20), index=True)
    customer_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("customers.id"), index=True)
    clerk_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("users.id", ondelete="SET NULL"), index=True)
    way: Mapped[str | None] = mapped_column(String(10))
    repaired: Mapped[bool | None]
    response_score: Mapped[int | None]
    manner_score: Mapped[int | None]
    quality_score: Mapped[int | None]
    opinion: Mapped[str | None] = mapped_column(Text)
    person: Mapped[str | None] = mapped_column(String(60))
    """Who was asked on a visit."""
    captured_at: Mapped[datetime | None]
    """When the phone says that it was made."""
    skewed: Mapped[bool] = mapped_column(default=False)
    """Whether the phone's clock cannot be right."""
    distance: Mapped[int | None]
    """Metres from where it was made to the site."""
    done_at: Mapped[datetime | None] = mapped_column(index=True)
    created_at: Mapped[datetime] = mapped_column(index=True)
    updated_at: Mapped[datetime] = mapped_column(index=True)


index_texts(Followup, codes=("number",))
