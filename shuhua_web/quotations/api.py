"""Quotations over the API."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request

from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.errors import NotAllowed, WrongState
from shuhua_core.media.service import MediaService
from shuhua_core.quotations.machine import MACHINE, QUOTATION_TABLE
from shuhua_core.quotations.models import Quotation
from shuhua_core.quotations.schema import Draft, Reason
from shuhua_core.quotations.service import QuotationService

from ..api import Out, Reply, Serializer, api_view, record_id
from ..api.actions import ACTION, Acting, actions_of
from ..formats import json_value
from ..media.items import MEDIA, media_item
from .facts import quantity

TAG = "quotations"
LINE = Serializer(
    "QuotationLine",
    [
        Out("kind", "string"),
        Out("text", "string"),
        Out("quantity", "string", quantity),
        Out("unit_price", "amount", lambda line: f"{line.unit_price:.2f}"),
        Out("amount", "amount", lambda line: f"{line.amount:.2f}"),
    ],
)
OFFER = [
    Out("id", "integer"),
    Out("number", "string"),
    Out("edition", "integer", description="Which version of the quotation it is."),
    Out("state", "string"),
    Out("state_label", "string", description="In the caller's language."),
    Out("version", "integer"),
    Out("total", "amount", lambda each: f"{each.total:.2f}", description="In yuan."),
    Out("valid_until", "date", lambda each: json_value(each.valid_until), nullable=True),
    Out("warranty_months", "integer", nullable=True, description="Warranty given on the repair."),
    Out("note", "string", nullable=True),
    Out("reason", "string", nullable=True),
    Out("sent_at", "moment", nullable=True),
    Out("answered_at", "moment", nullable=True),
    Out("lines", [LINE]),
    Out("actions", [ACTION]),
]
OFFERED = Serializer("OfferedQuotation", OFFER, description="A quotation as the one who reported without an account sees it.")
OFFERS = Serializer("OfferedQuotations", [Out("items", [OFFERED])], description="Those that were sent, the newest first.")
QUOTATION = Serializer(
    "Quotation",
    [
        *OFFER,
        Out("task_id", "integer"),
        Out("repair_id", "integer"),
        Out("site_id", "integer", nullable=True),
        Out("equipment_id", "integer", nullable=True),
        Out("author_id", "integer", nullable=True),
        Out("answered_way", "string", nullable=True, description="`online`, `phone` or `paper`."),
        Out("answered_by", "string", nullable=True),
        Out("media", [MEDIA], description="Pictures of a signed paper."),
        Out("created_at", "moment"),
        Out("updated_at", "moment"),
        Out("links", {"type": "object", "additionalProperties": {"type": "string"}}),
    ],
    description="What a repair out of warranty will cost, and what the customer said.",
)


def offer_values(request: Request, quotation: Quotation, lines: Any) -> dict[str, Any]:
    """What of a quotation the record itself cannot know."""
    return {
        "state_label": QUOTATION_TABLE.states[quotation.state].label(request.locale_name),
        "lines": LINE.many(lines),
        "actions": actions_of(request, MACHINE.available(request.ctx, quotation), MACHINE.schemas),
    }


def quotation_item(request: Request, quotation: Quotation) -> dict[str, Any]:
    """A whole quotation with what the caller may do now."""
    lines = request.service(QuotationService).lines([quotation.id])[quotation.id]
    media = MediaService(request.ctx).of_records({"quotation": [quotation.id]})["quotation", quotation.id]
    return QUOTATION.one(
        quotation,
        media=[media_item(request, each) for each in media],
        links={
            "self": request.route_path("api.quotations.view", id=quotation.id),
            "timeline": request.route_path("api.quotations.timeline", id=quotation.id),
            "task": request.route_path("api.tasks.view", id=quotation.task_id),
        },
        **offer_values(request, quotation, lines),
    )


@api_view(
    route_name="api.quotations.new",
    method="POST",
    permission=Permission.QUOTATIONS_EDIT,
    tag=TAG,
    summary="Write a quotation for a task",
    body=Draft,
    answer=QUOTATION,
    status=201,
    idempotent=True,
    errors=(NotAllowed, WrongState),
)
def create(request: Request, body: dict[str, Any]) -> Reply:
    """A draft, for a task out of warranty."""
    made = request.service(QuotationService).create(record_id(request), body)
    return Reply(quotation_item(request, made), location=request.route_path("api.quotations.view", id=made.id))


@api_view(
    route_name="api.quotations.waive",
    method="POST",
    permission=Permission.QUOTATIONS_WAIVE,
    tag=TAG,
    summary="Let the repair of a task be free of charge",
    body=Reason,
    answer=QUOTATION,
    status=201,
    idempotent=True,
    errors=(NotAllowed, WrongState),
)
def waive(request: Request, body: dict[str, Any]) -> Reply:
    """Kept with its reason; the repair may begin."""
    made = request.service(QuotationService).waive(record_id(request), body)
    return Reply(quotation_item(request, made), location=request.route_path("api.quotations.view", id=made.id))


@api_view(
    route_name="api.quotations.view",
    method="GET",
    permission=Permission.QUOTATIONS_VIEW,
    tag=TAG,
    summary="Read a quotation",
    answer=QUOTATION,
)
def view(request: Request) -> dict[str, Any]:
    """A quotation and what the caller may do with it."""
    return quotation_item(request, request.service(QuotationService).get(record_id(request)))


@api_view(
    route_name="api.quotations.view",
    method="PATCH",
    permission=Permission.QUOTATIONS_EDIT,
    tag=TAG,
    summary="Change a quotation",
    description=(
        "A draft is written anew. Of what was sent this makes a new version, which the answer shows; the old one is withdrawn."
    ),
    body=Draft,
    answer=QUOTATION,
    versioned="required",
    errors=(NotAllowed, WrongState),
)
def change(request: Request, body: dict[str, Any]) -> dict[str, Any]:
    """All of it anew."""
    made = request.service(QuotationService).change(record_id(request), body, expected_version=request.seen_version)
    return quotation_item(request, made)


QUOTATION_ACTING = Acting(
    name=TAG,
    about="a quotation",
    service=QuotationService,
    machine=MACHINE,
    view=Permission.QUOTATIONS_VIEW,
    answer=QUOTATION,
    item=quotation_item,
)
