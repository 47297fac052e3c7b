"""The lists of customers, projects and product models: one declaration for office, API and exports."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from shuhua_core.accounts.permissions import Permission
from shuhua_core.archives.kinds import CUSTOMER_KINDS, EQUIPMENT_TYPES, PROJECT_KINDS
from shuhua_core.archives.models import Customer, ProductModel, Project
from shuhua_core.places.models import Division
from shuhua_core.sites.machine import THERE
from shuhua_core.sites.models import Equipment, Site
from shuhua_web.i18n import _
from shuhua_web.listing import ChoiceFilter, Column, DateRange, DivisionFilter, Listing, RecordFilter, Search, Through
from shuhua_web.places.widgets import division_label

AREA = aliased(Division)
BUYER = aliased(Customer)


def counted(column: Any, owner: Any) -> Any:
    """How many rows name the record, as a column of its list."""
    return select(func.count()).where(column == owner).correlate_except(column.class_).scalar_subquery()


def standing(column: Any, owner: Any) -> Any:
    """How many pieces that are not gone name the record, as a column of its list."""
    there = select(func.count()).where(column == owner, Equipment.state.in_(THERE))
    return there.correlate_except(Equipment).scalar_subquery()


def _with_area(model: Any) -> Any:
    def join(query: Select[Any]) -> Select[Any]:
        return query.outerjoin(AREA, AREA.code == model.division_code)

    return join


def _of_project(query: Select[Any]) -> Select[Any]:
    return query.outerjoin(AREA, AREA.code == Project.division_code).outerjoin(BUYER, BUYER.id == Project.customer_id)


def area_name(row: Any, locale: str) -> str:
    """The division of a row in the language."""
    return row.division_en if locale == "en" and row.division_en else row.division or ""


def area_columns(model: Any, area: Any) -> tuple[Column, ...]:
    """The division of a record, which is joined as ``area``: its code for programs, its name for people."""
    return (
        Column("division_code", _("Division"), model.division_code, office=False),
        Column("division", _("Division"), area.name_zh, show=area_name, needs=("division_en",)),
        Column("division_en", _("Division"), area.name_en, office=False),
    )


def version_columns(model: Any) -> tuple[Column, ...]:
    """What every archive record has."""
    return (
        Column("version", _("Version"), model.version, kind="integer", office=False, nullable=False),
        Column("created_at", _("Created at"), model.created_at, kind="moment", sort=True, nullable=False),
        Column("updated_at", _("Changed"), model.updated_at, kind="moment", sort=True, nullable=False, office=False),
    )


CUSTOMER_LIST = Listing(
    name="customers",
    model=Customer,
    permission=Permission.CUSTOMERS_VIEW,
    title=_("Customers"),
    columns=(
        Column("number", _("Number"), Customer.number, sort=True, nullable=False),
        Column("name", _("Name", context="thing"), Customer.name, sort=True, nullable=False),
        Column("kind", _("Kind"), Customer.kind, kind="choice", labels=CUSTOMER_KINDS, nullable=False),
        *area_columns(Customer, AREA),
        Column("address", _("Address"), Customer.address, long=True),
        Column("contact_name", _("Main contact"), Customer.contact_name),
        Column("phone", _("Phone"), Customer.phone, kind="phone", reveal=Permission.PHONES_REVEAL),
        Column("email", _("E-mail"), Customer.email, at_first=False),
        Column("fax", _("Fax"), Customer.fax, kind="phone", reveal=Permission.PHONES_REVEAL, at_first=False),
        Column(
            "sites",
            _("Installation points", context="count"),
            counted(Site.customer_id, Customer.id),
            kind="integer",
            nullable=False,
        ),
        *version_columns(Customer),
    ),
    source=_with_area(Customer),
    filters=(
        ChoiceFilter("kind", _("Kind"), Customer.kind, CUSTOMER_KINDS),
        DivisionFilter("division", _("Division"), Customer.division_code, source="divisions.options", label=division_label),
        DateRange("created", _("Created at"), Customer.created_at),
    ),
    search=Search(
        codes=(Customer.number,),
        texts=(Customer.name, Customer.address, Customer.contact_name),
        phone=Customer.phone,
        tail=Customer.phone_tail,
        merged=Customer,
    ),
    search_hint=_("Number, name, address, contact, last four digits of the phone"),
    default_sort="-created_at",
    record_route="customers.view",
    empty=_("No customers yet. Callers become contacts by themselves; add the customers that they belong to here."),
)

PROJECT_LIST = Listing(
    name="projects",
    model=Project,
    permission=Permission.PROJECTS_VIEW,
    title=_("Projects"),
    columns=(
        Column("number", _("Number"), Project.number, sort=True, nullable=False),
        Column("name", _("Name", context="thing"), Project.name, sort=True, nullable=False),
        Column("kind", _("Kind"), Project.kind, kind="choice", labels=PROJECT_KINDS, nullable=False),
        *area_columns(Project, AREA),
        Column("amount", _("Amount (yuan)"), Project.amount, kind="amount", sort=True),
        Column("customer", _("Customer"), BUYER.name),
        Column("customer_id", _("Customer"), Project.customer_id, kind="integer", office=False),
        Column(
            "sites",
            _("Installation points", context="count"),
            counted(Site.project_id, Project.id),
            kind="integer",
            nullable=False,
        ),
        Column(
            "pieces", _("Equipment", context="count"), standing(Equipment.project_id, Project.id), kind="integer", nullable=False
        ),
        Column("accepted_on", _("Accepted on"), Project.accepted_on, kind="date", sort=True),
        *version_columns(Project),
    ),
    source=_of_project,
    filters=(
        ChoiceFilter("kind", _("Kind"), Project.kind, PROJECT_KINDS),
        DivisionFilter("division", _("Division"), Project.division_code, source="divisions.options", label=division_label),
        DateRange("accepted", _("Accepted on"), Project.accepted_on),
        RecordFilter("customer_id", _("Customer"), Project.customer_id),
    ),
    search=Search(
        codes=(Project.number,), texts=(Project.name,), through=(Through(Project.customer_id, Customer.id, (Customer.name,)),)
    ),
    search_hint=_("Number, name, customer"),
    default_sort="-created_at",
    record_route="projects.view",
)

MODEL_LIST = Listing(
    name="models",
    model=ProductModel,
    permission=Permission.MODELS_VIEW,
    title=_("Product models"),
    columns=(
        Column("number", _("Number"), ProductModel.number, sort=True, nullable=False),
        Column("name", _("Name", context="thing"), ProductModel.name, sort=True, nullable=False),
        Column("name_en", _("English name"), ProductModel.name_en),
        Column("type", _("Type"), ProductModel.type, kind="choice", labels=EQUIPMENT_TYPES, nullable=False),
        Column("warranty_months", _("Warranty (months)"), ProductModel.warranty_months, kind="integer"),
        Column("safe_life_years", _("Safe service life (years)"), ProductModel.safe_life_years, kind="integer"),
        *version_columns(ProductModel),
    ),
    filters=(ChoiceFilter("type", _("Type"), ProductModel.type, EQUIPMENT_TYPES),),
    search=Search(codes=(ProductModel.number,), texts=(ProductModel.name, ProductModel.name_en)),
    search_hint=_("Number, name"),
    default_sort="number",
    record_route="models.view",
)
