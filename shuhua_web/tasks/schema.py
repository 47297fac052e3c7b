"""Inputs as the office's forms take them, where they differ from the service's."""

from __future__ import annotations

from shuhua_core.kernel.schema import InputSchema, Text, field

from ..i18n import _


class Receiver(InputSchema):
    """To whom a task goes, as one choice: ``unit:3`` or ``person:7``."""

    receiver = field(
        Text(30, pattern=r"(?:unit|person):[0-9]{1,18}", hint=_("Choose a unit or a person.")), _("To whom"), required=True
    )
    note = field(Text(1000, multiline=True), _("Note"))
