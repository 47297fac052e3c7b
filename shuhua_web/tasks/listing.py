"""The list of tasks: one declaration for office, API and exports."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import aliased

from shuhua_core.accounts.models import Organisation, User
from shuhua_core.accounts.permissions import Permission
from shuhua_core.archives.models import ProductModel
from shuhua_core.kernel.context import Context
from shuhua_core.kernel.i18n import translator
from shuhua_core.kernel.scope import visible
from shuhua_core.places.models import Division
from shuhua_core.repairs.faults import FAULTS
from shuhua_core.repairs.schema import SEVERITIES
from shuhua_core.sites.models import Equipment, Site
from shuhua_core.tasks.machine import MACHINE
from shuhua_core.tasks.models import Task, fixed_at_once, late, overdue
from shuhua_core.tasks.schema import CAUSES, CONSENTS, REMEDIES, RESULTS

from ..archives.listing import area_columns
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
from ..repairs.listing import CUSTOMER_LABEL, PIECE_LABEL, SITE_LABEL

PLACE = aliased(Site)
PIECE = aliased(Equipment)
MODEL = aliased(ProductModel)
AREA = aliased(Division)
UNIT = aliased(Organisation)
REPAIRER = aliased(User)


def is_overdue(ctx: Context) -> ColumnElement[bool]:
    """Past its deadline while there is still work to do, under the newest table."""
    return overdue(_open_states(ctx), ctx.now)


def _open_states(ctx: Context) -> tuple[str, ...]:
    return MACHINE.newest(ctx).open_states


def _joined(query: Select[tuple[object, ...]]) -> Select[tuple[object, ...]]:
    return (
        query.outerjoin(PLACE, PLACE.id == Task.site_id)
        .outerjoin(PIECE, PIECE.id == Task.equipment_id)
        .outerjoin(MODEL, MODEL.id == PIECE.model_id)
        .outerjoin(AREA, AREA.code == Task.division_code)
        .outerjoin(UNIT, UNIT.id == Task.unit_id)
        .outerjoin(REPAIRER, REPAIRER.id == Task.repairer_id)
    )


def _overdue(row: Any, locale: str) -> str:
    """A word where it is so, nothing where it is not: a column of "no" hides the "yes"."""
    return translator(locale)(_("Overdue")) if row.overdue else ""


def _unit_label(ctx: Context, value: str) -> str:
    return _name(ctx, Organisation, value)


def _repairer_label(ctx: Context, value: str) -> str:
    return _name(ctx, User, value)


def _name(ctx: Context, model: Any, value: str) -> str:
    """The name of a unit or person that an address carries, if one of the actor's tasks is theirs."""
    if not value.isascii() or not value.isdigit() or len(value) > 18:
        return value
    column = Task.unit_id if model is Organisation else Task.repairer_id
    theirs = select(Task.id).where(column == int(value), visible(Task, ctx.actor, Permission.TASKS_VIEW)).limit(1)
    name = ctx.session.scalar(select(model.name).where(model.id == int(value), theirs.exists()))
    return name or value


def _row_class(row: Any, _now: datetime) -> str:
    return "grid-overdue" if row.overdue else ""


