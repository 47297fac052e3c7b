"""The list of follow-ups."""

from __future__ import annotations

from sqlalchemy import Select
from sqlalchemy.orm import aliased

from shuhua_core.accounts.models import User
from shuhua_core.accounts.permissions import Permission
from shuhua_core.followups.models import STATES, Followup
from shuhua_core.sites.models import Site
from shuhua_core.tasks.models import Task
from shuhua_core.tasks.schema import WAYS

from ..i18n import _
from ..listing import ChoiceFilter, Column, DateRange, DivisionFilter, FlagFilter, Listing, RecordFilter, Search, Through
from ..places.widgets import division_label

TASK = aliased(Task)
PLACE = aliased(Site)
CLERK = aliased(User)


def _joined(query: Select[tuple[object, ...]]) -> Select[tuple[object, ...]]:
    return (
        query.outerjoin(TASK, TASK.id == Followup.task_id)
        .outerjoin(PLACE, PLACE.id == Followup.site_id)
        .outerjoin(CLERK, CLERK.id == Followup.clerk_id)
    )


FOLLOWUPS = Listing(
    name="followups",
    model=Followup,
    permission=Permission.FOLLOWUPS_VIEW,
    title=_("Follow-ups"),
    columns=(
        Column("number", _("Number"), Followup.number, sort=True, nullable=False),
        Column("state", _("State"), Followup.state, kind="choice", labels=STATES, nullable=False),
        Column("task", _("Task"), TASK.number),
        Column("task_id", _("Task"), Followup.task_id, kind="integer", office=False),
        Column("symptom", _("Symptom"), TASK.symptom, long=True),
        Column("site", _("Installation point"), PLACE.name),
        Column("site_id", _("Installation point"), Followup.site_id, kind="integer", office=False),
        Column("completed_at", _("Completed"), TASK.completed_at, kind="moment"),
        Column("attempts", _("Attempts"), TASK.followup_attempts, kind="integer"),
        Column("way", _("Way"), Followup.way, kind="choice", labels=WAYS),
        Column("repaired", _("Repaired"), Followup.repaired, kind="boolean"),
        Column("response_score", _("Response"), Followup.response_score, kind="integer"),
        Column("manner_score", _("Manner"), Followup.manner_score, kind="integer"),
        Column("quality_score", _("Quality"), Followup.quality_score, kind="integer"),
        Column("clerk", _("Follow-up clerk"), CLERK.name),
        Column("opinion", _("What was said"), Followup.opinion, long=True, at_first=False),
        Column("distance", _("Distance in metres"), Followup.distance, kind="integer", at_first=False),
        Column("done_at", _("Followed up"), Followup.done_at, kind="moment", sort=True),
        Column("created_at", _("Created at"), Followup.created_at, kind="moment", sort=True, nullable=False),
    ),
    source=_joined,
    filters=(
        ChoiceFilter("state", _("State"), Followup.state, STATES),
        ChoiceFilter("way", _("Way"), Followup.way, WAYS),
        DateRange("created", _("Created at"), Followup.created_at),
        DivisionFilter("division", _("Division"), Followup.division_code, source="divisions.options", label=division_label),
        FlagFilter("visit", _("Without a task"), Followup.task_id.is_(None)),
        RecordFilter("task_id", _("Task"), Followup.task_id),
        RecordFilter("site_id", _("Installation point"), Followup.site_id),
        RecordFilter("customer_id", _("Customer"), Followup.customer_id),
        RecordFilter("clerk_id", _("Follow-up clerk"), Followup.clerk_id),
    ),
    search=Search(
        codes=(Followup.number,),
        through=(
            Through(Followup.task_id, Task.id, texts=(Task.symptom,), codes=(Task.number,)),
            Through(Followup.site_id, Site.id, texts=(Site.name,)),
        ),
    ),
    search_hint=_("Number, symptom, place"),
    default_sort="-created_at",
    record_route="followups.view",
)
