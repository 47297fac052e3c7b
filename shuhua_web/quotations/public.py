"""Quotations by the token of a report: whoever holds it reads what was sent for that report, and answers."""

from __future__ import annotations

import hashlib
from typing import Any

from pyramid.request import Request
from sqlalchemy import select
from sqlalchemy.orm import Session

from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.errors import NotAllowed, NotFound, TooMany, WrongState
from shuhua_core.quotations.machine import MACHINE, QUOTATION_TABLE
from shuhua_core.quotations.models import Quotation
from shuhua_core.quotations.service import QuotationService
from shuhua_core.repairs.models import RepairRequest

from ..api import Variant, api_view, record_id
from ..api.actions import variants_of
from ..limits import limit_reports
from ..repairs.public import held_report
from ..security import PUBLIC
from .api import OFFERED, OFFERS, offer_values


def held_quotations(request: Request, session: Session) -> list[tuple[str, int]]:
    """The quotations that were sent for the report whose token the path names."""
    token = (request.matchdict or {}).get("token")
    if not token:
        return []
    digest = hashlib.sha256(token.encode(errors="replace")).hexdigest()
    query = (
        select(Quotation.id)
        .join(RepairRequest, RepairRequest.id == Quotation.repair_id)
        .where(RepairRequest.token_hash == digest, Quotation.sent_at.is_not(None))
    )
    return [("quotation", each) for each in session.scalars(query)]


def sent_to(request: Request) -> list[Quotation]:
    """The quotations of the token in the path, the newest first."""
    held = [record_id for kind, record_id in request.actor.holds if kind == "quotation"]
    if not held:
        return []
    query = select(Quotation).where(Quotation.id.in_(held)).order_by(Quotation.id.desc())
    return list(request.ctx.session.scalars(query))


def named(request: Request) -> Quotation:
    """The one of them that the path names. Raises NotFound."""
    number = record_id(request)
    found = next((each for each in sent_to(request) if each.id == number), None)
    if found is None:
        raise NotFound
    return found


def _item(request: Request, quotation: Quotation, lines: Any) -> dict[str, Any]:
    return OFFERED.one(quotation, **offer_values(request, quotation, lines))


def _variants(_request: Request) -> dict[str, Variant]:
    rows = [row for row in QUOTATION_TABLE.rows if row.permission == Permission.QUOTATIONS_CONSENT]
    return variants_of(rows, MACHINE.schemas)


@api_view(
    route_name="api.reports.quotations",
    method="GET",
    permission=PUBLIC,
    tag="public",
    summary="Read the quotations for a report by its token",
    answer=OFFERS,
)
def view(request: Request) -> dict[str, Any]:
    """Those that were sent, with what may be answered."""
    held_report(request)
    found = sent_to(request)
    lines = request.service(QuotationService).lines([each.id for each in found])
    return {"items": [_item(request, each, lines[each.id]) for each in found]}


@api_view(
    route_name="api.reports.quotations.act",
    method="POST",
    permission=PUBLIC,
    tag="public",
    summary="Answer a quotation for a report by its token",
    variants=_variants,
    answer=OFFERED,
    idempotent=True,
    versioned="optional",
    errors=(NotAllowed, TooMany, WrongState),
    require_csrf=False,
    limited=limit_reports,
)
def act(request: Request, body: dict[str, Any]) -> dict[str, Any]:
    """Consent, or decline with a reason."""
    service = request.service(QuotationService)
    quotation = service.act(named(request).id, request.matchdict["action"], body, expected_version=request.seen_version)
    return _item(request, quotation, service.lines([quotation.id])[quotation.id])
