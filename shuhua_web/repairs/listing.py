"""The list of repair requests: one declaration for office, API and exports."""

from __future__ import annotations

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from shuhua_core.accounts.permissions import Permission
from shuhua_core.places.models import Division
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.repairs.schema import CHANNELS, SEVERITIES
from shuhua_core.sites.models import Equipment, Site
from shuhua_core.tasks.models import RepairTask

from ..i18n import _
from ..listing import ChoiceFilter, Column, DateRange, DivisionFilter, Listing, RecordFilter, StateTabs

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


REPAIRS = Listing(
    name="repairs",
    model=RepairRequest,
    permission=Permission.REPAIRS_VIEW,
    title=_("Repair requests"),
    columns=(
        Column("number", _("Number"), RepairRequest.number, sort=True, nullable=False),
        Column("state", _("State"), RepairRequest.state, kind="state", nullable=False),
        Column("severity", _("Severity"), RepairRequest.severity, kind="choice", labels=SEVERITIES),
        Column("symptom", _("Symptom"), RepairRequest.symptom, long=True, nullable=False),
        Column("equipment", _("Equipment"), PIECE.name),
        Column("equipment_id", _("Equipment"), RepairRequest.equipment_id, kind="integer", office=False),
        Column("site", _("Installation point"), PLACE.name),
        Column("site_id", _("Installation point"), RepairRequest.site_id, kind="integer", office=False),
        Column("address", _("Address"), RepairRequest.address, long=True),
        Column("division_code", _("Division"), RepairRequest.division_code, office=False),
        Column("division", _("Division"), AREA.name_zh),
        Column("channel", _("Channel"), RepairRequest.channel, kind="choice", labels=CHANNELS, nullable=False),
        Column("caller_name", _("Contact"), RepairRequest.caller_name),
        Column("caller_phone", _("Phone"), RepairRequest.caller_phone, kind="phone"),
        Column("tasks", _("Tasks"), _TASKS, kind="integer", nullable=False),
        Column("version", _("Version"), RepairRequest.version, kind="integer", office=False, nullable=False),
        Column("created_at", _("Received"), RepairRequest.created_at, kind="moment", sort=True, nullable=False),
        Column("first_action_at", _("First action"), RepairRequest.first_action_at, kind="moment"),
        Column("updated_at", _("Changed"), RepairRequest.updated_at, kind="moment", sort=True, nullable=False),
    ),
    source=_joined,
    filters=(
        ChoiceFilter("severity", _("Severity"), RepairRequest.severity, SEVERITIES),
        ChoiceFilter("channel", _("Channel"), RepairRequest.channel, CHANNELS),
        DateRange("created", _("Received"), RepairRequest.created_at),
        DivisionFilter("division", _("Division"), RepairRequest.division_code, source="divisions.options"),
        RecordFilter("site_id", _("Installation point"), RepairRequest.site_id),
        RecordFilter("equipment_id", _("Equipment"), RepairRequest.equipment_id),
        RecordFilter("customer_id", _("Customer"), RepairRequest.customer_id),
    ),
    search=(RepairRequest.number, RepairRequest.symptom, RepairRequest.address, RepairRequest.caller_phone, PLACE.name),
    search_hint=_("Number, symptom, place, last digits of the phone"),
    states=StateTabs(RepairRequest.state, workflow="repairs"),
    default_sort="-created_at",
    record_route="repairs.view",
)
