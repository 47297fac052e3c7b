"""What people see at once on a piece that is broken: the tiles of the public page. Codes are stored, words are shown."""

from __future__ import annotations

from ..kernel.choices import CodeList

FAULTS = CodeList("faults")
OTHER = "other"
"""What a report without a fault stands for; this word cannot be retired."""


def fault_label(code: str | None, locale: str) -> str:
    """The fault in the language; of a report without one, "something else"."""
    return FAULTS.label(code or OTHER, locale)
