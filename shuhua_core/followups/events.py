"""What happens to follow-ups."""

from enum import StrEnum


class FollowupEvent(StrEnum):
    """Names of the room's events. ``values``: task_id."""

    OPENED = "followups.opened"
    """A task was completed; the customer is to be asked."""
    DONE = "followups.done"
    """The customer was asked."""
    DROPPED = "followups.dropped"
    """The task went to rework or was closed first."""
    VISITED = "followups.visited"
    """Somebody was asked on a visit to a site, with a task or without."""
