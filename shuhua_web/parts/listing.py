"""The list of replaced parts: with its columns of model, batch and finding it is also what research and development gets."""

from __future__ import annotations

from sqlalchemy import Select
from sqlalchemy.orm import aliased

from shuhua_core.accounts.models import User
from shuhua_core.accounts.permissions import Permission
from shuhua_core.archives.models import ProductModel
from shuhua_core.parts.machine import PART_TABLE
from shuhua_core.parts.models import ReturnedPart
from shuhua_core.parts.schema import FINDINGS
from shuhua_core.repairs.faults import FAULTS
from shuhua_core.sites.models import Equipment, Site
from shuhua_core.tasks.models import Task
from shuhua_core.tasks.schema import CAUSES, REMEDIES

from ..i18n import _
from ..listing import (
    ChoiceFilter,
    Column,
    DateRange,
    DivisionFilter,
    ExactFilter,
    FlagFilter,
    Listing,
    RecordFilter,
    Search,
    StateTabs,
    Through,
)
from ..places.widgets import division_label

JOB = aliased(Task)
PIECE = aliased(Equipment)
MODEL = aliased(ProductModel)
PLACE = aliased(Site)
SENDER = aliased(User)


def _joined(query: Select[tuple[object, ...]]) -> Select[tuple[object, ...]]:
    return (
        query.outerjoin(JOB, JOB.id == ReturnedPart.task_id)
        .outerjoin(PIECE, PIECE.id == ReturnedPart.equipment_id)
        .outerjoin(MODEL, MODEL.id == PIECE.model_id)
        .outerjoin(PLACE, PLACE.id == ReturnedPart.site_id)
        .outerjoin(SENDER, SENDER.id == ReturnedPart.repairer_id)
    )


PARTS = Listing(
    name="parts",
    model=ReturnedPart,
    permission=Permission.PARTS_VIEW,
    title=_("Returned parts"),
    columns=(
        Column("number", _("Number"), ReturnedPart.number, sort=True, nullable=False),
        Column("state", _("State"), ReturnedPart.state, kind="state", nullable=False),
        Column("name", _("Part"), ReturnedPart.name, sort=True, nullable=False),
        Column("old_number", _("Number of the old part"), ReturnedPart.old_number),
        Column("new_number", _("Number of the new part"), ReturnedPart.new_number, at_first=False),
        Column("in_warranty", _("In warranty"), ReturnedPart.in_warranty, kind="boolean"),
        Column("model", _("Model"), MODEL.number),
        Column("batch", _("Batch"), PIECE.batch),
        Column("equipment", _("Equipment number"), PIECE.number),
        Column("equipment_id", _("Equipment"), ReturnedPart.equipment_id, kind="integer", office=False),
        Column("site", _("Installation point"), PLACE.name, at_first=False),
        Column("site_id", _("Installation point"), ReturnedPart.site_id, kind="integer", office=False),
        Column("task", _("Task"), JOB.number),
        Column("task_id", _("Task"), ReturnedPart.task_id, kind="integer", office=False, nullable=False),
        Column("symptom", _("Symptom"), JOB.symptom, long=True, at_first=False),
        Column("fault", _("Kind of fault"), JOB.fault, kind="choice", labels=FAULTS, at_first=False),
        Column("cause_code", _("Cause"), JOB.cause_code, kind="choice", labels=CAUSES),
        Column("remedy_code", _("Remedy"), JOB.remedy_code, kind="choice", labels=REMEDIES, at_first=False),
        Column("cause", _("Cause in words"), JOB.cause, long=True, at_first=False),
        Column("repairer", _("Repairer"), SENDER.name),
        Column("carrier", _("Carrier"), ReturnedPart.carrier, at_first=False),
        Column("tracking", _("Tracking number"), ReturnedPart.tracking),
        Column("sent_at", _("Sent at"), ReturnedPart.sent_at, kind="moment", sort=True),
        Column("received_at", _("Received at"), ReturnedPart.received_at, kind="moment", sort=True, at_first=False),
        Column("finding", _("Finding"), ReturnedPart.finding, kind="choice", labels=FINDINGS),
        Column("finding_note", _("What was found out"), ReturnedPart.finding_note, long=True, at_first=False),
        Column("found_at", _("Found at"), ReturnedPart.found_at, kind="moment", sort=True, at_first=False),
        Column("version", _("Version"), ReturnedPart.version, kind="integer", office=False, nullable=False),
        Column("created_at", _("Created at"), ReturnedPart.created_at, kind="moment", sort=True, nullable=False),
        Column("updated_at", _("Changed"), ReturnedPart.updated_at, kind="moment", sort=True, nullable=False, at_first=False),
    ),
    source=_joined,
    filters=(
        ChoiceFilter("finding", _("Finding"), ReturnedPart.finding, FINDINGS),
        ChoiceFilter("fault", _("Kind of fault"), JOB.fault, FAULTS),
        ChoiceFilter("cause_code", _("Cause"), JOB.cause_code, CAUSES),
        ChoiceFilter("remedy_code", _("Remedy"), JOB.remedy_code, REMEDIES),
        FlagFilter("in_warranty", _("In warranty"), ReturnedPart.in_warranty.is_(True)),
        ExactFilter("name", _("Part"), ReturnedPart.name),
        ExactFilter("model", _("Model"), MODEL.number),
        ExactFilter("batch", _("Batch"), PIECE.batch),
        DateRange("created", _("Created at"), ReturnedPart.created_at),
        DateRange("found", _("Found at"), ReturnedPart.found_at),
        DivisionFilter("division", _("Division"), ReturnedPart.division_code, source="divisions.options", label=division_label),
        RecordFilter("task_id", _("Task"), ReturnedPart.task_id),
        RecordFilter("equipment_id", _("Equipment"), ReturnedPart.equipment_id),
    ),
    search=Search(
        codes=(ReturnedPart.number, ReturnedPart.old_number, ReturnedPart.tracking),
        texts=(ReturnedPart.name, ReturnedPart.old_number, ReturnedPart.tracking),
        through=(
            Through(ReturnedPart.task_id, Task.id, codes=(Task.number,)),
            Through(ReturnedPart.equipment_id, Equipment.id, codes=(Equipment.number,)),
        ),
    ),
    search_hint=_("Number, part, tracking number, task, equipment"),
    states=StateTabs(ReturnedPart.state, PART_TABLE),
    default_sort="-created_at",
    record_route="parts.view",
)
