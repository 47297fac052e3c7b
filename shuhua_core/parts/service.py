"""What people do with replaced parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..accounts.permissions import Permission
from ..kernel.context import Context
from ..kernel.scope import get_visible
from ..kernel.steps import Step, steps_of
from ..kernel.workflow import Row
from .machine import MACHINE
from .models import ReturnedPart


class PartService:
    """What one actor does with replaced parts."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def get(self, part_id: int) -> ReturnedPart:
        """One part. Raises NotFound."""
        return get_visible(self._ctx.session, ReturnedPart, self._ctx.actor, Permission.PARTS_VIEW, part_id)

    def timeline(self, part: ReturnedPart) -> Sequence[Step]:
        """The steps of its way, oldest first."""
        return steps_of(self._ctx.session, "part", part.id)

    def actions(self, part: ReturnedPart) -> list[Row]:
        """What the actor may do with it now."""
        return MACHINE.available(self._ctx, part)

    def act(self, part_id: int, action: str, data: Any = None, *, expected_version: int | None = None) -> ReturnedPart:
        """Take ``action`` of the table. Raises NotFound, NotAllowed, WrongState, VersionStale, Invalid."""
        ctx = self._ctx
        part = get_visible(ctx.session, ReturnedPart, ctx.actor, Permission.PARTS_VIEW, part_id, for_update=True)
        MACHINE.perform(ctx, part, action, data, expected_version=expected_version)
        return part
