"""The lists of installation points and equipment: one declaration for office, API and exports."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import aliased

from shuhua_core.accounts.models import Organisation
from shuhua_core.accounts.permissions import Permission
from shuhua_core.archives.models import Customer, ProductModel, Project
from shuhua_core.kernel.hints import unlikely
from shuhua_core.kernel.workflow import State, Workflow
from shuhua_core.places.models import Division
from shuhua_core.sites.lifetime import TERMS
from shuhua_core.sites.machine import EQUIPMENT_WORKFLOW
from shuhua_core.sites.models import Equipment, Site
from shuhua_core.sites.states import IN_USE, INTACT, SITE_KINDS, SITE_STATES
from shuhua_web.archives.listing import area_columns, standing, version_columns
from shuhua_web.i18n import _
from shuhua_web.listing import (
    ChoiceFilter,
    Column,
    DateRange,
    DivisionFilter,
    FlagFilter,
    Listing,
    RecordFilter,
    Search,
    StateTabs,
    Through,
)
from shuhua_web.places.widgets import division_label
from shuhua_web.sites.terms import TermFilter

AREA = aliased(Division)
BUYER = aliased(Customer)
WORK = aliased(Project)
UNIT = aliased(Organisation)
PLACE = aliased(Site)

SITE_TABLE = Workflow(
    "sites", 1, ("empty",), {each.name: State(each.name, each.zh, each.en, tone=each.tone) for each in SITE_STATES.values()}, ()
)
"""The states of a site as tabs and badges want them; no action leads from one to another."""


def _of_site(query: Select[Any]) -> Select[Any]:
    return (
        query.outerjoin(AREA, AREA.code == Site.division_code)
        .outerjoin(BUYER, BUYER.id == Site.customer_id)
        .outerjoin(WORK, WORK.id == Site.project_id)
        .outerjoin(UNIT, UNIT.id == Site.organisation_id)
    )


def _of_equipment(query: Select[Any]) -> Select[Any]:
    return (
        query.outerjoin(ProductModel, ProductModel.id == Equipment.model_id)  # there always is one; counts then leave it out
        .outerjoin(PLACE, PLACE.id == Equipment.site_id)
        .outerjoin(BUYER, BUYER.id == Equipment.customer_id)
        .outerjoin(WORK, WORK.id == Equipment.project_id)
    )


def _in_no(states: Collection[str]) -> ColumnElement[bool]:
    """In one of the other states of a piece."""
    return unlikely(Equipment.state.in_([each for each in EQUIPMENT_WORKFLOW.states if each not in states]))


SITE_LIST = Listing(
    name="sites",
    model=Site,
    permission=Permission.SITES_VIEW,
    title=_("Installation points"),
    columns=(
        Column("number", _("Number"), Site.number, sort=True, nullable=False),
        Column("name", _("Name", context="thing"), Site.name, sort=True, nullable=False),
        Column("state", _("State"), Site.state, kind="state", nullable=False),
        Column("kind", _("Kind"), Site.kind, kind="choice", labels=SITE_KINDS, nullable=False),
        *area_columns(Site, AREA),
        Column("address", _("Address"), Site.address, long=True),
        Column("pieces", _("Equipment", context="count"), standing(Equipment.site_id, Site.id), kind="integer", nullable=False),
        Column("customer", _("Customer"), BUYER.name),
        Column("customer_id", _("Customer"), Site.customer_id, kind="integer", office=False),
        Column("project", _("Project"), WORK.name),
        Column("project_id", _("Project"), Site.project_id, kind="integer", office=False),
        Column("unit", _("Responsible unit"), UNIT.name),
        Column("contact_name", _("Contact"), Site.contact_name),
        Column("phone", _("Phone"), Site.phone, kind="phone", reveal=Permission.PHONES_REVEAL),
        Column("longitude", _("Longitude"), Site.longitude, kind="number", at_first=False),
        Column("latitude", _("Latitude"), Site.latitude, kind="number", at_first=False),
        Column("installed_on", _("Installed on"), Site.installed_on, kind="date", sort=True),
        Column("state_at", _("State since"), Site.state_at, kind="moment", sort=True, nullable=False),
        *version_columns(Site),
    ),
    source=_of_site,
    filters=(
        DivisionFilter("division", _("Division"), Site.division_code, source="divisions.options", label=division_label),
        ChoiceFilter("kind", _("Kind"), Site.kind, SITE_KINDS),
        DateRange("installed", _("Installed on"), Site.installed_on),
        RecordFilter("project_id", _("Project"), Site.project_id),
        RecordFilter("customer_id", _("Customer"), Site.customer_id),
        FlagFilter("placed", _("Has a position"), Site.morton.is_not(None)),
    ),
    search=Search(
        codes=(Site.number,),
        texts=(Site.name, Site.address, Site.contact_name),
        phone=Site.phone,
        tail=Site.phone_tail,
        merged=Site,
    ),
    search_hint=_("Number, name, address, contact, last four digits of the phone"),
    states=StateTabs(Site.state, SITE_TABLE),
    default_sort="-created_at",
    record_route="sites.view",
)

EQUIPMENT_LIST = Listing(
    name="equipment",
    model=Equipment,
    permission=Permission.EQUIPMENT_VIEW,
    title=_("Equipment"),
    columns=(
        Column("number", _("Number"), Equipment.number, sort=True, nullable=False),
        Column("name", _("Name", context="thing"), Equipment.name, sort=True, nullable=False),
        Column("state", _("State"), Equipment.state, kind="state", nullable=False),
        Column("model", _("Model"), ProductModel.number, nullable=False),
        Column("model_id", _("Model"), Equipment.model_id, kind="integer", office=False, nullable=False),
        Column("serial", _("Serial number"), Equipment.serial),
        Column("batch", _("Batch"), Equipment.batch),
        Column("produced_on", _("Produced on"), Equipment.produced_on, kind="date", sort=True),
        Column("site", _("Installation point"), PLACE.name),
        Column("site_id", _("Installation point"), Equipment.site_id, kind="integer", office=False),
        Column("installed_on", _("Installed on"), Equipment.installed_on, kind="date", sort=True),
        Column("customer", _("Customer"), BUYER.name),
        Column("customer_id", _("Customer"), Equipment.customer_id, kind="integer", office=False),
        Column("project", _("Project"), WORK.name),
        Column("project_id", _("Project"), Equipment.project_id, kind="integer", office=False),
        Column("warranty_to", _("Warranty to"), Equipment.warranty_to, kind="date", sort=True),
        Column("safe_life_to", _("Safe service life to"), Equipment.safe_life_to, kind="date", sort=True),
        Column("code", _("Code on the label"), Equipment.code),
        Column("state_at", _("State since"), Equipment.state_at, kind="moment", sort=True, nullable=False),
        *version_columns(Equipment),
    ),
    source=_of_equipment,
    filters=(
        DivisionFilter("division", _("Division"), Equipment.division_code, source="divisions.options", label=division_label),
        DateRange("installed", _("Installed on"), Equipment.installed_on),
        DateRange("produced", _("Produced on"), Equipment.produced_on),
        DateRange("safe_life", _("Safe service life to"), Equipment.safe_life_to),
        TermFilter("warranty_ends", _("Warranty ends"), Equipment.warranty_to, TERMS),
        TermFilter("safe_life_ends", _("Safe life ends"), Equipment.safe_life_to, TERMS),
        FlagFilter("in_use", _("In use"), Equipment.state.in_(IN_USE), _in_no(IN_USE)),
        FlagFilter("intact", _("Intact"), Equipment.state.in_(INTACT), _in_no(INTACT)),
        RecordFilter("site_id", _("Installation point"), Equipment.site_id),
        RecordFilter("model_id", _("Model"), Equipment.model_id),
        RecordFilter("project_id", _("Project"), Equipment.project_id),
        RecordFilter("customer_id", _("Customer"), Equipment.customer_id),
        RecordFilter("warranty_rule_id", _("Warranty by"), Equipment.warranty_rule_id),
        RecordFilter("safe_life_rule_id", _("Safe service life by"), Equipment.safe_life_rule_id),
    ),
    search=Search(
        codes=(Equipment.number, Equipment.serial, Equipment.batch, Equipment.code),
        texts=(Equipment.name,),
        through=(Through(Equipment.site_id, Site.id, (Site.name,)),),
    ),
    search_hint=_("Number, name, serial number, batch, label, installation point"),
    states=StateTabs(Equipment.state, EQUIPMENT_WORKFLOW),
    default_sort="-created_at",
    record_route="equipment.view",
)
