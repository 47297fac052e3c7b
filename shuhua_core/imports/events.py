"""What happens to imports; each row besides has the events of the record that it adds or changes."""

from enum import StrEnum


class ImportEvent(StrEnum):
    """Names of the events of imports."""

    CONFIRMED = "imports.confirmed"
    """Somebody had a file imported after its trial. ``values``: archive, rows, sha256."""
    FINISHED = "imports.finished"
    """Its last row is done. ``values``: archive, added, changed, unchanged, refused."""
    CANCELLED = "imports.cancelled"
    """It was stopped; what it had saved stays. ``values``: archive, rows."""
