"""Inputs about labels."""

from __future__ import annotations

from shuhua_core.kernel.i18n import _
from shuhua_core.kernel.schema import InputSchema, Integer, PositionSchema, RecordId, Text, field

MOST = 1000
"""Labels of one batch."""


class NewBatch(InputSchema):
    """Blank labels to print, for whoever will stick them on."""

    count = field(Integer(1, MOST), _("How many labels"), required=True)
    note = field(Text(200), _("Note"), help=_("Who gets them, or what for."))


class Bind(InputSchema):
    """Which piece the label is on; a piece that has another label already needs a reason, and that one is retired."""

    equipment_id = field(RecordId("equipment"), _("Equipment"), required=True)
    position = PositionSchema(title=_("Position"), missing=None)
    reason = field(Text(500, 2), _("Reason"), help=_("Needed where the piece has another label already."))


class LabelReason(InputSchema):
    """Why a label is taken off or retired."""

    reason = field(Text(500, 2), _("Reason"), required=True)
