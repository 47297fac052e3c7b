"""What follows for inspections from requests. Named in ``shuhua_core.reactions``."""

from __future__ import annotations

from sqlalchemy import exists, select

from ..kernel.context import Context
from ..kernel.events import Event
from ..repairs.machine import MACHINE as REPAIRS
from ..repairs.models import RepairRequest
from ..sites.derived import refresh_states
from ..sites.models import Site
from .models import Finding, Inspection


def settle_findings(ctx: Context, event: Event) -> None:
    """A request that came of an inspection was settled, or is open again.

    As long as one that the last inspection of its site made is open, the site is watched.
    """
    repair = ctx.session.get_one(RepairRequest, event.record_id)
    if repair.channel != "inspection" or repair.site_id is None:
        return
    query = (
        select(Inspection.id)
        .where(Inspection.site_id == repair.site_id)
        .order_by(Inspection.received_at.desc(), Inspection.id.desc())
    )
    last = ctx.session.scalar(query.limit(1))
    if last is None:
        return
    open_states = REPAIRS.table(ctx, repair).open_states
    waiting = exists().where(
        Finding.inspection_id == last, Finding.repair_id == RepairRequest.id, RepairRequest.state.in_(open_states)
    )
    ctx.session.flush()
    watched = "watched" if ctx.session.scalar(select(waiting)) else None
    site = ctx.session.get_one(Site, repair.site_id)
    if site.inspection_state != watched:
        site.inspection_state = watched
        refresh_states(ctx, [site.id])
