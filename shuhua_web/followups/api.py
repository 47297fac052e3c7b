"""Follow-ups over the API. They are made and ended by actions on tasks."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request

from shuhua_core.accounts.permissions import Permission
from shuhua_core.followups.models import Followup
from shuhua_core.kernel.scope import get_visible

from ..api import Out, Serializer, api_view, record_id

FOLLOWUP = Serializer(
    "Followup",
    [
        Out("id", "integer"),
        Out("number", "string"),
        Out("state", "string"),
        Out("task_id", "integer"),
        Out("customer_id", "integer", nullable=True),
        Out("way", "string", nullable=True),
        Out("repaired", "boolean", nullable=True),
        Out("response_score", "integer", nullable=True),
        Out("manner_score", "integer", nullable=True),
        Out("quality_score", "integer", nullable=True),
        Out("opinion", "string", nullable=True),
        Out("clerk_id", "integer", nullable=True),
        Out("done_at", "moment", nullable=True),
        Out("created_at", "moment"),
    ],
    description="One round of asking after a task was completed.",
)


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
    ctx = request.ctx
    return FOLLOWUP.one(get_visible(ctx.session, Followup, ctx.actor, Permission.FOLLOWUPS_VIEW, record_id(request)))
