"""The list of quotations: one declaration for office, API and exports."""

from __future__ import annotations

from sqlalchemy import Select
from sqlalchemy.orm import aliased

from shuhua_core.accounts.models import User
from shuhua_core.accounts.permissions import Permission
from shuhua_core.archives.models import Customer
from shuhua_core.quotations.machine import QUOTATION_TABLE
from shuhua_core.quotations.models import Quotation
from shuhua_core.quotations.schema import WAYS
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.sites.models import Site
from shuhua_core.tasks.models import Task

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

JOB = aliased(Task)
REQUEST = aliased(RepairRequest)
PLACE = aliased(Site)
BUYER = aliased(Customer)
AUTHOR = aliased(User)


def _joined(query: Select[tuple[object, ...]]) -> Select[tuple[object, ...]]:
    return (
        query.outerjoin(JOB, JOB.id == Quotation.task_id)
        .outerjoin(REQUEST, REQUEST.id == Quotation.repair_id)
        .outerjoin(PLACE, PLACE.id == Quotation.site_id)
        .outerjoin(BUYER, BUYER.id == REQUEST.customer_id)
        .outerjoin(AUTHOR, AUTHOR.id == Quotation.author_id)
    )


QUOTATIONS = Listing(
    name="quotations",
    model=Quotation,
    permission=Permission.QUOTATIONS_VIEW,
    title=_("Quotations"),
    columns=(
        Column("number", _("Number"), Quotation.number, sort=True, nullable=False),
        Column("state", _("State"), Quotation.state, kind="state", nullable=False),
        Column("total", _("Total (yuan)"), Quotation.total, kind="amount", sort=True, nullable=False),
        Column("task", _("Task"), JOB.number),
        Column("task_id", _("Task"), Quotation.task_id, kind="integer", office=False, nullable=False),
        Column("repair", _("Request"), REQUEST.number),
        Column("repair_id", _("Request"), Quotation.repair_id, kind="integer", office=False, nullable=False),
        Column("symptom", _("Symptom"), JOB.symptom, long=True),
        Column("customer", _("Customer"), BUYER.name),
        Column("site", _("Installation point"), PLACE.name),
        Column("site_id", _("Installation point"), Quotation.site_id, kind="integer", office=False),
        Column("valid_until", _("Valid until"), Quotation.valid_until, kind="date", sort=True),
        Column("warranty_months", _("Warranty, months"), Quotation.warranty_months, kind="integer", at_first=False),
        Column("sent_at", _("Sent to the customer"), Quotation.sent_at, kind="moment", sort=True),
        Column("answered_at", _("Answered at"), Quotation.answered_at, kind="moment", sort=True),
        Column("answered_way", _("Answered"), Quotation.answered_way, kind="choice", labels=WAYS),
        Column("answered_by", _("Answered by"), Quotation.answered_by, at_first=False),
        Column("reason", _("Reason"), Quotation.reason, long=True, at_first=False),
        Column("author", _("Written by"), AUTHOR.name, at_first=False),
        Column("edition", _("Version of the quotation"), Quotation.edition, kind="integer", at_first=False, nullable=False),
        Column("version", _("Version"), Quotation.version, kind="integer", office=False, nullable=False),
        Column("created_at", _("Created at"), Quotation.created_at, kind="moment", sort=True, nullable=False),
        Column("updated_at", _("Changed"), Quotation.updated_at, kind="moment", sort=True, nullable=False, at_first=False),
    ),
    source=_joined,
    filters=(
        ChoiceFilter("answered_way", _("Answered"), Quotation.answered_way, WAYS),
        FlagFilter("revised", _("Later versions"), Quotation.edition > 1),
        DateRange("created", _("Created at"), Quotation.created_at),
        DateRange("sent", _("Sent to the customer"), Quotation.sent_at),
        DateRange("answered", _("Answered at"), Quotation.answered_at),
        DivisionFilter("division", _("Division"), Quotation.division_code, source="divisions.options", label=division_label),
        RecordFilter("task_id", _("Task"), Quotation.task_id),
        RecordFilter("repair_id", _("Request"), Quotation.repair_id),
        RecordFilter("customer_id", _("Customer"), REQUEST.customer_id),
    ),
    search=Search(
        codes=(Quotation.number,),
        through=(
            Through(Quotation.task_id, Task.id, codes=(Task.number,)),
            Through(
                Quotation.repair_id,
                RepairRequest.id,
                codes=(RepairRequest.number,),
                through=(Through(RepairRequest.customer_id, Customer.id, texts=(Customer.name,)),),
            ),
            Through(Quotation.site_id, Site.id, texts=(Site.name,)),
        ),
    ),
    search_hint=_("Number, task, request, customer, place"),
    states=StateTabs(Quotation.state, QUOTATION_TABLE),
    default_sort="-created_at",
    record_route="quotations.view",
)
