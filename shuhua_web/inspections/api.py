"""Inspections over the API: what is due, the checklists, and what was found."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request

from shuhua_core.accounts.models import User
from shuhua_core.accounts.permissions import Permission
from shuhua_core.inspections.models import Finding, Inspection
from shuhua_core.inspections.schema import InspectionCreate
from shuhua_core.inspections.service import InspectionService
from shuhua_core.inspections.words import ANSWERS, INSPECTION_TABLE, RESULTS
from shuhua_core.kernel.errors import NotAllowed
from shuhua_core.media.service import MediaService
from shuhua_core.sites.models import Site

from ..api import Out, Reply, Serializer, api_view, record_id
from ..api.timeline import TIMELINE, timeline
from ..media.items import MEDIA, media_item

TAG = "inspections"

PLACE = Serializer(
    "InspectionPlace",
    [
        Out("longitude", "number"),
        Out("latitude", "number"),
        Out("accuracy", "number", nullable=True, description="In metres."),
        Out("source", "string", lambda inspection: inspection.position_source, nullable=True),
    ],
    description="Where it was made, WGS-84.",
)
FINDING = Serializer(
    "Finding",
    [
        Out("id", "integer"),
        Out("equipment_id", "integer", nullable=True, description="Null where it is about the site."),
        Out("item", "string"),
        Out("result", {"type": "string", "enum": list(ANSWERS)}),
        Out("note", "string", nullable=True),
        Out("media_ids", ["integer"]),
        Out("repair_id", "integer", nullable=True, description="The request that it made."),
        Out("stopped", "boolean", description="Whether it put the piece out of use."),
    ],
    description="The answer to one item of the checklist.",
)
INSPECTION = Serializer(
    "Inspection",
    [
        Out("id", "integer"),
        Out("number", "string"),
        Out("state", {"type": "string", "enum": list(RESULTS)}, description="The worst that was found."),
        Out("state_label", "string", description="In the caller's language."),
        Out("version", "integer"),
        Out("site_id", "integer"),
        Out("site", "string", description="Name of the site."),
        Out("plan_id", "integer", nullable=True),
        Out("due_on", "date", nullable=True, description="The day for which its plan wanted it."),
        Out("on_time", "boolean", nullable=True),
        Out("checklist_id", "integer"),
        Out("checklist_version", "integer"),
        Out("inspector_id", "integer", nullable=True),
        Out("inspector", "string", nullable=True),
        Out("division_code", "string", nullable=True),
        Out("captured_at", "moment", description="When the phone says that it was made."),
        Out("received_at", "moment"),
        Out("skewed", "boolean", description="Whether the phone's clock cannot be right; it moves no deadline."),
        Out("position", PLACE, lambda each: each if each.longitude is not None else None, nullable=True),
        Out("distance", "integer", nullable=True, description="Metres to the site."),
        Out("pieces", "integer"),
        Out("abnormal", "integer"),
        Out("stopped", "integer"),
        Out("note", "string", nullable=True),
        Out("signature_media_id", "integer", nullable=True),
        Out("items", [FINDING]),
        Out("media", [MEDIA]),
        Out("actions", {"type": "array", "maxItems": 0, "items": {"type": "object"}}, description="None: it is final."),
        Out("links", {"type": "object", "additionalProperties": {"type": "string"}}),
    ],
    description="What somebody found on a site on one visit.",
)


def inspection_item(request: Request, inspection: Inspection) -> dict[str, Any]:
    """A whole inspection."""
    ctx = request.ctx
    findings: list[Finding] = list(InspectionService(ctx).findings(inspection))
    media = MediaService(ctx).of_records({"inspection": [inspection.id]})["inspection", inspection.id]
    inspector = ctx.session.get(User, inspection.inspector_id) if inspection.inspector_id else None
    return INSPECTION.one(
        inspection,
        state_label=INSPECTION_TABLE.states[inspection.state].label(request.locale_name),
        site=ctx.session.get_one(Site, inspection.site_id).name,
        inspector=inspector.name if inspector else None,
        items=FINDING.many(findings),
        media=[media_item(request, each) for each in media],
        actions=[],
        links={
            "self": request.route_path("api.inspections.view", id=inspection.id),
            "timeline": request.route_path("api.inspections.timeline", id=inspection.id),
        },
    )


@api_view(
    route_name="api.inspections.list",
    method="POST",
    permission=Permission.INSPECTIONS_CARRY_OUT,
    tag=TAG,
    summary="Record an inspection",
    description=(
        "All of it is carried out together or nothing: abnormal answers make a repair request with the same pictures, one for "
        "each piece; a piece with `stop_use` is put out of use at once; what was due is done. `items[].repair_id` of the answer "
        "names the requests."
    ),
    body=InspectionCreate,
    answer=INSPECTION,
    status=201,
    idempotent=True,
    errors=(NotAllowed,),
)
def create(request: Request, body: dict[str, Any]) -> Reply:
    """An inspection with all that follows from it."""
    inspection = request.service(InspectionService).record(body)
    location = request.route_path("api.inspections.view", id=inspection.id)
    return Reply(inspection_item(request, inspection), location=location)


@api_view(
    route_name="api.inspections.view",
    method="GET",
    permission=Permission.INSPECTIONS_VIEW,
    tag=TAG,
    summary="Read an inspection",
    answer=INSPECTION,
)
def view(request: Request) -> dict[str, Any]:
    """An inspection with all answers and pictures."""
    return inspection_item(request, request.service(InspectionService).get(record_id(request)))


@api_view(
    route_name="api.inspections.timeline",
    method="GET",
    permission=Permission.INSPECTIONS_VIEW,
    tag=TAG,
    summary="Read the steps of an inspection",
    answer=TIMELINE,
)
def steps(request: Request) -> dict[str, Any]:
    """All steps, oldest first."""
    inspection = request.service(InspectionService).get(record_id(request))
    return timeline(request, "inspection", inspection.id, INSPECTION_TABLE)
