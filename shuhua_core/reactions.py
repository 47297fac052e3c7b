"""The one table: event -> what else happens in the same transaction. The only sideways door between rooms.

A reaction gets the context of the one who acted and the event. It may veto by raising: then nothing has happened.
"""

from __future__ import annotations

from .audit.record import write_audit
from .kernel.context import Reactions

REACTIONS: Reactions = {
    "*": (write_audit,),
}
