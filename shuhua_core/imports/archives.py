"""What can be imported: one declaration for template, headings, trial and import, made from the schema of each archive."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from shuhua_core.accounts.permissions import Permission
from shuhua_core.archives.models import Customer, ProductModel, Project
from shuhua_core.archives.schema import CustomerCreate, CustomerPatch, ModelCreate, ModelPatch, ProjectCreate, ProjectPatch
from shuhua_core.archives.service import CustomerService, ModelService, ProjectService
from shuhua_core.kernel.errors import Invalid
from shuhua_core.kernel.i18n import _, translator
from shuhua_core.kernel.schema import InputSchema, Items, PositionSchema, RecordId, instance
from shuhua_core.sites.equipment import EquipmentService
from shuhua_core.sites.models import Equipment, Site
from shuhua_core.sites.schema import EquipmentCreate, EquipmentPatch, SiteCreate, SitePatch
from shuhua_core.sites.service import SiteService

from .cells import half_width

NUMBER = "number"
POSITION = ("longitude", "latitude")
REFERENCES: Mapping[str, tuple[Any, str]] = {
    "customer": (Customer, Permission.CUSTOMERS_VIEW),
    "project": (Project, Permission.PROJECTS_VIEW),
    "model": (ProductModel, Permission.MODELS_VIEW),
    "site": (Site, Permission.SITES_VIEW),
}
"""Kind of a record that a cell names by number or name -> its model, and who may see it."""
ALIASES: Mapping[str, tuple[str, ...]] = {
    "phone": ("联系电话", "手机", "手机号", "电话号码"),
    "contact_name": ("联系人", "主要联系人"),
    "division_code": ("行政区划代码", "区划", "所属区划"),
    "longitude": ("经度", "lng", "lon"),
    "latitude": ("纬度", "lat"),
    "site_id": ("所在安装点", "站点"),
    "model_id": ("型号",),
}
"""Other headings under which a field is found."""


@dataclass(frozen=True, slots=True)
class Column:
    """A field of an archive as a column of its file."""

    name: str
    node: Any
    required: bool

    def heading(self, locale: str) -> str:
        """Its heading in the language."""
        return translator(locale)(self.node.title)

    @property
    def refers_to(self) -> str | None:
        """Kind of the record that it names."""
        return self.node.typ.kind if isinstance(self.node.typ, RecordId) else None


@dataclass(frozen=True)
class ImportedArchive:
    """One kind of archive record and how its rows are saved."""

    name: str
    title: Any
    model: Any
    service: Any
    create: type[InputSchema]
    patch: type[InputSchema]
    view: str
    edit: str
    examples: Mapping[str, tuple[str, str]]
    """Field -> what the example row of the template has (zh, en)."""

    @cached_property
    def columns(self) -> Sequence[Column]:
        """All columns, in the order of the form."""
        return tuple(self._columns())

    def _columns(self) -> Iterator[Column]:
        for node in instance(self.create).children:  # type: ignore[arg-type]
            if node.name == "position":
                parts = instance(PositionSchema)
                yield from (Column(part, parts[part], required=False) for part in POSITION)
            elif not isinstance(node.typ, Items):
                yield Column(node.name, node, node.required)

    @cached_property
    def patched(self) -> frozenset[str]:
        """Fields that can be changed in a record that is there."""
        return frozenset(node.name for node in instance(self.patch).children)  # type: ignore[arg-type]

    @property
    def placed(self) -> bool:
        """Whether its records have positions, whose datum has to be said."""
        return any(column.name in POSITION for column in self.columns)

    def heads(self, row: Sequence[str]) -> list[str | None]:
        """Name of the field of each heading, None for one that is not read. Raises Invalid when what is needed is missing."""
        known: dict[str, str] = {}
        for column in self.columns:
            words = (column.name, *ALIASES.get(column.name, ()), column.heading("en"), column.heading("zh_Hans"))
            known |= {_bare(word): column.name for word in words}
        found = [known.get(_bare(text)) for text in row]
        read = [name for name in found if name is not None]
        missing = [column for column in self.columns if column.required and column.name not in read]
        if len(read) < 2 or (missing and NUMBER not in read):
            names = ", ".join(column.heading("zh_Hans") for column in missing or self.columns[:2])
            raise Invalid({"file": _("The columns ${names} are missing. Use the template.", mapping={"names": names})})
        twice = next((text for text, name in zip(row, found, strict=True) if name and found.count(name) > 1), None)
        if twice is not None:
            raise Invalid({"file": _("Two columns are headed ${name}, or mean the same.", mapping={"name": twice})})
        if sum(name in POSITION for name in read) == 1:
            raise Invalid({"file": _("A position needs both a longitude and a latitude.")})
        return found


def _bare(text: str) -> str:
    """A heading without what templates add to it."""
    return half_width(text).rstrip("* ").lower()


ARCHIVES: Mapping[str, ImportedArchive] = {
    each.name: each
    for each in (
        ImportedArchive(
            "customers",
            _("Customers"),
            Customer,
            CustomerService,
            CustomerCreate,
            CustomerPatch,
            Permission.CUSTOMERS_VIEW,
            Permission.CUSTOMERS_EDIT,
            {
                "name": ("示例小学", "Example School"),
                "kind": ("学校", "School"),
                "division_code": ("350582", "350582"),
                "address": ("示例路 1 号", "1 Example Road"),
                "contact_name": ("示例老师", "Ms Example"),
                "phone": ("139 0000 0001", "139 0000 0001"),
                "email": ("school@example.com", "school@example.com"),
            },
        ),
        ImportedArchive(
            "projects",
            _("Projects"),
            Project,
            ProjectService,
            ProjectCreate,
            ProjectPatch,
            Permission.PROJECTS_VIEW,
            Permission.PROJECTS_EDIT,
            {
                "name": ("示例健身路径工程", "Example fitness path"),
                "kind": ("健身路径", "Fitness path"),
                "division_code": ("350582", "350582"),
                "amount": ("128000.00", "128000.00"),
                "started_on": ("2026-03-01", "2026-03-01"),
                "accepted_on": ("2026-05-20", "2026-05-20"),
            },
        ),
        ImportedArchive(
            "models",
            _("Product models"),
            ProductModel,
            ModelService,
            ModelCreate,
            ModelPatch,
            Permission.MODELS_VIEW,
            Permission.MODELS_EDIT,
            {
                "name": ("示例漫步机", "Example air walker"),
                "type": ("太空漫步机", "Air walker"),
                "warranty_months": ("24", "24"),
                "safe_life_years": ("8", "8"),
            },
        ),
        ImportedArchive(
            "sites",
            _("Installation points"),
            Site,
            SiteService,
            SiteCreate,
            SitePatch,
            Permission.SITES_VIEW,
            Permission.SITES_EDIT,
            {
                "name": ("示例公园", "Example Park"),
                "kind": ("公园", "Park"),
                "division_code": ("350582", "350582"),
                "address": ("示例路 2 号", "2 Example Road"),
                "longitude": ("118.580600", "118.580600"),
                "latitude": ("24.815300", "24.815300"),
                "phone": ("139 0000 0002", "139 0000 0002"),
                "installed_on": ("2026-05-01", "2026-05-01"),
            },
        ),
        ImportedArchive(
            "equipment",
            _("Equipment"),
            Equipment,
            EquipmentService,
            EquipmentCreate,
            EquipmentPatch,
            Permission.EQUIPMENT_VIEW,
            Permission.EQUIPMENT_EDIT,
            {
                "name": ("漫步机", "Air walker"),
                "model_id": ("SH-001", "SH-001"),
                "serial": ("00012345", "00012345"),
                "produced_on": ("2026-03-01", "2026-03-01"),
                "site_id": ("AZ20260501-0001", "AZ20260501-0001"),
                "installed_on": ("2026-05-01", "2026-05-01"),
            },
        ),
    )
}
EXAMPLE = ("示例", "Example")
"""What the template's example row has for a number; such a row is never imported."""
