"""What happens to media."""

from enum import StrEnum


class MediaEvent(StrEnum):
    """Names of the room's events."""

    UPLOADED = "media.uploaded"
    """A file was stored; it hangs on nothing yet."""
    ATTACHED = "media.attached"
    """Files were hung on a record."""
