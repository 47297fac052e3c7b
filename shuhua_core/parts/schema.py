"""Inputs of replaced parts."""

from __future__ import annotations

from ..kernel.choices import CodeList
from ..kernel.i18n import _
from ..kernel.schema import Choice, InputSchema, Text, field

FINDINGS = CodeList("findings")


class Send(InputSchema):
    """With whom the part travels."""

    carrier = field(Text(60), _("Carrier"), required=True)
    tracking = field(Text(60), _("Tracking number"))
    note = field(Text(1000, multiline=True), _("Note"))


class Receive(InputSchema):
    """That it came, and how."""

    note = field(Text(1000, multiline=True), _("Note"))


class Find(InputSchema):
    """What was wrong with it."""

    finding = field(Choice(FINDINGS), _("Finding"), required=True)
    text = field(Text(2000, 2, multiline=True), _("What was found out"), required=True)


class Reason(InputSchema):
    """A reason, which is kept."""

    reason = field(Text(1000, 2, multiline=True), _("Reason"), required=True)


ACTION_SCHEMAS: dict[str, type[InputSchema]] = {schema.__name__: schema for schema in (Send, Receive, Find, Reason)}
"""The schemas that the workflow table names."""
