"""The quotation on paper (报价单): lines, total in figures and in capital numerals, and frames to sign in."""

from __future__ import annotations

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from shuhua_core.accounts.models import Organisation, User
from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.errors import NotFound
from shuhua_core.plugins.builtin.sheets import QUOTATION
from shuhua_core.plugins.contracts import Column, Field, ReportData
from shuhua_core.quotations.amounts import capitals
from shuhua_core.quotations.models import Quotation, QuotationLine
from shuhua_core.quotations.schema import KINDS
from shuhua_core.quotations.service import QuotationService
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.tasks.models import Task

from .. import formats
from ..api import record_id
from ..i18n import _
from ..paper import answer, head
from ..repairs.facts import word
from ..repairs.surroundings import surroundings
from .facts import months, quantity


@view_config(route_name="quotations.sheet", permission=Permission.QUOTATIONS_VIEW, request_method="GET")
def quotation_sheet(request: Request) -> Response:
    """The quotation as PDF."""
    return sheet_of(request, request.service(QuotationService).get(record_id(request)))


def sheet_of(request: Request, quotation: Quotation) -> Response:
    """The paper of a quotation that the caller may see. Raises NotFound where nothing was quoted."""
    lines = request.service(QuotationService).lines([quotation.id])[quotation.id]
    if not lines:
        raise NotFound
    return answer(request, QUOTATION.name, quotation_data(request, quotation, lines))


def quotation_data(request: Request, quotation: Quotation, lines: list[QuotationLine]) -> ReportData:
    """Everything that the sheet shows, in the reader's language."""
    tr, locale = request.tr, request.locale_name
    rows = [
        (
            str(line.place),
            word(KINDS, line.kind, locale),
            line.text,
            quantity(line),
            f"{line.unit_price:,.2f}",
            f"{line.amount:,.2f}",
        )
        for line in lines
    ]
    return ReportData(
        **head(request, _("Quotation"), quotation.number, "quotations.view", quotation.id),
        fields=[Field(key, value) for key, value in _values(request, quotation).items()],
        columns=[
            Column(tr(_("No.")), width=6),
            Column(tr(_("Kind")), width=12),
            Column(tr(_("What for")), width=44),
            Column(tr(_("Quantity")), kind="number", width=10),
            Column(tr(_("Unit price")), kind="number", width=14),
            Column(tr(_("Amount")), kind="number", width=16),
        ],
        rows=rows,
    )


def _values(request: Request, quotation: Quotation) -> dict[str, str]:
    session, zone, settings = request.ctx.session, request.deployment.settings.timezone, request.deployment.settings
    task = session.get_one(Task, quotation.task_id)
    repair = session.get_one(RepairRequest, quotation.repair_id)
    around = surroundings(request, task)
    site, piece, model = around.site, around.piece, around.model
    unit = session.get(Organisation, task.unit_id) if task.unit_id else None
    author = session.get(User, quotation.author_id) if quotation.author_id else None
    contact = f"{repair.caller_name or ''} {formats.masked_phone(repair.caller_phone)}".strip()
    address = task.address or (site.address if site else None) or ""
    warranty = months(quotation.warranty_months)
    return {
        "number": quotation.number,
        "date": formats.day((quotation.sent_at or quotation.created_at).astimezone(zone).date()),
        "customer": around.customer.name if around.customer else "",
        "contact": contact,
        "site": site.name if site else "",
        "address": formats.address(around.division, address),
        "task": task.number,
        "equipment": " ".join(filter(None, (piece.number, piece.name, model.number if model else ""))) if piece else "",
        "fault": task.symptom,
        "total": formats.amount(quotation.total),
        "capitals": capitals(quotation.total),
        "valid_until": formats.day(quotation.valid_until),
        "warranty": request.tr(warranty) if warranty else "",
        "unit": unit.label(request.locale_name) if unit else settings.maker,
        "author": author.name if author else "",
        "note": quotation.note or "",
    }
