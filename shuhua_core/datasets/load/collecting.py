"""A session for a replay of history: :class:`shuhua_core.kernel.collecting.CollectingSession` with the logs of all rooms."""

from __future__ import annotations

from typing import Any, ClassVar

from shuhua_core.audit.models import AuditEntry
from shuhua_core.kernel.collecting import CollectingSession
from shuhua_core.messages.models import Message


class ReplaySession(CollectingSession):
    """Holds back the audit and messages besides."""

    appended: ClassVar[frozenset[Any]] = CollectingSession.appended | {AuditEntry.__table__, Message.__table__}
