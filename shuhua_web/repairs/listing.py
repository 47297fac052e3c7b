"""The list of repair requests: one declaration for office, API and exports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import aliased

from shuhua_core.accounts.permissions import Permission
from shuhua_core.archives.models import Customer, ProductModel
from shuhua_core.kernel.context import Context
from shuhua_core.kernel.scope import is_record, visible
from shuhua_core.places.models import Division
from shuhua_core.repairs.faults import FAULTS
from shuhua_core.repairs.machine import MACHINE
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.repairs.schema import CHANNELS, SEVERITIES
from shuhua_core.sites.models import Equipment, Site
from shuhua_core.tasks.models import RepairTask

from ..archives.listing import area_columns
from ..i18n import _
from ..listing import (
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
from ..places.widgets import division_label

PLACE = aliased(Site)
PIECE = aliased(Equipment)
AREA = aliased(Division)

_TASKS = select(func.count()).where(RepairTask.repair_id == RepairRequest.id).correlate(RepairRequest).scalar_subquery()


def _joined(query: Select[tuple[object, ...]]) -> Select[tuple[object, ...]]:
    return (
        query.outerjoin(PLACE, PLACE.id == RepairRequest.site_id)
        .outerjoin(PIECE, PIECE.id == RepairRequest.equipment_id)
        .outerjoin(AREA, AREA.code == RepairRequest.division_code)
    )


def record_label(model: Any, permission: str) -> Callable[[Context, str], str]:
    """Names the record that an address carries, for who may see it."""

    def label(ctx: Context, value: str) -> str:
        if not value.isascii() or not value.isdigit() or len(value) > 18:
            return value
        query = select(model.number, model.name).where(is_record(model.id, int(value)), visible(model, ctx.actor, permission))
        found = ctx.session.execute(query).first()
        return f"{found[0]} {found[1]}" if found else value

    return label


SITE_LABEL = record_label(Site, Permission.SITES_VIEW)
PIECE_LABEL = record_label(Equipment, Permission.EQUIPMENT_VIEW)
CUSTOMER_LABEL = record_label(Customer, Permission.CUSTOMERS_VIEW)
MODEL_LABEL = record_label(ProductModel, Permission.MODELS_VIEW)


def is_open(ctx: Context) -> ColumnElement[bool]:
    """Not settled yet, under the newest table."""
    return RepairRequest.state.in_(MACHINE.newest(ctx).open_states)


REPAIRS = Listing(
    name="repairs",
    model=RepairRequest,
    permission=Permission.REPAIRS_VIEW,
    title=_("Repair requests"),
    columns=(
        Column("number", _("Number"), RepairRequest.number, sort=True, nullable=False),
        Column("state", _("State"), RepairRequest.state, kind="state", nullable=False),
        Column("severity", _("Severity"), RepairRequest.severity, kind="choice", labels=SEVERITIES),
        Column("fault", _("Kind of fault"), RepairRequest.fault, kind="choice", labels=FAULTS, at_first=False),
        Column("symptom", _("Symptom"), RepairRequest.symptom, long=True, nullable=False),
        Column("created_at", _("Received"), RepairRequest.created_at, kind="moment", sort=True, nullable=False),
        Column("site", _("Installation point"), PLACE.name),
        Column("site_id", _("Installation point"), RepairRequest.site_id, kind="integer", office=False),
        Column("equipment", _("Equipment"), PIECE.name),
        Column("equipment_id", _("Equipment"), RepairRequest.equipment_id, kind="integer", office=False),
        Column("caller_name", _("Contact"), RepairRequest.caller_name),
        Column("caller_phone", _("Phone"), RepairRequest.caller_phone, kind="phone", reveal=Permission.PHONES_REVEAL),
        Column("channel", _("Channel"), RepairRequest.channel, kind="choice", labels=CHANNELS, nullable=False),
        Column("tasks", _("Tasks", context="count"), _TASKS, kind="integer", nullable=False),
        *area_columns(RepairRequest, AREA),
        Column("address", _("Address"), RepairRequest.address, long=True),
        Column("version", _("Version"), RepairRequest.version, kind="integer", office=False, nullable=False),
        Column("first_action_at", _("First action"), RepairRequest.first_action_at, kind="moment"),
        Column("updated_at", _("Changed"), RepairRequest.updated_at, kind="moment", sort=True, nullable=False),
    ),
    source=_joined,
    filters=(
        ChoiceFilter("severity", _("Severity"), RepairRequest.severity, SEVERITIES),
        ChoiceFilter("fault", _("Kind of fault"), RepairRequest.fault, FAULTS),
        ChoiceFilter("channel", _("Channel"), RepairRequest.channel, CHANNELS),
        DateRange("created", _("Received"), RepairRequest.created_at),
        FlagFilter("open", _("Not settled"), is_open, seldom=True),
        FlagFilter("acted_on", _("Dealt with"), RepairRequest.first_action_at.is_not(None)),
        DivisionFilter("division", _("Division"), RepairRequest.division_code, source="divisions.options", label=division_label),
        RecordFilter("site_id", _("Installation point"), RepairRequest.site_id, "sites.options", SITE_LABEL),
        RecordFilter("equipment_id", _("Equipment"), RepairRequest.equipment_id, "equipment.options", PIECE_LABEL),
        RecordFilter("customer_id", _("Customer"), RepairRequest.customer_id, "customers.options", CUSTOMER_LABEL),
        RecordFilter("model_id", _("Model"), PIECE.model_id, "models.options", MODEL_LABEL),
    ),
    search=Search(
        codes=(RepairRequest.number,),
        texts=(RepairRequest.symptom, RepairRequest.address, RepairRequest.caller_name),
        phone=RepairRequest.caller_phone,
        tail=RepairRequest.caller_tail,
        through=(
            Through(RepairRequest.site_id, Site.id, (Site.name,)),
            Through(RepairRequest.equipment_id, Equipment.id, (Equipment.name,)),
        ),
    ),
    search_hint=_("Number, symptom, place, last four digits of the phone"),
    states=StateTabs(RepairRequest.state, workflow="repairs"),
    default_sort="-created_at",
    record_route="repairs.view",
)
