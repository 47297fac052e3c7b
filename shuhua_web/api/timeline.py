"""Steps of a record over the API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyramid.request import Request
from sqlalchemy import select

from shuhua_core.accounts.models import User
from shuhua_core.kernel.clock import is_skewed, is_wrong
from shuhua_core.kernel.steps import Step, steps_of
from shuhua_core.kernel.workflow import Workflow

from ..i18n import _
from .outputs import Out, Serializer

PLACE = Serializer("StepPlace", [Out("longitude", "number"), Out("latitude", "number")], description="WGS-84.")


def in_doubt(step: Step) -> bool:
    """Whether the clock of the phone that took the step cannot have been right."""
    return is_wrong(step.clock_skew) or is_skewed(step.captured_at, step.at)


STEP = Serializer(
    "Step",
    [
        Out("id", "integer"),
        Out("action", "string"),
        Out("label", "string", description="In the caller's language."),
        Out("before", "string", nullable=True),
        Out("after", "string"),
        Out("who", "string", nullable=True, description="Name of a member of staff; null for the system and the public."),
        Out("who_kind", "string", lambda step: step.actor_kind),
        Out("at", "moment"),
        Out("captured_at", "moment", nullable=True),
        Out("clock_skew", "integer", nullable=True, description="Seconds by which the phone's clock was ahead."),
        Out("skewed", "boolean", in_doubt, description="Whether the phone's clock cannot be right."),
        Out("note", "string", nullable=True),
        Out("place", PLACE, lambda step: step if step.longitude is not None else None, nullable=True),
        Out("media_ids", ["integer"], lambda step: step.input.get("media_ids") or []),
    ],
)
TIMELINE = Serializer("Timeline", [Out("items", [STEP])], description="All steps of a record, oldest first.")


def timeline(request: Request, kind: str, record_id: int, table: Workflow) -> dict[str, Any]:
    """The steps of a record that the caller may see, in two statements."""
    steps = steps_of(request.ctx.session, kind, record_id)
    names = names_of(request, steps)
    return {
        "items": [STEP.one(step, label=step_label(request, table, step), who=names.get(step.actor_id or 0)) for step in steps]
    }


def step_label(request: Request, table: Workflow, step: Step) -> str:
    """What was done, in the caller's language: by the row that leads from the state before to the one after."""
    if step.before is None:
        return str(request.tr(_("Created")))
    rows = table.matching(step.action, step.before)
    fitting = [row for row in rows if row.target == step.after] or list(rows)
    return fitting[0].label(request.locale_name) if fitting else step.action


def names_of(request: Request, steps: Sequence[Step]) -> dict[int, str]:
    """Names by user id of all who took the steps."""
    ids = {step.actor_id for step in steps if step.actor_id is not None}
    if not ids:
        return {}
    return dict(request.ctx.session.execute(select(User.id, User.name).where(User.id.in_(ids))).all())
