"""What happens to saved views, and what leaves a list as a file."""

from __future__ import annotations

from enum import StrEnum


class ListEvent(StrEnum):
    """Facts about lists; record kinds ``view`` and, for an export, ``list``."""

    VIEW_SAVED = "lists.view_saved"
    """A view was saved or changed. Values: ``list``, ``shared``."""
    VIEW_REMOVED = "lists.view_removed"
    """A view was removed by its owner. Values: ``list``."""
    EXPORTED = "lists.exported"
    """Rows left a list as a file. Values: ``list``, ``rows``, ``columns``, ``sha256``, ``whole_phones``."""
