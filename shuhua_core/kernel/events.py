"""What happened, as plain values. Each room names its events in its own ``events.py``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    """A fact about one record, past tense (``tasks.allocated``).

    ``values`` are ids and plain JSON values that reactions and deliveries need: never a request, an ORM object, or
    personal data. ``changes`` maps a field to [old, new] for the audit; ``personal`` is the part of the audit that an
    erasure may remove, and stays out of the outbox. ``version`` is the record's after the change: by it a form that was
    opened before is told what has changed since.
    """

    name: str
    record_kind: str
    record_id: int
    number: str | None = None
    action: str | None = None
    before: str | None = None
    after: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    changes: Mapping[str, Any] = field(default_factory=dict)
    personal: Mapping[str, Any] = field(default_factory=dict)
    version: int | None = None
