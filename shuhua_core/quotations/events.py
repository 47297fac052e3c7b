"""What happens to quotations."""

from enum import StrEnum


class QuotationEvent(StrEnum):
    """Names of the room's events. ``values``: task_id, repair_id, edition, total."""

    DRAFTED = "quotations.drafted"
    """Somebody began a quotation, or a new version of one."""
    CHANGED = "quotations.changed"
    """A draft was changed. ``changes``: total."""
    SENT = "quotations.sent"
    """It went to the customer."""
    ACCEPTED = "quotations.accepted"
    """The customer consented. ``values``: way."""
    DECLINED = "quotations.declined"
    """The customer does not want it. ``values``: way."""
    WITHDRAWN = "quotations.withdrawn"
    """It holds no longer."""
    EXPIRED = "quotations.expired"
    """Its last day went by without an answer."""
    WAIVED = "quotations.waived"
    """The repair is free of charge."""
    MOVED = "quotations.moved"
    """The task went to another unit or repairer, and its quotations with it."""
