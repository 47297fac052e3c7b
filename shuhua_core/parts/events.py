"""What happens to replaced parts."""

from enum import StrEnum


class PartEvent(StrEnum):
    """Names of the room's events. ``values``: task_id, equipment_id."""

    REPLACED = "parts.replaced"
    """A repair ended in which the part was replaced."""
    SENT = "parts.sent"
    """The old part is on its way to the maker."""
    RECEIVED = "parts.received"
    """The maker has it."""
    FOUND = "parts.found"
    """The quality engineer said what was wrong with it. ``values``: finding."""
    WAIVED = "parts.waived"
    """The maker does not want it back."""
    ASKED_FOR = "parts.asked_for"
    """The maker wants it back after all."""
