"""A person's own inbox."""

from __future__ import annotations

from sqlalchemy import func, select, update

from ..kernel.context import Context
from ..kernel.scope import get_visible
from .models import Message


class MessageService:
    """Messages of the actor of the context."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def get(self, message_id: int) -> Message:
        """One of the actor's own messages. Raises NotFound."""
        return get_visible(self._ctx.session, Message, self._ctx.actor, "messages.view", message_id)

    def unread(self) -> int:
        """How many the actor has not read."""
        mine = (Message.user_id == self._ctx.actor.user_id, Message.read_at.is_(None))
        return self._ctx.session.scalar(select(func.count()).select_from(Message).where(*mine)) or 0

    def read(self, message_id: int) -> Message:
        """Mark one as read, once."""
        message = self.get(message_id)
        if message.read_at is None:
            message.read_at = self._ctx.now
            self._ctx.session.flush()
        return message

    def read_all(self) -> int:
        """Mark all as read; returns how many were unread."""
        result = self._ctx.session.execute(
            update(Message)
            .where(Message.user_id == self._ctx.actor.user_id, Message.read_at.is_(None))
            .values(read_at=self._ctx.now)
            .execution_options(synchronize_session=False)
        )
        return int(result.rowcount)  # type: ignore[attr-defined]
