"""The feed of changes: what happened, since a cursor, to records that the caller may see.

Read from the outbox, below the oldest running transaction, since ids of transactions that commit late would be skipped. Each
page looks at a bounded stretch of the outbox, so a caller who sees little still gets a cursor that moves.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request
from sqlalchemy import Select, select, tuple_

from shuhua_core.kernel.context import Context
from shuhua_core.kernel.errors import Invalid
from shuhua_core.kernel.leaving import had_left
from shuhua_core.kernel.outbox import OutboxEntry, feed_boundary
from shuhua_core.kernel.schema import Integer, Text
from shuhua_core.kernel.scope import visible

from ..i18n import _
from ..security import SIGNED_IN
from .outputs import Out, Serializer
from .parameters import Parameter
from .resource import api_view

STRETCH = 500
"""How many entries of the outbox one page looks at."""

FeedKinds = Mapping[str, tuple[type[Any], str]]

CHANGE = Serializer(
    "Change",
    [
        Out("id", "string", lambda entry: entry.message_id, description="Stable: an event that comes twice has the same."),
        Out("kind", "string", lambda entry: entry.record_kind, description="Kind of the record: `repair`, `task` ..."),
        Out("record_id", "integer"),
        Out("number", "string", nullable=True),
        Out("event", "string"),
        Out("action", "string", lambda entry: entry.payload.get("action"), nullable=True),
        Out("before", "string", lambda entry: entry.payload.get("before"), nullable=True, description="State before."),
        Out("after", "string", lambda entry: entry.payload.get("after"), nullable=True, description="State after."),
        Out("at", "moment", lambda entry: entry.created_at),
        Out(
            "gone",
            "boolean",
            lambda _entry: False,
            description="The record has left your scope: forget it. Nothing else is told.",
        ),
    ],
)

FEED = Serializer(
    "Changes",
    [
        Out("items", [CHANGE]),
        Out("cursor", "string", description="Send it as `since` the next time, also when there are no items."),
        Out("more", "boolean", description="Whether to ask again at once."),
    ],
)


def add_feed_kind(config: Configurator, kind: str, model: type[Any], permission: str) -> None:
    """Let the feed tell of records of ``kind`` to those whose ``permission`` reaches them."""
    config.registry.feed_kinds[kind] = (model, permission)


@api_view(
    route_name="api.changes",
    method="GET",
    permission=SIGNED_IN,
    tag="changes",
    summary="What changed since a cursor",
    description=(
        "Without `since` there are no items, only the cursor to begin from: ask for it, then load the lists, then follow. "
        "A record that has left the caller's scope is told of once, as `gone`."
    ),
    parameters=[
        Parameter("since", Text(100), "The `cursor` of the answer before."),
        Parameter("limit", Integer(1, 100), "How many items at most.", 100),
    ],
    answer=FEED,
)
def list_changes(request: Request) -> dict[str, Any]:
    """A page of the feed."""
    since, limit = request.arguments["since"], request.arguments["limit"]
    return read_feed(request.ctx, request.registry.feed_kinds, since, limit)


def read_feed(ctx: Context, kinds: FeedKinds, since: str | None, limit: int) -> dict[str, Any]:
    """The feed's next page: ``items``, ``cursor``, ``more``."""
    boundary = feed_boundary(ctx.session)
    if since is None:
        return {"items": [], "cursor": _encode(_newest(ctx, boundary)), "more": False}
    place = _decode(since)
    stretch = ctx.session.scalars(
        _below(select(OutboxEntry), boundary)
        .where(tuple_(OutboxEntry.txid, OutboxEntry.id) > tuple_(*place))
        .order_by(OutboxEntry.txid, OutboxEntry.id)
        .limit(STRETCH)
    ).all()
    seen = _visible(ctx, kinds, stretch)
    gone = {entry.id for entry in stretch if (entry.record_kind, entry.record_id) not in seen and _left(ctx, kinds, entry)}
    shown = [entry for entry in stretch if entry.id in gone or (entry.record_kind, entry.record_id) in seen]
    more = len(stretch) == STRETCH or len(shown) > limit
    shown = shown[:limit]
    if len(shown) == limit and more:
        place = (shown[-1].txid, shown[-1].id)
    elif stretch:
        place = (stretch[-1].txid, stretch[-1].id)
    items = [CHANGE.one(entry, **(_NOTHING if entry.id in gone else {})) for entry in shown]
    return {"items": items, "cursor": _encode(place), "more": more}


_NOTHING = {"gone": True, "number": None, "event": "left", "action": None, "before": None, "after": None}
"""Instead of what happened to a record that is somebody else's now."""


def _left(ctx: Context, kinds: FeedKinds, entry: OutboxEntry) -> bool:
    """Whether the actor could see the record until this entry, which took it out of their scope."""
    left = entry.payload.get("left")
    if not left or entry.record_kind not in kinds:
        return False
    model, permission = kinds[entry.record_kind]
    return had_left(model, entry.record_id, left, ctx.actor, permission)


def _below(query: Select[Any], boundary: int | None) -> Select[Any]:
    return query if boundary is None else query.where(OutboxEntry.txid < boundary)


def _newest(ctx: Context, boundary: int | None) -> tuple[int, int]:
    order = (OutboxEntry.txid.desc(), OutboxEntry.id.desc())
    newest = ctx.session.scalars(_below(select(OutboxEntry), boundary).order_by(*order).limit(1)).first()
    return (newest.txid, newest.id) if newest else (0, 0)


def _visible(ctx: Context, kinds: FeedKinds, entries: Sequence[OutboxEntry]) -> set[tuple[str, int]]:
    """(kind, id) of the records among the entries that the actor may see: one query a kind."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for entry in entries:
        if entry.record_kind in kinds and ctx.actor.may(kinds[entry.record_kind][1]):
            wanted[entry.record_kind].add(entry.record_id)
    found: set[tuple[str, int]] = set()
    for kind, ids in wanted.items():
        model, permission = kinds[kind]
        query = select(model.id).where(model.id.in_(ids), visible(model, ctx.actor, permission))
        found.update((kind, each) for each in ctx.session.scalars(query))
    return found


def _encode(place: tuple[int, int]) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def _decode(cursor: str) -> tuple[int, int]:
    try:
        txid, entry_id = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (ValueError, TypeError, binascii.Error, RecursionError):
        txid = entry_id = None
    if not all(type(each) is int and 0 <= each < 2**63 for each in (txid, entry_id)):
        raise Invalid({"since": _("This cursor is not valid. Begin again without one.")})
    return txid, entry_id
