"""Checklists, plans, what is due, and inspections with their findings."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from ..archives.models import PATH_LENGTH
from ..kernel.db import Base
from ..kernel.scope import ScopeColumns
from ..kernel.text_index import index_texts
from ..kernel.types import BigInt, PlainJson, code_string
from ..places.models import DIVISION_CODE_LENGTH, PositionColumns


class Checklist(Base):
    """A list of things to look at. What it asks stands in its versions, so that an inspection keeps what it was asked."""

    __tablename__ = "checklists"
    __scope__: ClassVar[ScopeColumns] = ScopeColumns("checklist")

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    number: Mapped[str] = mapped_column(code_string(40), unique=True)
    """A word of the built-in ones (``outdoor``), else a number."""
    name: Mapped[str] = mapped_column(code_string(80))
    name_en: Mapped[str | None] = mapped_column(String(80))
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    """The newest of its versions."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    def label(self, locale: str) -> str:
        """Its name in the language."""
        return self.name_en if locale == "en" and self.name_en else self.name


class ChecklistVersion(Base):
    """What a checklist asked from one moment on. Never changed."""

    __tablename__ = "checklist_versions"

    checklist_id: Mapped[int] = mapped_column(BigInt, ForeignKey("checklists.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    items: Mapped[list[dict[str, Any]]] = mapped_column(PlainJson)
    """As :class:`shuhua_core.inspections.checklists.Item` writes them."""
    created_at: Mapped[datetime]


class InspectionPlan(Base):
    """That a site, or each site of a project, is inspected every so many days, with a checklist, by somebody."""

    __tablename__ = "inspection_plans"
    __scope__: ClassVar[ScopeColumns] = ScopeColumns(
        "plan", division="division_code", organisation="organisation_path", own={"host_unit_id": "host_unit_id"}
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    number: Mapped[str] = mapped_column(code_string(40), unique=True)
    name: Mapped[str] = mapped_column(code_string(120))
    kind: Mapped[str] = mapped_column(String(20))
    """One of :data:`shuhua_core.inspections.words.PLAN_KINDS`."""
    site_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("sites.id"), index=True)
    project_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("projects.id"), index=True)
    checklist_id: Mapped[int] = mapped_column(BigInt, ForeignKey("checklists.id"), index=True)
    interval_days: Mapped[int | None]
    """None where it is done once."""
    starts_on: Mapped[date]
    responsible_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("users.id", ondelete="SET NULL"), index=True)
    responsible_unit_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("organisations.id"), index=True)
    """Everybody who inspects in that unit, when no person is named."""
    organisation_path: Mapped[str] = mapped_column(code_string(PATH_LENGTH), index=True)
    division_code: Mapped[str | None] = mapped_column(code_string(DIVISION_CODE_LENGTH), index=True)
    host_unit_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("organisations.id"), index=True)
    active: Mapped[bool] = mapped_column(default=True)
    note: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class InspectionDue(Base):
    """When a plan wants one site inspected next. There is none when the plan rests or was done for good."""

    __tablename__ = "inspection_dues"
    __table_args__ = (Index("ix_inspection_dues_due_on", "due_on", "site_id"),)

    plan_id: Mapped[int] = mapped_column(BigInt, ForeignKey("inspection_plans.id"), primary_key=True)
    site_id: Mapped[int] = mapped_column(BigInt, ForeignKey("sites.id"), primary_key=True, index=True)
    due_on: Mapped[date]
    last_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("inspections.id"))
    """The inspection that fulfilled it last."""
    told_at: Mapped[datetime | None]
    """When the responsible were told that it comes near."""
    overdue_at: Mapped[datetime | None]
    """When it was seen to be overdue."""


class Inspection(PositionColumns, Base):
    """What somebody found on a site on one visit. Never changed: what came of it stands in the requests that it made."""

    __tablename__ = "inspections"
    __table_args__ = (
        Index("ix_inspections_organisation", "organisation_path", "received_at"),
        Index("ix_inspections_division", "division_code", "received_at"),
        Index("ix_inspections_inspector", "inspector_id", "received_at"),
        Index("ix_inspections_site", "site_id", "received_at"),
        Index("ix_inspections_state", "state", "received_at"),
        Index("ix_inspections_on_time", "on_time", "received_at"),
        Index("ix_inspections_skewed", "received_at", sqlite_where=text("skewed IS 1"), postgresql_where=text("skewed IS true")),
        ForeignKeyConstraint(
            ["checklist_id", "checklist_version"], ["checklist_versions.checklist_id", "checklist_versions.version"]
        ),
    )
    __scope__: ClassVar[ScopeColumns] = ScopeColumns(
        "inspection", division="division_code", organisation="organisation_path", own={"host_unit_id": "host_unit_id"}
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    number: Mapped[str] = mapped_column(code_string(40), unique=True)
    state: Mapped[str] = mapped_column(String(20))
    """The worst that was found: one of :data:`shuhua_core.inspections.words.RESULTS`."""
    workflow_version: Mapped[int] = mapped_column(default=1)
    version: Mapped[int] = mapped_column(default=1)
    site_id: Mapped[int] = mapped_column(BigInt, ForeignKey("sites.id"))
    plan_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("inspection_plans.id"), index=True)
    due_on: Mapped[date | None] = mapped_column(index=True)
    """The day for which its plan wanted it."""
    on_time: Mapped[bool | None]
    """Whether it came by that day; None where no plan wanted it."""
    checklist_id: Mapped[int] = mapped_column(BigInt)
    checklist_version: Mapped[int]
    inspector_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("users.id", ondelete="SET NULL"))
    unit_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("organisations.id"), index=True)
    """The unit that was responsible for the site then."""
    organisation_path: Mapped[str | None] = mapped_column(code_string(PATH_LENGTH))
    division_code: Mapped[str | None] = mapped_column(code_string(DIVISION_CODE_LENGTH))
    host_unit_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("organisations.id"), index=True)
    captured_at: Mapped[datetime] = mapped_column(index=True)
    """When the phone says that it was made; without one, when it came."""
    received_at: Mapped[datetime] = mapped_column(index=True)
    skewed: Mapped[bool]
    """Whether the phone's clock cannot be right."""
    distance: Mapped[int | None] = mapped_column(index=True)
    """Metres from where it was made to the site."""
    pieces: Mapped[int]
    """How many pieces were looked at."""
    abnormal: Mapped[int] = mapped_column(index=True)
    """How many answers were abnormal."""
    stopped: Mapped[int]
    """How many pieces were put out of use."""
    note: Mapped[str | None] = mapped_column(Text)
    signature_media_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("media_files.id"))
    created_at: Mapped[datetime] = mapped_column(index=True)
    updated_at: Mapped[datetime] = mapped_column(index=True)


class Finding(Base):
    """The answer to one item of the checklist, about one piece or about the site."""

    __tablename__ = "inspection_findings"
    __table_args__ = (Index("ix_inspection_findings_inspection", "inspection_id", "id"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    inspection_id: Mapped[int] = mapped_column(BigInt, ForeignKey("inspections.id"))
    equipment_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("equipment.id"), index=True)
    item: Mapped[str] = mapped_column(String(40))
    result: Mapped[str] = mapped_column(String(20))
    """One of :data:`shuhua_core.inspections.words.ANSWERS`."""
    note: Mapped[str | None] = mapped_column(Text)
    media_ids: Mapped[list[int]] = mapped_column(PlainJson)
    repair_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("repairs.id"), index=True)
    stopped: Mapped[bool]


index_texts(Inspection, codes=("number",))
