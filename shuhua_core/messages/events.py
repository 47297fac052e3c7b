"""What happens to the ways on which messages go out."""

from enum import StrEnum


class MessageEvent(StrEnum):
    """Names of the room's events; record kind ``user``."""

    DEVICE_SUBSCRIBED = "messages.device_subscribed"
    """A device of the user gets messages from now on, or at a new address. Values: ``session_id``, ``channel``."""
    DEVICE_UNSUBSCRIBED = "messages.device_unsubscribed"
    """A device of the user gets no more messages. Values: ``session_id``, ``channel``."""
