"""The other table: event -> what the worker does about it after the commit, at least once.

A delivery gets the deployment and the outbox entry, opens its own short transactions, and must bear being repeated: the
entry's ``message_id`` stays the same. One that raises is tried again later, by itself, without repeating the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .kernel.deployment import Deployment
from .kernel.outbox import OutboxEntry
from .media import housekeeping
from .media.events import MediaEvent

Delivery = Callable[[Deployment, OutboxEntry], None]

DELIVERIES: Mapping[str, tuple[Delivery, ...]] = {
    MediaEvent.UPLOADED: (housekeeping.look_at,),
}
"""Event name -> deliveries; ``*`` stands for every event."""
