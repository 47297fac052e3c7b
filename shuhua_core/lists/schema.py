"""Inputs of saved views."""

from __future__ import annotations

from shuhua_core.kernel.i18n import _
from shuhua_core.kernel.schema import Boolean, InputSchema, Text, field


class ViewSchema(InputSchema):
    """A view as its owner names it; what it shows is taken from the list that is open."""

    name = field(Text(60, 1), _("Name of the view"), required=True)
    shared = field(Boolean(), _("Share it with my unit and those below it"))
    default = field(Boolean(), _("Open the list with this view"))
