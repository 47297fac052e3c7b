"""Follow-ups over the API. Those of tasks are made and ended by actions on tasks; a visit is recorded here."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request

from shuhua_core.accounts.permissions import Permission
from shuhua_core.followups.machine import FOLLOWUP_TABLE
from shuhua_core.followups.models import Followup
from shuhua_core.followups.schema import Visit
from shuhua_core.followups.service import FollowupService
from shuhua_core.kernel.errors import NotAllowed
from shuhua_core.media.service import MediaService

from ..api import Out, Reply, Serializer, api_view, record_id
from ..api.timeline import TIMELINE, timeline
from ..media.items import MEDIA, media_item

PLACE = Serializer(
    "FollowupPlace",
    [
        Out("longitude", "number"),
        Out("latitude", "number"),
        Out("accuracy", "number", nullable=True, description="In metres."),
        Out("source", "string", lambda followup: followup.position_source, nullable=True),
    ],
    description="Where it was made, WGS-84.",
)
FOLLOWUP = Serializer(
    "Followup",
    [
        Out("id", "integer"),
        Out("number", "string"),
        Out("state", "string"),
        Out("task_id", "integer", nullable=True, description="Null for a visit without a task."),
        Out("site_id", "integer", nullable=True),
        Out("equipment_id", "integer", nullable=True),
        Out("customer_id", "integer", nullable=True),
        Out("way", "string", nullable=True, description="`site` where it was made on site."),
        Out("person", "string", nullable=True, description="Who was asked on a visit."),
        Out("repaired", "boolean", nullable=True),
        Out("response_score", "integer", nullable=True),
        Out("manner_score", "integer", nullable=True),
        Out("quality_score", "integer", nullable=True),
        Out("opinion", "string", nullable=True),
        Out("clerk_id", "integer", nullable=True),
        Out("position", PLACE, lambda each: each if each.longitude is not None else None, nullable=True),
        Out("distance", "integer", nullable=True, description="Metres to the site."),
        Out("captured_at", "moment", nullable=True),
        Out("skewed", "boolean", description="Whether the phone's clock cannot be right."),
        Out("done_at", "moment", nullable=True),
        Out("created_at", "moment"),
        Out("media", [MEDIA]),
        Out("links", {"type": "object", "additionalProperties": {"type": "string"}}),
    ],
    description="One round of asking: after a task was completed, or on a visit.",
)


def followup_item(request: Request, followup: Followup) -> dict[str, Any]:
    """A whole follow-up."""
    media = MediaService(request.ctx).of_records({"followup": [followup.id]})["followup", followup.id]
    return FOLLOWUP.one(
        followup,
        media=[media_item(request, each) for each in media],
        links={
            "self": request.route_path("api.followups.view", id=followup.id),
            "timeline": request.route_path("api.followups.timeline", id=followup.id),
        },
    )


@api_view(
    route_name="api.followups.list",
    method="POST",
    permission=Permission.FOLLOWUPS_VISIT,
    tag="followups",
    summary="Record a follow-up made on site",
    description="With the task that it is about, if any. To end the follow-up of a task, take its action `follow_up`.",
    body=Visit,
    answer=FOLLOWUP,
    status=201,
    idempotent=True,
    errors=(NotAllowed,),
)
def visit(request: Request, body: dict[str, Any]) -> Reply:
    """A visit."""
    followup = request.service(FollowupService).visit(body)
    return Reply(followup_item(request, followup), location=request.route_path("api.followups.view", id=followup.id))


@api_view(
    route_name="api.followups.view",
    method="GET",
    permission=Permission.FOLLOWUPS_VIEW,
    tag="followups",
    summary="Read a follow-up",
    answer=FOLLOWUP,
)
def view(request: Request) -> dict[str, Any]:
    """A follow-up."""
    return followup_item(request, request.service(FollowupService).get(record_id(request)))


@api_view(
    route_name="api.followups.timeline",
    method="GET",
    permission=Permission.FOLLOWUPS_VIEW,
    tag="followups",
    summary="Read the steps of a follow-up",
    description="Of a visit. What happened to the follow-up of a task stands in the timeline of the task.",
    answer=TIMELINE,
)
def steps(request: Request) -> dict[str, Any]:
    """All steps, oldest first."""
    followup = request.service(FollowupService).get(record_id(request))
    return timeline(request, "followup", followup.id, FOLLOWUP_TABLE)
