"""Inputs of follow-ups."""

from __future__ import annotations

from typing import Any

from ..kernel.i18n import _
from ..kernel.schema import Boolean, Choice, InputSchema, Integer, Items, Moment, PositionSchema, RecordId, Text, field
from ..tasks.schema import WAYS


def _score(title: Any) -> object:
    return field(Integer(1, 5), title)


class Visit(InputSchema):
    """A follow-up made in the field: what somebody on the site says, with pictures and the position.

    With the task that it is about, where there is one.
    """

    site_id = field(RecordId("site"), _("Installation point"), required=True)
    equipment_id = field(RecordId("equipment"), _("Equipment"))
    task_id = field(RecordId("task"), _("Task"), help=_("The task that it is about, where there is one."))
    way = field(Choice(WAYS), _("Way"), default="site")
    person = field(Text(60), _("Who was asked"))
    repaired = field(Boolean(), _("Everything works"))
    response_score = _score(_("Response, 1 to 5"))
    manner_score = _score(_("Manner, 1 to 5"))
    quality_score = _score(_("Quality, 1 to 5"))
    opinion = field(Text(1000, 2, multiline=True), _("What was said"), required=True)
    media_ids = field(Items(RecordId("media"), 9), _("Pictures"))
    position = PositionSchema(title=_("Position"), missing=None)
    captured_at = field(Moment(), _("Captured at"))
