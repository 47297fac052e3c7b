"""What happens to accounts."""

from __future__ import annotations

from enum import StrEnum


class AccountEvent(StrEnum):
    """Facts about users, organisations and roles; record kinds ``user``, ``organisation``, ``role``."""

    USER_ADDED = "accounts.user_added"
    """Somebody can sign in now. Values: ``roles``."""
    USER_CHANGED = "accounts.user_changed"
    """A user's data or roles changed. Values: ``roles`` when these did."""
    USER_DISABLED = "accounts.user_disabled"
    """A user can no longer sign in; all their sessions have ended."""
    USER_ENABLED = "accounts.user_enabled"
    """A disabled user may sign in again."""
    PASSWORD_CHANGED = "accounts.password_changed"  # noqa: S105 - a name of an event
    """A password was changed or set anew; the user's other sessions have ended."""
    SIGNED_IN = "accounts.signed_in"
    """A browser or phone signed in. Values: ``session_id``, ``kind``."""
    SIGNED_OUT = "accounts.signed_out"
    """A session was ended by its user or an administrator. Values: ``session_id``."""
    ORGANISATION_ADDED = "accounts.organisation_added"
    """An organisation was put into the tree. Values: ``kind``, ``path``."""
    ORGANISATION_CHANGED = "accounts.organisation_changed"
    """An organisation's data or duty areas changed."""
    ROLE_CHANGED = "accounts.role_changed"
    """A role was made or its permissions changed. Values: ``code``."""
