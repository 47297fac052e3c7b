"""A label, what it was stuck on, and how it was scanned."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from shuhua_core.archives.models import PATH_LENGTH
from shuhua_core.kernel.db import Base
from shuhua_core.kernel.scope import ScopeColumns
from shuhua_core.kernel.types import BigInt, code_string
from shuhua_core.places.models import DIVISION_CODE_LENGTH

STATES = {"blank": ("空白", "Blank"), "bound": ("已绑定", "Bound"), "retired": ("已作废", "Retired")}
"""What a label is: printed and on nothing, on a piece, or never to be used again."""


class LabelBatch(Base):
    """Blank labels that were made together."""

    __tablename__ = "label_batches"
    __scope__: ClassVar[ScopeColumns] = ScopeColumns("label_batch", division="division_code", organisation="organisation_path")

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    number: Mapped[str] = mapped_column(code_string(40), unique=True)
    count: Mapped[int]
    note: Mapped[str | None] = mapped_column(String(200))
    organisation_path: Mapped[str] = mapped_column(code_string(PATH_LENGTH), index=True)
    division_code: Mapped[str | None] = mapped_column(code_string(DIVISION_CODE_LENGTH), index=True)
    """The area of who made them, where it is by area that they may handle labels."""
    created_by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]


class Label(Base):
    """One label. Which piece it is on now, that piece says too, in its ``code``.

    Branch and division are that piece's, and before it is on any those of its batch.
    """

    __tablename__ = "labels"
    __table_args__ = (Index("ix_labels_organisation", "organisation_path", "state"),)
    __scope__: ClassVar[ScopeColumns] = ScopeColumns("label", division="division_code", organisation="organisation_path")

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    code: Mapped[str] = mapped_column(code_string(10), unique=True)
    state: Mapped[str] = mapped_column(String(10))
    batch_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("label_batches.id"), index=True)
    equipment_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("equipment.id"), index=True)
    bound_at: Mapped[datetime | None]
    bound_by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("users.id", ondelete="SET NULL"))
    organisation_path: Mapped[str | None] = mapped_column(code_string(PATH_LENGTH))
    division_code: Mapped[str | None] = mapped_column(code_string(DIVISION_CODE_LENGTH), index=True)
    scans: Mapped[int] = mapped_column(default=0)
    last_scan_at: Mapped[datetime | None]
    farthest: Mapped[int | None]
    """Metres from its site to the farthest place where it was scanned since it was bound."""
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    @property
    def number(self) -> str:
        """What people call it by."""
        return self.code


class LabelBinding(Base):
    """A label on a piece, from when to when; never deleted, so that two pieces with one label, or two labels, come to light."""

    __tablename__ = "label_bindings"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    label_id: Mapped[int] = mapped_column(BigInt, ForeignKey("labels.id", ondelete="CASCADE"), index=True)
    equipment_id: Mapped[int] = mapped_column(BigInt, ForeignKey("equipment.id", ondelete="CASCADE"), index=True)
    bound_at: Mapped[datetime]
    bound_by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("users.id", ondelete="SET NULL"))
    longitude: Mapped[float | None]
    latitude: Mapped[float | None]
    """Where it was bound, in WGS-84."""
    reason: Mapped[str | None] = mapped_column(String(500))
    unbound_at: Mapped[datetime | None]
    unbound_by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("users.id", ondelete="SET NULL"))
    unbound_reason: Mapped[str | None] = mapped_column(String(500))


class LabelScan(Base):
    """One opening of a label's page: when, and where if the phone said so. Never by whom."""

    __tablename__ = "label_scans"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    label_id: Mapped[int] = mapped_column(BigInt, ForeignKey("labels.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    longitude: Mapped[float | None]
    latitude: Mapped[float | None]
    distance: Mapped[int | None]
    """Metres from the site that it was on then."""