TASKS = Listing(
    name="tasks",
    model=Task,
    permission=Permission.TASKS_VIEW,
    title=_("Tasks"),
    columns=(
        Column("number", _("Number"), Task.number, sort=True, nullable=False),
        Column("state", _("State"), Task.state, kind="state", nullable=False),
        Column(
            "overdue", _("Overdue"), is_overdue, depends=_open_states, kind="boolean", nullable=False, show=_overdue, needs=()
        ),
        Column("severity", _("Severity"), Task.severity, kind="choice", labels=SEVERITIES, nullable=False),
        Column("symptom", _("Symptom"), Task.symptom, long=True, nullable=False),
        Column("consent", _("Quotation"), Task.consent, kind="choice", labels=CONSENTS, nullable=False, at_first=False),
        Column("due_at", _("Deadline"), Task.due_at, kind="moment", sort=True, nullable=False),
        Column("site", _("Installation point"), PLACE.name),
        Column("site_id", _("Installation point"), Task.site_id, kind="integer", office=False),
        Column("equipment", _("Equipment"), PIECE.name),
        Column("equipment_id", _("Equipment"), Task.equipment_id, kind="integer", office=False),
        Column("unit", _("Unit"), UNIT.name),
        Column("unit_id", _("Unit"), Task.unit_id, kind="integer", office=False),
        Column("repairer", _("Repairer"), REPAIRER.name),
        Column("repairer_id", _("Repairer"), Task.repairer_id, kind="integer", office=False),
        Column("model", _("Model"), MODEL.number, api=False, at_first=False),
        Column("batch", _("Batch"), PIECE.batch, api=False, at_first=False),
        Column("fault", _("Kind of fault"), Task.fault, kind="choice", labels=FAULTS, at_first=False),
        Column("result", _("Result of the repair"), Task.result, kind="choice", labels=RESULTS, at_first=False),
        Column("cause_code", _("Cause"), Task.cause_code, kind="choice", labels=CAUSES, at_first=False),
        Column("remedy_code", _("Remedy"), Task.remedy_code, kind="choice", labels=REMEDIES, at_first=False),
        Column("appointed_at", _("Appointment"), Task.appointed_at, kind="moment", sort=True),
        *area_columns(Task, AREA),
        Column("address", _("Address"), Task.address, long=True),
        Column("version", _("Version"), Task.version, kind="integer", office=False, nullable=False),
        Column("created_at", _("Created at"), Task.created_at, kind="moment", sort=True, nullable=False),
        Column("updated_at", _("Changed"), Task.updated_at, kind="moment", sort=True, nullable=False),
    ),
    source=_joined,
    filters=(
        ChoiceFilter("severity", _("Severity"), Task.severity, SEVERITIES),
        ChoiceFilter("consent", _("Quotation"), Task.consent, CONSENTS),
        ChoiceFilter("fault", _("Kind of fault"), Task.fault, FAULTS),
        ChoiceFilter("result", _("Result of the repair"), Task.result, RESULTS),
        ChoiceFilter("cause_code", _("Cause"), Task.cause_code, CAUSES),
        ChoiceFilter("remedy_code", _("Remedy"), Task.remedy_code, REMEDIES),
        ExactFilter("model", _("Model"), MODEL.number),
        ExactFilter("batch", _("Batch"), PIECE.batch),
        FlagFilter("overdue", _("Overdue"), is_overdue),
        FlagFilter("mine", _("Mine"), lambda ctx: Task.repairer_id == ctx.actor.user_id),
        DateRange("created", _("Created at"), Task.created_at),
        DateRange("due", _("Deadline"), Task.due_at),
        DateRange("completed", _("Completed at"), Task.completed_at),
        FlagFilter("open", _("Work to do"), lambda ctx: Task.state.in_(_open_states(ctx)), seldom=True),
        FlagFilter("done", _("Work is done"), Task.completed_at.is_not(None)),
        FlagFilter("late", _("Completed late"), late()),
        FlagFilter("fixed_at_once", _("Repaired at once"), fixed_at_once()),
        FlagFilter("scored", _("Judged by the customer"), Task.satisfaction.is_not(None)),
        DivisionFilter("division", _("Division"), Task.division_code, source="divisions.options", label=division_label),
        RecordFilter("unit_id", _("Unit"), Task.unit_id, "tasks.units", _unit_label),
        RecordFilter("repairer_id", _("Repairer"), Task.repairer_id, "tasks.repairers", _repairer_label),
        RecordFilter("site_id", _("Installation point"), Task.site_id, "sites.options", SITE_LABEL),
        RecordFilter("customer_id", _("Customer"), Task.customer_id, "customers.options", CUSTOMER_LABEL),
        RecordFilter("equipment_id", _("Equipment"), Task.equipment_id, "equipment.options", PIECE_LABEL),
    ),
    search=Search(
        codes=(Task.number,),
        texts=(Task.symptom, Task.address),
        through=(
            Through(Task.site_id, Site.id, (Site.name,)),
            Through(Task.equipment_id, Equipment.id, (Equipment.name,)),
        ),
    ),
    search_hint=_("Number, symptom, place"),
    states=StateTabs(Task.state, workflow="tasks"),
    default_sort="-created_at",
    record_route="tasks.view",
    row_class=_row_class,
)
