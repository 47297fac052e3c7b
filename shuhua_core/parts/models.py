"""A part that was replaced."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ..kernel.db import Base
from ..kernel.scope import ScopeColumns
from ..kernel.text_index import index_texts
from ..kernel.types import BigInt, code_string


class ReturnedPart(Base):
    """An old part that a repair took out, from the piece to the quality engineer's finding."""

    __tablename__ = "returned_parts"
    __table_args__ = (
        Index("ix_returned_parts_state_created", "state", "created_at"),
        Index("ix_returned_parts_organisation_state", "organisation_path", "state", "created_at"),
    )
    __scope__: ClassVar[ScopeColumns] = ScopeColumns(
        "part", division="division_code", organisation="organisation_path", own={"user_id": "repairer_id"}
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    number: Mapped[str] = mapped_column(code_string(40), unique=True)
    state: Mapped[str] = mapped_column(String(20))
    state_before: Mapped[str | None] = mapped_column(String(20))
    version: Mapped[int] = mapped_column(default=1)
    workflow_version: Mapped[int] = mapped_column(default=1)
    task_id: Mapped[int] = mapped_column(BigInt, ForeignKey("tasks.id"), index=True)
    equipment_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("equipment.id"), index=True)
    site_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("sites.id"), index=True)
    organisation_path: Mapped[str] = mapped_column(code_string(200))
    """The unit that carried the repair out and sends the part."""
    division_code: Mapped[str | None] = mapped_column(code_string(20), index=True)
    repairer_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("users.id", ondelete="SET NULL"), index=True)
    name: Mapped[str] = mapped_column(code_string(80), index=True)
    old_number: Mapped[str | None] = mapped_column(code_string(60), index=True)
    new_number: Mapped[str | None] = mapped_column(code_string(60))
    in_warranty: Mapped[bool | None]
    """Whether the repairer said so; None where nobody did."""
    carrier: Mapped[str | None] = mapped_column(String(60))
    tracking: Mapped[str | None] = mapped_column(code_string(60), index=True)
    finding: Mapped[str | None] = mapped_column(String(20))
    """One of :data:`shuhua_core.parts.schema.FINDINGS`."""
    finding_note: Mapped[str | None] = mapped_column(Text)
    sent_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]
    found_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(index=True)
    updated_at: Mapped[datetime] = mapped_column(index=True)


index_texts(ReturnedPart, texts=("name", "old_number", "tracking"), codes=("number", "old_number", "tracking"))
