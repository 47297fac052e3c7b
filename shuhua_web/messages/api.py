"""Messages over the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pyramid.request import Request
from sqlalchemy import select

from shuhua_core.accounts.permissions import Permission
from shuhua_core.messages.compose import body as body_of
from shuhua_core.messages.compose import subject
from shuhua_core.messages.models import Message
from shuhua_core.messages.service import MessageService

from ..api import Out, Serializer, api_view, record_id
from ..api.lists import Besides

TAG = "messages"

MESSAGE = Serializer(
    "Message",
    [
        Out("id", "integer"),
        Out("notice", "string", description="Stable name of the notice."),
        Out("subject", "string", description="In the caller's language."),
        Out("body", "string", description="In the caller's language."),
        Out("record_kind", "string"),
        Out("record_id", "integer"),
        Out("number", "string", nullable=True),
        Out("urgent", "boolean"),
        Out("created_at", "moment"),
        Out("read_at", "moment", nullable=True),
    ],
    description="What the caller was told.",
)
UNREAD = Serializer("Unread", [Out("count", "integer")], description="How many messages the caller has not read.")


def message_item(request: Request, message: Message) -> dict[str, Any]:
    """A message in the caller's language."""
    return MESSAGE.one(message, **_text(request, message))


def _text(request: Request, message: Message) -> dict[str, str]:
    locale = request.locale_name
    return {"subject": subject(message, locale), "body": body_of(message, locale, request.deployment.settings.timezone)}


def _texts(request: Request, ids: Sequence[int]) -> Mapping[int, dict[str, str]]:
    messages = request.dbsession.scalars(select(Message).where(Message.id.in_(ids)))
    return {message.id: _text(request, message) for message in messages}


TEXTS = Besides(
    {name: {"type": "string", "description": "In the caller's language."} for name in ("subject", "body")},
    _texts,
)
"""The words of the messages of a list."""


@api_view(
    route_name="api.messages.view",
    method="GET",
    permission=Permission.MESSAGES_VIEW,
    tag=TAG,
    summary="Read a message",
    answer=MESSAGE,
)
def view(request: Request) -> dict[str, Any]:
    """One of the caller's own messages; it stays unread."""
    return message_item(request, request.service(MessageService).get(record_id(request)))


@api_view(
    route_name="api.messages.read",
    method="POST",
    permission=Permission.MESSAGES_VIEW,
    tag=TAG,
    summary="Mark a message as read",
    answer=MESSAGE,
    idempotent=True,
)
def read(request: Request) -> dict[str, Any]:
    """Marked as read."""
    return message_item(request, request.service(MessageService).read(record_id(request)))


@api_view(
    route_name="api.messages.read_all",
    method="POST",
    permission=Permission.MESSAGES_VIEW,
    tag=TAG,
    summary="Mark all messages as read",
    answer=UNREAD,
    idempotent=True,
)
def read_all(request: Request) -> dict[str, Any]:
    """All marked as read."""
    service = request.service(MessageService)
    service.read_all()
    return {"count": service.unread()}


@api_view(
    route_name="api.messages.unread",
    method="GET",
    permission=Permission.MESSAGES_VIEW,
    tag=TAG,
    summary="Count unread messages",
    answer=UNREAD,
)
def unread(request: Request) -> dict[str, Any]:
    """How many are unread."""
    return {"count": request.service(MessageService).unread()}
