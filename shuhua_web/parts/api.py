"""Replaced parts over the API. They come into being with the completion of a task."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request

from shuhua_core.accounts.permissions import Permission
from shuhua_core.parts.machine import MACHINE, PART_TABLE
from shuhua_core.parts.models import ReturnedPart
from shuhua_core.parts.service import PartService

from ..api import Out, Serializer, api_view, record_id
from ..api.actions import ACTION, Acting, actions_of

TAG = "parts"
PART = Serializer(
    "ReturnedPart",
    [
        Out("id", "integer"),
        Out("number", "string"),
        Out("state", "string"),
        Out("state_label", "string", description="In the caller's language."),
        Out("version", "integer"),
        Out("task_id", "integer"),
        Out("equipment_id", "integer", nullable=True),
        Out("site_id", "integer", nullable=True),
        Out("repairer_id", "integer", nullable=True),
        Out("name", "string"),
        Out("old_number", "string", nullable=True),
        Out("new_number", "string", nullable=True),
        Out("in_warranty", "boolean", nullable=True),
        Out("carrier", "string", nullable=True),
        Out("tracking", "string", nullable=True),
        Out("finding", "string", nullable=True),
        Out("finding_note", "string", nullable=True),
        Out("sent_at", "moment", nullable=True),
        Out("received_at", "moment", nullable=True),
        Out("found_at", "moment", nullable=True),
        Out("created_at", "moment"),
        Out("updated_at", "moment"),
        Out("actions", [ACTION]),
        Out("links", {"type": "object", "additionalProperties": {"type": "string"}}),
    ],
    description="A part that a repair replaced, on its way back to the maker.",
)


def part_item(request: Request, part: ReturnedPart) -> dict[str, Any]:
    """A whole part with what the caller may do now."""
    return PART.one(
        part,
        state_label=PART_TABLE.states[part.state].label(request.locale_name),
        actions=actions_of(request, MACHINE.available(request.ctx, part), MACHINE.schemas),
        links={
            "self": request.route_path("api.parts.view", id=part.id),
            "timeline": request.route_path("api.parts.timeline", id=part.id),
        },
    )


@api_view(
    route_name="api.parts.view", method="GET", permission=Permission.PARTS_VIEW, tag=TAG, summary="Read a part", answer=PART
)
def view(request: Request) -> dict[str, Any]:
    """A part and what the caller may do with it."""
    return part_item(request, request.service(PartService).get(record_id(request)))


PART_ACTING = Acting(
    name=TAG, about="a part", service=PartService, machine=MACHINE, view=Permission.PARTS_VIEW, answer=PART, item=part_item
)
