"""Inputs of quotations."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import colander

from ..kernel.i18n import _
from ..kernel.objects import Objects
from ..kernel.schema import Amount, Choice, Date, InputSchema, Integer, Items, Moment, RecordId, Text, field

KINDS = {
    "labour": ("人工费", "Labour"),
    "part": ("配件费", "Part"),
    "travel": ("交通费", "Travel"),
    "other": ("其他", "Other"),
}
WAYS = {
    "online": ("网上", "Online"),
    "phone": ("电话", "By telephone"),
    "paper": ("书面签字", "Signed on paper"),
}
LINES_AT_MOST = 30
LARGEST_TOTAL = Decimal("99999999.99")


class Price(Amount):
    """An amount of at most seven digits before the point."""

    def read(self, node: Any, value: Any) -> Any:
        """A value that came in, as a Python value; raises colander.Invalid."""
        amount = super().read(node, value)
        if amount >= 10_000_000:
            raise colander.Invalid(node, _("At most ${most}, please.", mapping={"most": "9999999.99"}))
        return amount

    def json_schema(self) -> dict[str, Any]:
        """The same bounds in JSON Schema."""
        return {"type": "string", "pattern": r"^[0-9]{1,7}(\.[0-9]{1,2})?$", "maxLength": 10}


class Quantity(Price):
    """How many, as a string with at most two decimals ("1.5"); more than nothing."""

    def read(self, node: Any, value: Any) -> Any:
        """A value that came in, as a Python value; raises colander.Invalid."""
        try:
            quantity = super().read(node, value)
        except colander.Invalid:
            quantity = None
        if quantity is None or not 0 < quantity < 10_000:
            raise colander.Invalid(node, _("Enter a quantity such as 1.5, more than 0 and less than 10000."))
        return quantity

    def plain(self, value: Any) -> Any:
        """Without noughts at the end."""
        return f"{value.normalize():f}"

    def json_schema(self) -> dict[str, Any]:
        """The same bounds in JSON Schema."""
        return {"type": "string", "pattern": r"^[0-9]{1,4}(\.[0-9]{1,2})?$", "maxLength": 7}


class Line(InputSchema):
    """One line: what, how many, at what price."""

    kind = field(Choice(KINDS), _("Kind"), required=True)
    text = field(Text(200), _("What for"), required=True)
    quantity = field(Quantity(), _("Quantity"), required=True)
    unit_price = field(Price(), _("Unit price"), required=True)


class Draft(InputSchema):
    """A quotation as it is written or changed."""

    repair_id = field(RecordId("repair"), _("For the request"), help=_("Empty: the first request out of warranty."))
    lines = field(Objects(Line, LINES_AT_MOST, 1), _("Lines"), required=True)
    valid_until = field(Date(), _("Valid until"))
    warranty_months = field(Integer(0, 120), _("Warranty on the repair, in months"))
    note = field(Text(1000, multiline=True), _("Note"), help=_("Printed on the quotation."))


class Note(InputSchema):
    """Nothing but an optional note."""

    note = field(Text(1000, multiline=True), _("Note"))


class Reason(InputSchema):
    """A reason, which is kept."""

    reason = field(Text(1000, 2, multiline=True), _("Reason"), required=True)


class CallConsent(InputSchema):
    """Who consented on the telephone, and when."""

    answered_by = field(Text(60), _("Who consented"), required=True)
    agreed_at = field(Moment(), _("When"), required=True)
    note = field(Text(1000, multiline=True), _("Note"), help=_("Such as the number that was called."))


class CallRefusal(InputSchema):
    """Who said no on the telephone, and why."""

    answered_by = field(Text(60), _("Who declined"), required=True)
    reason = field(Text(1000, 2, multiline=True), _("Reason"), required=True)


class PaperConsent(InputSchema):
    """Who signed the quotation on paper, and when, with a picture of it."""

    answered_by = field(Text(60), _("Who signed"), required=True)
    signed_on = field(Date(), _("Signed on"), required=True)
    media_ids = field(Items(RecordId("media"), maximum=9), _("Pictures of the signed paper"))
    note = field(Text(1000, multiline=True), _("Note"))


ACTION_SCHEMAS: dict[str, type[InputSchema]] = {
    schema.__name__: schema for schema in (Note, Reason, CallConsent, CallRefusal, PaperConsent)
}
"""The schemas that the workflow table names."""
