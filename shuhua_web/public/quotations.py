"""Quotations on the status page of a report: the price of the repair, and the answer to it."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from shuhua_core.kernel.errors import NotFound, TooMany
from shuhua_core.quotations.machine import MACHINE, QUOTATION_TABLE
from shuhua_core.quotations.models import Quotation
from shuhua_core.quotations.schema import ACTION_SCHEMAS, KINDS
from shuhua_core.quotations.service import QuotationService

from .. import formats
from ..forms import form_for
from ..i18n import _
from ..layout import TONES
from ..limits import limit_reports
from ..quotations.facts import months, quantity
from ..quotations.public import named, sent_to
from ..quotations.sheet import sheet_of
from ..repairs.facts import word
from ..security import PUBLIC
from .pages import page


def shown_quotations(request: Request) -> list[dict[str, Any]]:
    """Those that the page of the token in the path shows, the newest first: what was replaced is left out."""
    found = [each for each in sent_to(request) if each.answered_at is not None or not _over(each)]
    lines = request.service(QuotationService).lines([each.id for each in found])
    return [_shown(request, each, lines[each.id]) for each in found]


def _over(quotation: Quotation) -> bool:
    """Whether it ended without an answer of the customer and with lines, which hold no longer."""
    return QUOTATION_TABLE.states[quotation.state].phase == "final" and bool(quotation.total)


def _shown(request: Request, quotation: Quotation, lines: Any) -> dict[str, Any]:
    state, locale = QUOTATION_TABLE.states[quotation.state], request.locale_name
    token = request.matchdict["token"]
    return {
        "number": quotation.number,
        "state": state.label(locale),
        "tone": TONES.get(state.tone, "ended"),
        "reason": quotation.reason,
        "total": formats.amount(quotation.total),
        "valid_until": formats.day(quotation.valid_until),
        "warranty": months(quotation.warranty_months),
        "note": quotation.note,
        "lines": [
            {
                "kind": word(KINDS, line.kind, locale),
                "text": line.text,
                "quantity": quantity(line),
                "price": formats.amount(line.unit_price),
                "amount": formats.amount(line.amount),
            }
            for line in lines
        ],
        "sheet": request.route_path("public.quotation.sheet", token=token, id=quotation.id),
        "actions": [
            {
                "label": row.label(locale),
                "href": request.route_path("public.quotation.act", token=token, id=quotation.id, action=row.action),
                "tone": row.tone,
            }
            for row in MACHINE.available(request.ctx, quotation)
        ],
    }


@view_config(route_name="public.quotation.sheet", request_method="GET", permission=PUBLIC)
def sheet(request: Request) -> Response:
    """The quotation as PDF."""
    return sheet_of(request, named(request))


@view_config(route_name="public.quotation.act", request_method=("GET", "POST"), permission=PUBLIC, renderer="templates/form.pt")
def act(request: Request) -> Any:
    """Consent, or decline with a reason, by a small form that names the price."""
    refused = _counted(request)
    quotation = named(request)
    action = request.matchdict["action"]
    row = next((row for row in MACHINE.available(request.ctx, quotation) if row.action == action), None)
    if row is None:
        raise NotFound
    address = request.route_path("public.report", token=request.matchdict["token"])
    form = form_for(
        ACTION_SCHEMAS[row.schema or "Note"], request, submit=row.label(request.locale_name), tone=row.tone, cancel=address
    )

    def save(data: dict[str, Any]) -> str:
        request.service(QuotationService).act(quotation.id, action, data)
        return address

    title = f"{quotation.number} · {formats.amount(quotation.total)}"
    if refused is not None:
        form.read()
        form.refuse(refused)
        return page(request, title, form=form)
    return form.answer(save, done=_("Done.")) or page(request, title, form=form)


def _counted(request: Request) -> TooMany | None:
    if request.method != "POST":
        return None
    try:
        limit_reports(request)
    except TooMany as error:
        return error
    return None
