"""What happens to requests in quarantine."""

from __future__ import annotations

from enum import StrEnum


class QuarantineEvent(StrEnum):
    """Facts about refused requests that are kept; record kind ``held_request``."""

    KEPT = "quarantine.kept"
    """A request of somebody whose rights have ended was refused and kept. Values: ``user_id``, ``reason``, ``path``."""
    APPLIED = "quarantine.applied"
    """A manager carried it out as themselves. Values: ``user_id``, ``path``, ``location``, ``already``."""
    DISCARDED = "quarantine.discarded"
    """A manager decided that it is not carried out. Values: ``user_id``, ``path``."""
    RESENT = "quarantine.resent"
    """Its sender, whose rights hold again, sent it once more and was refused for what it says. Values: ``user_id``, ``path``."""
