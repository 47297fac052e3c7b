"""The list of what is in quarantine."""

from __future__ import annotations

from sqlalchemy.orm import aliased

from shuhua_core.accounts.models import User
from shuhua_core.accounts.permissions import Permission
from shuhua_core.quarantine.models import REASONS, STATES, HeldRequest

from ..i18n import _
from ..listing import ChoiceFilter, Column, DateRange, Listing, TextFilter

PERSON = aliased(User)

HELD = Listing(
    name="quarantine",
    model=HeldRequest,
    permission=Permission.QUARANTINE_VIEW,
    title=_("Quarantine"),
    columns=(
        Column("path", _("Sent to"), HeldRequest.path, nullable=False),
        Column("state", _("State"), HeldRequest.state, kind="choice", labels=STATES, nullable=False),
        Column("person", _("Who"), PERSON.name),
        Column("reason", _("Reason of refusal"), HeldRequest.reason, kind="choice", labels=REASONS, nullable=False),
        Column("device", _("Device"), HeldRequest.device),
        Column("captured_at", _("Captured at"), HeldRequest.captured_at, kind="moment"),
        Column("received_at", _("Received"), HeldRequest.received_at, kind="moment", nullable=False),
    ),
    source=lambda query: query.outerjoin(PERSON, PERSON.id == HeldRequest.user_id),
    filters=(
        ChoiceFilter("state", _("State"), HeldRequest.state, STATES),
        ChoiceFilter("reason", _("Reason of refusal"), HeldRequest.reason, REASONS),
        TextFilter("person", _("Who"), PERSON.name),
        DateRange("received", _("Received"), HeldRequest.received_at),
    ),
    search=(HeldRequest.path, PERSON.name),
    search_hint=_("Address or person"),
    default_sort="-id",
    record_route="quarantine.view",
    empty=_("Nothing is in quarantine."),
)
