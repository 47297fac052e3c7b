"""What a report without an account may say."""

from __future__ import annotations

from typing import Any

from ..kernel.errors import Invalid
from ..kernel.i18n import _
from ..kernel.schema import deserialize
from .faults import OTHER, fault_label
from .schema import PublicReport


def public_values(data: Any, locale: str, *, needs_code: bool = True) -> dict[str, Any]:
    """The values of a :class:`PublicReport`, with the fault's words as the symptom where nothing else was said.

    Raises Invalid also where neither is given, the code is missing, or a telephone number comes without consent.
    """
    values = deserialize(PublicReport, data)
    errors = {}
    if not values["symptom"] and not values["fault"]:
        errors["fault"] = _("Say what is wrong.")
    if needs_code and not values["code"]:
        errors["code"] = _("This is required.")
    if values["caller_phone"] and not values["consent"]:
        errors["consent"] = _("Please agree that we may call you, or leave the phone number out.")
    if errors:
        raise Invalid(errors)
    words = fault_label(values["fault"], locale) if values["fault"] and values["fault"] != OTHER else None
    if words:
        colon = ": " if locale == "en" else "："
        values["symptom"] = f"{words}{colon}{values['symptom']}" if values["symptom"] else words
    return {**values, "symptom": values["symptom"] or fault_label(OTHER, locale)}
