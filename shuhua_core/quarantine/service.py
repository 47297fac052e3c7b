"""Deciding on requests in quarantine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select, update

from ..accounts.permissions import Permission
from ..kernel.context import Context
from ..kernel.errors import NotAllowed, WrongState
from ..kernel.events import Event
from ..kernel.i18n import _
from ..kernel.schema import InputSchema, Text, deserialize, field
from ..kernel.scope import covers, get_visible
from ..media.models import MediaFile
from .events import QuarantineEvent
from .keeping import KIND
from .models import HeldRequest


class DiscardSchema(InputSchema):
    """Why it is not carried out."""

    reason = field(Text(500), _("Reason"), required=True)


class QuarantineService:
    """Reads and decides within the actor's reach of ``quarantine.view`` and ``quarantine.decide``."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.session = ctx.session

    def get(self, held_id: int) -> HeldRequest:
        """One request. Raises NotFound."""
        return get_visible(self.session, HeldRequest, self.ctx.actor, Permission.QUARANTINE_VIEW, held_id)

    def apply(self, held_id: int, carry_out: Callable[[HeldRequest], tuple[str | None, bool]]) -> HeldRequest:
        """Carry it out as the actor, with all that asks of them; the log names the person at every change.

        ``carry_out`` gives the address of what came of it, and whether it had been carried out already. What it raises ends
        this, and nothing has changed. Raises NotFound, NotAllowed, WrongState.
        """
        held = self._for_decision(held_id)
        self._release_files(held, self.ctx.actor.user_id)
        self.session.info["on_behalf_of"] = held.user_id
        try:
            location, already = carry_out(held)
        finally:
            del self.session.info["on_behalf_of"]
        held.location, held.body = location, {}
        self._decide(held, "applied", QuarantineEvent.APPLIED, "apply", location=location, already=already)
        return held

    def discard(self, held_id: int, data: Any) -> HeldRequest:
        """Decide that it is not carried out, with a reason. Raises NotFound, NotAllowed, WrongState, Invalid."""
        held = self._for_decision(held_id)
        held.note = deserialize(DiscardSchema, data)["reason"]
        self._release_files(held, held.user_id)
        held.body = {}
        self._decide(held, "discarded", QuarantineEvent.DISCARDED, "discard")
        return held

    def leave_to_sender(self, key: str) -> None:
        """The actor, whose request it is, has sent it again and was refused for what it says: they decide what becomes of it.

        They may change it and send it under another key; a manager who still carried this one out would do it twice.
        """
        own = (HeldRequest.user_id == self.ctx.actor.user_id, HeldRequest.key == key, HeldRequest.state == "waiting")
        held = self.session.scalars(select(HeldRequest).where(*own).with_for_update()).one_or_none()
        if held is not None:
            self._release_files(held, held.user_id)
            self._decide(held, "resent", QuarantineEvent.RESENT, "resend")

    def _for_decision(self, held_id: int) -> HeldRequest:
        actor = self.ctx.actor
        held = get_visible(self.session, HeldRequest, actor, Permission.QUARANTINE_VIEW, held_id, for_update=True)
        if not covers(held, actor, Permission.QUARANTINE_DECIDE) or held.user_id == actor.user_id:
            raise NotAllowed
        if held.state != "waiting":
            raise WrongState(state=held.state)
        return held

    def _release_files(self, held: HeldRequest, owner_id: int | None) -> None:
        """Its files are free again: for the one who now uses them, or to be removed after a time."""
        self.session.execute(
            update(MediaFile)
            .where(MediaFile.record_kind == KIND, MediaFile.record_id == held.id)
            .values(record_kind=None, record_id=None, uploader_id=owner_id)
            .execution_options(synchronize_session=False)
        )

    # Of what is decided the body goes: what became of it stands elsewhere, and nobody needs it twice.

    def _decide(self, held: HeldRequest, state: str, event: QuarantineEvent, action: str, **values: Any) -> None:
        before, held.state = held.state, state
        held.decided_by_id, held.decided_at = self.ctx.actor.user_id, self.ctx.now
        held.version += 1
        self.session.flush()
        told = {"user_id": held.user_id, "path": held.path, **values}
        personal = {"note": held.note} if held.note else {}
        self.ctx.publish(Event(event, KIND, held.id, action=action, before=before, after=state, values=told, personal=personal))
