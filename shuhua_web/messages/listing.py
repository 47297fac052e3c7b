"""A person's own messages."""

from __future__ import annotations

from typing import Any

from shuhua_core.accounts.permissions import Permission
from shuhua_core.messages.compose import subject_of
from shuhua_core.messages.models import Message

from ..i18n import _
from ..listing import Column, DateRange, FlagFilter, Listing, Search


def shown_subject(row: Any, locale: str) -> str:
    """The first line of a row's message in the language."""
    return subject_of(row.notice, row.number, locale)


MESSAGES = Listing(
    name="messages",
    model=Message,
    permission=Permission.MESSAGES_VIEW,
    title=_("Messages"),
    columns=(
        Column("notice", _("Subject"), Message.notice, show=shown_subject, needs=("number",), nullable=False),
        Column("number", _("Number"), Message.number),
        Column("record_kind", _("About"), Message.record_kind, office=False, nullable=False),
        Column("record_id", _("About"), Message.record_id, kind="integer", office=False, nullable=False),
        Column("urgent", _("Urgent"), Message.urgent, kind="boolean", nullable=False),
        Column("created_at", _("Received", context="message"), Message.created_at, kind="moment", nullable=False),
        Column("read_at", _("Read"), Message.read_at, kind="moment"),
    ),
    filters=(
        FlagFilter("unread", _("Unread"), Message.read_at.is_(None)),
        DateRange("created", _("Received", context="message"), Message.created_at),
    ),
    search=Search(codes=(Message.number,)),
    search_hint=_("Number"),
    default_sort="-id",
    record_route="messages.view",
    row_class=lambda row, _now: "" if row.read_at else "grid-unread",
)
