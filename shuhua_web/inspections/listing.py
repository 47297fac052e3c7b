"""The lists of inspections and of plans."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from shuhua_core.accounts.models import Organisation, User
from shuhua_core.accounts.permissions import Permission
from shuhua_core.archives.models import Project
from shuhua_core.inspections.figures import FAR
from shuhua_core.inspections.models import Checklist, Inspection, InspectionDue, InspectionPlan
from shuhua_core.inspections.words import INSPECTION_TABLE, PLAN_KINDS
from shuhua_core.kernel.context import Context
from shuhua_core.places.models import Division
from shuhua_core.sites.models import Site

from ..archives.listing import area_columns, version_columns
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

AREA = aliased(Division)
PLACE = aliased(Site)
PERSON = aliased(User)
UNIT = aliased(Organisation)
WORK = aliased(Project)
OF_PLAN = aliased(InspectionPlan)
SHEET = aliased(Checklist)


def _of_inspection(query: Select[Any]) -> Select[Any]:
    return (
        query.join(PLACE, PLACE.id == Inspection.site_id)
        .outerjoin(AREA, AREA.code == Inspection.division_code)
        .outerjoin(PERSON, PERSON.id == Inspection.inspector_id)
        .outerjoin(UNIT, UNIT.id == Inspection.unit_id)
        .outerjoin(OF_PLAN, OF_PLAN.id == Inspection.plan_id)
    )


def _of_plan(query: Select[Any]) -> Select[Any]:
    return (
        query.join(SHEET, SHEET.id == InspectionPlan.checklist_id)
        .outerjoin(PLACE, PLACE.id == InspectionPlan.site_id)
        .outerjoin(WORK, WORK.id == InspectionPlan.project_id)
        .outerjoin(AREA, AREA.code == InspectionPlan.division_code)
        .outerjoin(PERSON, PERSON.id == InspectionPlan.responsible_id)
        .outerjoin(UNIT, UNIT.id == InspectionPlan.responsible_unit_id)
    )


def _next(column: Any) -> Any:
    return select(column).where(InspectionDue.plan_id == InspectionPlan.id).correlate(InspectionPlan).scalar_subquery()


def _overdue(ctx: Context) -> Any:
    today = ctx.now.astimezone(ctx.deployment.settings.timezone).date()
    late = select(InspectionDue.plan_id).where(InspectionDue.due_on < today)
    return InspectionPlan.id.in_(late)


INSPECTIONS = Listing(
    name="inspections",
    model=Inspection,
    permission=Permission.INSPECTIONS_VIEW,
    title=_("Inspections"),
    columns=(
        Column("number", _("Number"), Inspection.number, sort=True, nullable=False),
        Column("state", _("Result", context="inspection"), Inspection.state, kind="state", nullable=False),
        Column("site", _("Installation point"), PLACE.name, nullable=False),
        Column("site_id", _("Installation point"), Inspection.site_id, kind="integer", office=False, nullable=False),
        Column("inspector", _("Inspector"), PERSON.name),
        Column("inspector_id", _("Inspector"), Inspection.inspector_id, kind="integer", office=False),
        Column(
            "received_at", _("Received", context="inspection"), Inspection.received_at, kind="moment", sort=True, nullable=False
        ),
        Column("captured_at", _("Captured at"), Inspection.captured_at, kind="moment", sort=True, nullable=False),
        Column("pieces", _("Pieces", context="inspection"), Inspection.pieces, kind="integer", nullable=False),
        Column("abnormal", _("Abnormal answers"), Inspection.abnormal, kind="integer", sort=True, nullable=False),
        Column("stopped", _("Put out of use"), Inspection.stopped, kind="integer", nullable=False),
        Column("distance", _("Distance in metres"), Inspection.distance, kind="integer", sort=True),
        Column("plan", _("Plan"), OF_PLAN.name),
        Column("plan_id", _("Plan"), Inspection.plan_id, kind="integer", office=False),
        Column("due_on", _("Due on"), Inspection.due_on, kind="date", sort=True),
        Column("on_time", _("In time"), Inspection.on_time, kind="boolean"),
        Column("skewed", _("Clock in doubt"), Inspection.skewed, kind="boolean", nullable=False),
        *area_columns(Inspection, AREA),
        Column("unit", _("Responsible unit"), UNIT.name),
        *version_columns(Inspection),
    ),
    source=_of_inspection,
    filters=(
        DateRange("received", _("Received", context="inspection"), Inspection.received_at),
        DivisionFilter("division", _("Division"), Inspection.division_code, source="divisions.options", label=division_label),
        FlagFilter("on_time", _("In time"), Inspection.on_time.is_(True)),
        FlagFilter("far", _("Made from afar"), Inspection.distance > FAR, seldom=True),
        FlagFilter("skewed", _("Clock in doubt"), Inspection.skewed.is_(True), seldom=True),
        RecordFilter("site_id", _("Installation point"), Inspection.site_id),
        RecordFilter("plan_id", _("Plan"), Inspection.plan_id),
        RecordFilter("inspector_id", _("Inspector"), Inspection.inspector_id),
        RecordFilter("unit_id", _("Responsible unit"), Inspection.unit_id),
    ),
    search=Search(
        codes=(Inspection.number,),
        through=(Through(Inspection.site_id, Site.id, texts=(Site.name,), codes=(Site.number,)),),
    ),
    search_hint=_("Number, place"),
    states=StateTabs(Inspection.state, INSPECTION_TABLE),
    default_sort="-received_at",
    record_route="inspections.view",
    empty=_("No inspections yet. They come from the phones of the inspectors."),
)

PLAN_LIST = Listing(
    name="plans",
    model=InspectionPlan,
    permission=Permission.INSPECTIONS_VIEW,
    title=_("Inspection plans"),
    columns=(
        Column("number", _("Number"), InspectionPlan.number, sort=True, nullable=False),
        Column("name", _("Name", context="thing"), InspectionPlan.name, sort=True, nullable=False),
        Column("kind", _("Kind"), InspectionPlan.kind, kind="choice", labels=PLAN_KINDS, nullable=False),
        Column("active", _("In use"), InspectionPlan.active, kind="boolean", nullable=False),
        Column("next_due", _("Next due"), _next(func.min(InspectionDue.due_on)), kind="date", sort=True),
        Column("sites", _("Installation points", context="count"), _next(func.count()), kind="integer", nullable=False),
        Column("interval_days", _("Every so many days"), InspectionPlan.interval_days, kind="integer", sort=True),
        Column("site", _("Installation point"), PLACE.name),
        Column("site_id", _("Installation point"), InspectionPlan.site_id, kind="integer", office=False),
        Column("project", _("Project"), WORK.name),
        Column("project_id", _("Project"), InspectionPlan.project_id, kind="integer", office=False),
        Column("checklist", _("Checklist"), SHEET.name, nullable=False),
        Column("checklist_id", _("Checklist"), InspectionPlan.checklist_id, kind="integer", office=False, nullable=False),
        Column("responsible", _("Responsible person"), PERSON.name),
        Column("responsible_unit", _("Responsible unit"), UNIT.name),
        *area_columns(InspectionPlan, AREA),
        *version_columns(InspectionPlan),
    ),
    source=_of_plan,
    filters=(
        FlagFilter("active", _("In use"), InspectionPlan.active.is_(True)),
        FlagFilter("overdue", _("Overdue"), _overdue),
        ChoiceFilter("kind", _("Kind"), InspectionPlan.kind, PLAN_KINDS),
        DivisionFilter("division", _("Division"), InspectionPlan.division_code, source="divisions.options", label=division_label),
        RecordFilter("site_id", _("Installation point"), InspectionPlan.site_id),
        RecordFilter("project_id", _("Project"), InspectionPlan.project_id),
    ),
    search=(InspectionPlan.number, InspectionPlan.name, PLACE.name),
    search_hint=_("Number, name, place"),
    default_sort="-created_at",
    record_route="plans.view",
    empty=_("No plans yet. A plan says how often a site is inspected, and by whom."),
)
