"""A quotation and its lines."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..kernel.db import Base
from ..kernel.scope import ScopeColumns
from ..kernel.text_index import index_texts
from ..kernel.types import BigInt, Money, code_string


class Quotation(Base):
    """What a repair out of warranty will cost, as one customer was told it; or that it costs nothing.

    Those who are to answer (``reporter_id``, ``customer_id``, ``host_unit_id``) are named when it is sent: until then it is
    nobody's but the unit's.
    """

    __tablename__ = "quotations"
    __table_args__ = (
        UniqueConstraint("series", "edition"),
        Index("ix_quotations_state_created", "state", "created_at"),
        Index("ix_quotations_state_valid", "state", "valid_until"),
        Index("ix_quotations_organisation_state", "organisation_path", "state", "created_at"),
    )
    __scope__: ClassVar[ScopeColumns] = ScopeColumns(
        "quotation",
        division="division_code",
        organisation="organisation_path",
        own={
            "user_id": "repairer_id",
            "reporter_id": "reporter_id",
            "customer_id": "customer_id",
            "host_unit_id": "host_unit_id",
        },
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    number: Mapped[str] = mapped_column(code_string(50), unique=True)
    series: Mapped[str] = mapped_column(code_string(40))
    """The number of its first version."""
    edition: Mapped[int] = mapped_column(default=1)
    """Which version it is."""
    state: Mapped[str] = mapped_column(String(20))
    state_before: Mapped[str | None] = mapped_column(String(20))
    version: Mapped[int] = mapped_column(default=1)
    """Counts changes of the record, as everywhere."""
    workflow_version: Mapped[int] = mapped_column(default=1)
    task_id: Mapped[int] = mapped_column(BigInt, ForeignKey("tasks.id"), index=True)
    repair_id: Mapped[int] = mapped_column(BigInt, ForeignKey("repairs.id"), index=True)
    """The request whose reporter it is for: a task may serve several, in and out of warranty."""
    site_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("sites.id"), index=True)
    equipment_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("equipment.id"), index=True)
    organisation_path: Mapped[str] = mapped_column(code_string(200))
    """Who has the task now."""
    division_code: Mapped[str | None] = mapped_column(code_string(20), index=True)
    repairer_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("users.id", ondelete="SET NULL"), index=True)
    reporter_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("users.id", ondelete="SET NULL"), index=True)
    customer_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("customers.id"), index=True)
    host_unit_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("organisations.id"), index=True)
    author_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("users.id", ondelete="SET NULL"), index=True)
    total: Mapped[Decimal] = mapped_column(Money)
    valid_until: Mapped[date | None]
    """Its last day, in the deployment's zone."""
    warranty_months: Mapped[int | None]
    """Warranty given on the repair."""
    note: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    """Why the customer does not want it, why it was withdrawn, or why the repair is free of charge."""
    sent_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answered_way: Mapped[str | None] = mapped_column(String(10))
    """One of :data:`shuhua_core.quotations.schema.WAYS`."""
    answered_by: Mapped[str | None] = mapped_column(String(60))
    """Who answered, as far as it is known."""
    created_at: Mapped[datetime] = mapped_column(index=True)
    updated_at: Mapped[datetime] = mapped_column(index=True)


class QuotationLine(Base):
    """A line of a quotation. Lines change only while it is a draft."""

    __tablename__ = "quotation_lines"

    quotation_id: Mapped[int] = mapped_column(BigInt, ForeignKey("quotations.id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(20))
    """One of :data:`shuhua_core.quotations.schema.KINDS`."""
    text: Mapped[str] = mapped_column(String(200))
    quantity: Mapped[Decimal] = mapped_column(Money)
    """Two decimals, as amounts have."""
    unit_price: Mapped[Decimal] = mapped_column(Money)
    amount: Mapped[Decimal] = mapped_column(Money)


index_texts(Quotation, codes=("number",))
