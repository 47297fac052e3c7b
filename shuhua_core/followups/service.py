"""Follow-ups made in the field. Those of a finished task are ended by an action on the task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from ..accounts.organisations import branch_of
from ..accounts.permissions import Permission
from ..archives import records
from ..kernel.clock import is_skewed
from ..kernel.context import Context
from ..kernel.errors import Invalid
from ..kernel.i18n import _
from ..kernel.schema import deserialize
from ..kernel.scope import get_visible, visible
from ..kernel.steps import Step, steps_of
from ..media.service import MediaService
from ..places.distance import metres_to
from ..places.positions import set_position
from ..sites.models import Equipment, Site
from ..tasks.models import Task
from .events import FollowupEvent
from .machine import MACHINE
from .models import Followup
from .schema import Visit


class FollowupService:
    """What one actor does with follow-ups."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def get(self, followup_id: int) -> Followup:
        """One follow-up. Raises NotFound."""
        return get_visible(self._ctx.session, Followup, self._ctx.actor, Permission.FOLLOWUPS_VIEW, followup_id)

    def timeline(self, followup: Followup) -> Sequence[Step]:
        """The steps of a visit, oldest first; what happens to a task's follow-up stands in the steps of the task."""
        return steps_of(self._ctx.session, "followup", followup.id)

    def visit(self, data: Any) -> Followup:
        """Keep what somebody on a site said (:class:`Visit`). Raises NotAllowed, Invalid.

        The task that it names stays as it is: to follow up a task is an action on it.
        """
        ctx = self._ctx
        records.refuse_without(ctx, Permission.FOLLOWUPS_VISIT)
        values = deserialize(Visit, data)
        site = records.require_reference(ctx, Site, values["site_id"], field="site_id", permission=Permission.FOLLOWUPS_VISIT)
        self._check(site, values)
        followup = Followup(
            number=ctx.deployment.numbers.take(ctx.session, "HF", ctx.now),
            task_id=values["task_id"],
            site_id=site.id,
            equipment_id=values["equipment_id"],
            state="done",
            organisation_path=branch_of(ctx.session, site.organisation_path or "/").path,
            division_code=site.division_code,
            customer_id=site.customer_id,
            clerk_id=ctx.actor.user_id,
            **{name: values[name] for name in _SAID},
            captured_at=values["captured_at"],
            skewed=is_skewed(values["captured_at"], ctx.now),
            distance=metres_to(site, values["position"]),
            done_at=ctx.now,
            created_at=ctx.now,
            updated_at=ctx.now,
        )
        set_position(followup, values["position"])
        ctx.session.add(followup)
        ctx.session.flush()
        MediaService(ctx).attach(values["media_ids"] or [], "followup", followup.id)
        self._tell(followup, values)
        return followup

    def _check(self, site: Site, values: Mapping[str, Any]) -> None:
        """Refuse a piece that stands elsewhere, and a task of another site or one that the actor may not see."""
        session, actor = self._ctx.session, self._ctx.actor
        if values["equipment_id"] is not None:
            piece = session.get(Equipment, values["equipment_id"])
            if piece is None or piece.site_id != site.id:
                raise Invalid({"equipment_id": _("This piece does not stand on the installation point.")})
        if values["task_id"] is not None:
            task = session.scalars(
                select(Task).where(Task.id == values["task_id"], visible(Task, actor, Permission.TASKS_VIEW))
            ).one_or_none()
            if task is None or task.site_id != site.id:
                raise Invalid({"task_id": _("Choose a task of this installation point.")})

    def _tell(self, followup: Followup, values: Mapping[str, Any]) -> None:
        data = {name: values[name] for name in ("captured_at", "position", "opinion", "media_ids")}
        MACHINE.begin(self._ctx, followup, event=FollowupEvent.VISITED, values={"task_id": followup.task_id}, data=data)


_SAID = ("way", "person", "repaired", "response_score", "manner_score", "quality_score", "opinion")
