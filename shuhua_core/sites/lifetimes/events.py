"""What happens to rules for warranty and safe service life."""

from enum import StrEnum


class LifetimeEvent(StrEnum):
    """Names of the events of rules; the pieces that follow have ``equipment.ends_reckoned``."""

    CREATED = "lifetimes.created"
    """A rule was added; the pieces that it concerns are reckoned anew in the background."""
    EDITED = "lifetimes.edited"
    """A rule was changed; ``changes`` say what."""
    ENDED = "lifetimes.ended"
    """A rule was taken out of force, with a reason."""
    RECKONED = "lifetimes.reckoned"
    """A reckoning in the background is through. ``values``: rule_id, seen, changed."""
