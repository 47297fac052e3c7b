"""Installation points and the pieces of equipment on them."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, validates

from shuhua_core.archives.models import PATH_LENGTH
from shuhua_core.archives.names import key_of, name_key
from shuhua_core.archives.phones import TAIL, tail, tail_of
from shuhua_core.kernel.db import Base
from shuhua_core.kernel.scope import ScopeColumns
from shuhua_core.kernel.text_index import index_texts
from shuhua_core.kernel.types import BigInt, code_string
from shuhua_core.places.models import DIVISION_CODE_LENGTH, MapColumns

# What a view of the map reads beside its leading filter, so that it is answered by the index alone.
_PLACE = ("longitude", "latitude", "organisation_path", "division_code")


class Site(MapColumns, Base):
    """A place with equipment, and the unit that is responsible for it."""

    __tablename__ = "sites"
    __table_args__ = (
        Index("ix_sites_map", "morton", "state", *_PLACE, "kind", "installed_on", postgresql_include=["id"]),
        Index("ix_sites_map_installed", "installed_on", "morton", "state", *_PLACE, postgresql_include=["id"]),
        Index("ix_sites_state_created", "state", "created_at"),
        Index("ix_sites_kind_created", "kind", "created_at"),
        Index("ix_sites_map_state", "state", "morton", *_PLACE, postgresql_include=["id"]),
        Index("ix_sites_map_project", "project_id", "morton", "state", *_PLACE, postgresql_include=["id"]),
        Index("ix_sites_name_key", "name_key", "morton"),
        {"sqlite_autoincrement": True},
    )
    __scope__: ClassVar[ScopeColumns] = ScopeColumns(
        "site",
        merges=True,
        division="division_code",
        organisation="organisation_path",
        own={"host_unit_id": "host_unit_id", "customer_id": "customer_id"},
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    number: Mapped[str] = mapped_column(code_string(40), unique=True)
    name: Mapped[str] = mapped_column(code_string(120), index=True)
    name_key: Mapped[str] = mapped_column(code_string(120), default=key_of("name"))
    """What is the same in two ways of writing one name (:func:`shuhua_core.archives.names.name_key`)."""
    kind: Mapped[str] = mapped_column(String(20))
    """One of :data:`shuhua_core.sites.states.SITE_KINDS`."""
    address: Mapped[str | None] = mapped_column(String(200))
    division_code: Mapped[str | None] = mapped_column(code_string(DIVISION_CODE_LENGTH), ForeignKey("divisions.code"), index=True)
    project_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("projects.id"))
    customer_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("customers.id"), index=True)
    host_unit_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("organisations.id"), index=True)
    """The community, park or school that has the equipment."""
    contact_name: Mapped[str | None] = mapped_column(String(60))
    phone: Mapped[str | None] = mapped_column(code_string(40))
    phone_tail: Mapped[str | None] = mapped_column(code_string(TAIL), index=True, default=tail_of("phone"))
    """Its last four digits, which call centres search by."""
    installed_on: Mapped[date | None]
    note: Mapped[str | None] = mapped_column(Text)
    organisation_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("organisations.id"), index=True)
    """The agent, department or branch responsible for the site."""
    organisation_path: Mapped[str | None] = mapped_column(code_string(PATH_LENGTH), index=True)
    state: Mapped[str] = mapped_column(String(20))
    """Derived: the worst of its pieces, of its last inspection, and of an inspection that is overdue."""
    state_at: Mapped[datetime] = mapped_column(index=True)
    inspect_by: Mapped[date | None] = mapped_column(index=True)
    """The first day on which a plan wants it inspected. Kept, as the next column, by the room of inspections."""
    inspection_state: Mapped[str | None] = mapped_column(String(20))
    """What its last inspection adds to its state, for as long as nobody has dealt with what was found."""
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(index=True)
    updated_at: Mapped[datetime] = mapped_column(index=True)

    @validates("name")
    def _keep_key(self, _name: str, name: str) -> str:
        self.name_key = name_key(name)
        return name

    @validates("phone")
    def _keep_tail(self, _name: str, phone: str | None) -> str | None:
        self.phone_tail = tail(phone) if phone else None
        return phone


class Equipment(Base):
    """One piece with its number, whose life is followed from the stock to the scrap heap."""

    __tablename__ = "equipment"
    __table_args__ = (
        Index("ix_equipment_site_id_state", "site_id", "state"),
        Index("ix_equipment_state_created", "state", "created_at"),
        Index("ix_equipment_state_safe_life", "state", "safe_life_to"),
        Index("ix_equipment_state_warranty", "state", "warranty_to"),
    )
    __scope__: ClassVar[ScopeColumns] = ScopeColumns(
        "equipment",
        division="division_code",
        organisation="organisation_path",
        own={"host_unit_id": "host_unit_id", "customer_id": "customer_id"},
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    number: Mapped[str] = mapped_column(code_string(40), unique=True)
    serial: Mapped[str | None] = mapped_column(code_string(60), index=True)
    batch: Mapped[str | None] = mapped_column(code_string(40), index=True)
    name: Mapped[str] = mapped_column(code_string(80), index=True)
    model_id: Mapped[int] = mapped_column(BigInt, ForeignKey("models.id"), index=True)
    produced_on: Mapped[date | None] = mapped_column(index=True)
    installed_on: Mapped[date | None] = mapped_column(index=True)
    place: Mapped[str | None] = mapped_column(String(120))
    """Where on its site it stands."""
    site_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("sites.id"))
    customer_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("customers.id"), index=True)
    project_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("projects.id"), index=True)
    host_unit_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("organisations.id"), index=True)
    division_code: Mapped[str | None] = mapped_column(code_string(DIVISION_CODE_LENGTH), index=True)
    organisation_path: Mapped[str | None] = mapped_column(code_string(PATH_LENGTH), index=True)
    """Host unit, division and path are copied from the site and move with it."""
    state: Mapped[str] = mapped_column(String(20))
    state_before: Mapped[str | None] = mapped_column(String(20))
    state_at: Mapped[datetime] = mapped_column(index=True)
    state_source: Mapped[str] = mapped_column(String(20))
    """The action that brought the piece into its state."""
    workflow_version: Mapped[int] = mapped_column(default=1)
    warranty_to: Mapped[date | None] = mapped_column(index=True)
    warranty_by: Mapped[str | None] = mapped_column(String(10))
    warranty_rule_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("lifetime_rules.id"), index=True)
    safe_life_to: Mapped[date | None] = mapped_column(index=True)
    safe_life_by: Mapped[str | None] = mapped_column(String(10))
    """What gave it that end: entered on the piece, a rule, the model (see ``lifetimes.reckon``)."""
    safe_life_rule_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("lifetime_rules.id"), index=True)
    replaces_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("equipment.id"), unique=True)
    replaced_by_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("equipment.id"), unique=True)
    """The piece whose place it took, and the one that took its own."""
    code: Mapped[str | None] = mapped_column(code_string(10), unique=True)
    """The code of the label that is stuck on it."""
    note: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(index=True)
    updated_at: Mapped[datetime] = mapped_column(index=True)


index_texts(Site, texts=("name", "address", "contact_name"), codes=("number",))
index_texts(Equipment, texts=("name",), codes=("number", "serial", "batch", "code"))
