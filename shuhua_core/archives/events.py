"""What happens to archives."""

from enum import StrEnum


class ArchiveEvent(StrEnum):
    """Names of the room's events."""

    CUSTOMER_CREATED = "customers.created"
    """A customer was added."""
    CUSTOMER_EDITED = "customers.edited"
    """A customer was changed; ``changes`` say what."""
    CUSTOMER_MERGED = "customers.merged"
    """A customer that was the same as this one went into it. ``values``: merged_id, merged_number, and what moves: ``moved``
    (table -> ids) and ``counts``. Told before the rows move."""
    CUSTOMER_GONE = "customers.gone"
    """A customer went into another one; ``changes`` keep what it was. ``values``: merged_into_id, merged_into_number."""
    CUSTOMER_TOLD_APART = "customers.told_apart"
    """Somebody said that this customer is not the same as another; told of both. ``values``: other_id, other_number."""
    CUSTOMER_APART_WITHDRAWN = "customers.apart_withdrawn"
    """That it is not the same was taken back; told of both. ``values``: other_id, other_number."""
    CUSTOMER_PHONE_REVEALED = "customers.phone_revealed"
    """Somebody was shown a customer's whole phone number."""
    CONTACT_KEPT = "contacts.kept"
    """A caller became a contact. ``values``: customer_id."""
    CONTACT_LINKED = "contacts.linked"
    """A contact was put down as somebody of a customer. ``values``: customer_id."""
    CONTACT_PHONE_REVEALED = "contacts.phone_revealed"
    """Somebody was shown a contact's whole phone number."""
    PROJECT_CREATED = "projects.created"
    """A project was added."""
    PROJECT_EDITED = "projects.edited"
    """A project was changed."""
    MODEL_CREATED = "models.created"
    """A product model was added."""
    MODEL_EDITED = "models.edited"
    """A product model was changed."""
