"""What happens to personal data."""

from __future__ import annotations

from enum import StrEnum


class PrivacyEvent(StrEnum):
    """Facts about people who are no users; record kinds ``repair``, ``person`` (id 0: a person has none)."""

    REPORTER_ERASED = "privacy.reporter_erased"
    """Who reported a request was erased from it, by rule or on their request. Values: ``why``."""
    PERSON_EXPORTED = "privacy.person_exported"
    """All that is stored about a person was handed out. Values: counts of what."""
    PERSON_ERASED = "privacy.person_erased"
    """A person was erased everywhere, on their request. Values: counts of what."""
