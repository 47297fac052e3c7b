"""What happens to media."""

from enum import StrEnum


class MediaEvent(StrEnum):
    """Names of the room's events."""

    UPLOADED = "media.uploaded"
    """A file was stored; it hangs on nothing yet."""
    ATTACHED = "media.attached"
    """Files were hung on a record."""
    DERIVED = "media.derived"
    """The worker has made what is shown of a file, or refused it."""
    DISCARDED = "media.discarded"
    """A file that hung on nothing for long was removed."""
    ORIGINAL_READ = "media.original_read"
    """Somebody is about to be given an original, with all that it carries."""
