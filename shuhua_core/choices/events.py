"""What happens to choice lists."""

from enum import StrEnum


class ChoiceEvent(StrEnum):
    """Names of the room's events. ``values``: list, code."""

    ADDED = "choices.added"
    """A word was added; ``changes`` say what it was given."""
    CHANGED = "choices.changed"
    """What a word is called, or what it is offered for, was changed; ``changes`` say how."""
    MOVED = "choices.moved"
    """A word got another place in its list."""
    RETIRED = "choices.retired"
    """New entries may not choose the word any more."""
    RESTORED = "choices.restored"
    """New entries may choose the word again."""
    REMOVED = "choices.removed"
    """A word that no record had was removed."""
