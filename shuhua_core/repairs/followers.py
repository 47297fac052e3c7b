"""Reports of a piece that strangers may know of, and joining one of them instead of reporting again."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from ..kernel.context import Context
from ..kernel.errors import NotAllowed, NotFound
from ..kernel.events import Event
from ..kernel.schema import deserialize
from ..sites.models import Equipment
from .events import RepairEvent
from .follower_models import Follower
from .machine import MACHINE
from .models import RepairRequest
from .schema import Contact

SHOWN = 5
"""Open reports that the page of a piece names."""


@dataclass(frozen=True, slots=True)
class OpenReport:
    """What everybody may know of a report: no words of its reporter, whatever they may hold."""

    id: int
    fault: str | None
    state: str
    created_at: datetime
    people: int
    """The reporter and those who met the fault too."""


class FollowerService:
    """Who has met a fault too, for the actor of the context."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def open_reports(self, piece: Equipment) -> list[OpenReport]:
        """The latest open reports of a piece, by whoever stands before it."""
        states = set(MACHINE.newest(self._ctx).open_states) - {"draft"}
        query = (
            select(RepairRequest.id, RepairRequest.fault, RepairRequest.state, RepairRequest.created_at)
            .where(RepairRequest.equipment_id == piece.id, RepairRequest.state.in_(states))
            .order_by(RepairRequest.id.desc())
            .limit(SHOWN)
        )
        rows = self._ctx.session.execute(query).all()
        joined = self.counts([row.id for row in rows])
        return [OpenReport(*row, people=1 + joined.get(row.id, 0)) for row in rows]

    def counts(self, repair_ids: Collection[int]) -> dict[int, int]:
        """How many have joined each request."""
        if not repair_ids:
            return {}
        query = (
            select(Follower.repair_id, func.count().label("people"))
            .where(Follower.repair_id.in_(repair_ids))
            .group_by(Follower.repair_id)
        )
        return {row.repair_id: row.people for row in self._ctx.session.execute(query)}

    def join(self, piece: Equipment, repair_id: int, *, token: str) -> Follower:
        """Join an open report of this piece; the same ``token`` joins once. Raises NotFound, NotAllowed."""
        ctx = self._ctx
        if not ctx.actor.may("repairs.create"):
            raise NotAllowed
        digest = hashlib.sha256(token.encode()).hexdigest()
        states = set(MACHINE.newest(ctx).open_states) - {"draft"}
        repair = ctx.session.scalars(
            select(RepairRequest)
            .where(RepairRequest.id == repair_id, RepairRequest.equipment_id == piece.id, RepairRequest.state.in_(states))
            .with_for_update()
        ).one_or_none()
        known = ctx.session.scalars(select(Follower).where(Follower.token_hash == digest)).one_or_none()
        if known is not None and known.repair_id == repair_id:
            return known
        if repair is None or known is not None:
            raise NotFound
        follower = Follower(repair_id=repair.id, token_hash=digest, created_at=ctx.now)
        ctx.session.add(follower)
        ctx.session.flush()
        people = 1 + self.counts([repair.id])[repair.id]
        ctx.publish(Event(RepairEvent.JOINED, "repair", repair.id, repair.number, values={"people": people}))
        return follower

    def by_token(self, token: str) -> tuple[Follower, RepairRequest] | None:
        """The follower whose page this token opens, and the request that they follow now, of a merged one its target."""
        digest = hashlib.sha256(token.encode(errors="replace")).hexdigest()
        follower = self._ctx.session.scalars(select(Follower).where(Follower.token_hash == digest)).one_or_none()
        if follower is None:
            return None
        repair = self._ctx.session.get_one(RepairRequest, follower.repair_id)
        for _step in range(10):
            if repair.merged_into_id is None:
                break
            repair = self._ctx.session.get_one(RepairRequest, repair.merged_into_id)
        return follower, repair

    def leave_contact(self, follower: Follower, repair: RepairRequest, data: Any) -> None:
        """Keep the number under which a follower wants to be told (:class:`Contact`). Raises Invalid."""
        values = deserialize(Contact, data)
        follower.name, follower.phone, follower.consented_at = values["caller_name"], values["caller_phone"], self._ctx.now
        self._ctx.publish(Event(RepairEvent.CONTACT_LEFT, "repair", repair.id, repair.number, values={"follower": True}))
