"""A repair request."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, validates

from ..archives.phones import TAIL, tail, tail_of
from ..kernel.db import Base
from ..kernel.scope import ScopeColumns
from ..kernel.text_index import index_texts
from ..kernel.types import BigInt, code_string
from ..places.models import MapColumns


class RepairRequest(MapColumns, Base):
    """What somebody reported about a piece, a site or a place, until it is settled. Site and division may be unknown."""

    __tablename__ = "repairs"
    __table_args__ = (
        Index("ix_repairs_organisation_state", "organisation_path", "state", "created_at"),
        Index("ix_repairs_division", "division_code", "state"),
        Index("ix_repairs_state_morton", "state", "morton"),
        Index("ix_repairs_state_created", "state", "created_at"),
        Index("ix_repairs_caller", "caller_phone"),
        Index("ix_repairs_severity_created", "severity", "created_at"),
        Index("ix_repairs_fault_created", "fault", "created_at"),
        Index("ix_repairs_channel_created", "channel", "created_at"),
    )
    __scope__: ClassVar[ScopeColumns] = ScopeColumns(
        "repair",
        division="division_code",
        organisation="organisation_path",
        own={"user_id": "reporter_id", "customer_id": "customer_id", "host_unit_id": "host_unit_id"},
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    number: Mapped[str] = mapped_column(code_string(40), unique=True)
    external_number: Mapped[str | None] = mapped_column(String(80), unique=True)
    """Number of the same request in the system it was imported from, so that a second import finds it."""
    state: Mapped[str] = mapped_column(String(40))
    state_before: Mapped[str | None] = mapped_column(String(40))
    version: Mapped[int] = mapped_column(default=1)
    workflow_version: Mapped[int]
    channel: Mapped[str] = mapped_column(String(20))
    symptom: Mapped[str] = mapped_column(Text)
    fault: Mapped[str | None] = mapped_column(String(20))
    """What kind of fault it looks like: one of :data:`shuhua_core.repairs.faults.FAULTS`."""
    severity: Mapped[str | None] = mapped_column(String(10))
    in_warranty: Mapped[bool | None]
    site_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("sites.id"), index=True)
    equipment_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("equipment.id"), index=True)
    customer_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("customers.id"), index=True)
    contact_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("contacts.id"), index=True)
    host_unit_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("organisations.id"), index=True)
    division_code: Mapped[str | None] = mapped_column(code_string(20))
    organisation_path: Mapped[str] = mapped_column(code_string(200))
    """The branch that looks after the request."""
    address: Mapped[str | None] = mapped_column(String(200))
    reporter_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("users.id", ondelete="SET NULL"), index=True)
    caller_name: Mapped[str | None] = mapped_column(String(60))
    caller_phone: Mapped[str | None] = mapped_column(code_string(40))
    caller_tail: Mapped[str | None] = mapped_column(code_string(TAIL), index=True, default=tail_of("caller_phone"))
    """Its last four digits, which call centres search by."""
    consented_at: Mapped[datetime | None]
    """When an anonymous reporter agreed to be called under the number that they left."""
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    """SHA-256 of the token of an anonymous reporter's status page."""
    merged_into_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("repairs.id"), index=True)
    question: Mapped[str | None] = mapped_column(Text)
    """What the reviewer asked last."""
    answer: Mapped[str | None] = mapped_column(Text)
    """What the reporter was told: an answer without a task, or the reason of a rejection."""
    score: Mapped[int | None]
    """How content the reporter was when they confirmed, 1 to 5."""
    created_at: Mapped[datetime] = mapped_column(index=True)
    updated_at: Mapped[datetime] = mapped_column(index=True)
    first_action_at: Mapped[datetime | None]
    """When staff first did something about it (R02)."""
    resolved_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    """When it came to a final state."""

    @validates("caller_phone")
    def _keep_tail(self, _name: str, phone: str | None) -> str | None:
        self.caller_tail = tail(phone) if phone else None
        return phone


index_texts(RepairRequest, texts=("symptom", "address", "caller_name"), codes=("number",))
