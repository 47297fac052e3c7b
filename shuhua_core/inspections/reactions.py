"""What follows for inspections from requests. Named in ``shuhua_core.reactions``."""

from __future__ import annotations

from sqlalchemy import exists, func, select

from ..kernel.context import Context
from ..kernel.events import Event
from ..repairs.machine import MACHINE as REPAIRS
from ..repairs.models import RepairRequest
from ..sites.derived import refresh_states
from ..sites.models import Site
from .models import Finding, Inspection, InspectionDue, InspectionPlan


def follow_site_merge(ctx: Context, event: Event) -> None:
    """Two sites become one: it is due when a plan wanted either, and watched if the last inspection of either said so.

    Where a plan wanted both, an inspection of either was one of this place, so the later day counts. A plan of a project that
    the site which stays does not belong to no longer wants it.
    """
    session, gone_id = ctx.session, event.values["merged_id"]
    keep = session.get_one(Site, event.record_id)
    query = select(InspectionDue, InspectionPlan).join(InspectionPlan, InspectionPlan.id == InspectionDue.plan_id)
    present = {due.plan_id: due for due, _plan in session.execute(query.where(InspectionDue.site_id == keep.id))}
    leaving = query.where(InspectionDue.site_id == gone_id).order_by(InspectionDue.plan_id)
    for due, plan in session.execute(leaving.with_for_update(of=InspectionDue)):
        twin = present.get(due.plan_id)
        if twin is None and (plan.site_id is not None or plan.project_id == keep.project_id):
            due.site_id = keep.id
            continue
        if twin is not None and due.due_on > twin.due_on:
            twin.due_on, twin.last_id, twin.told_at, twin.overdue_at = due.due_on, due.last_id, due.told_at, due.overdue_at
        session.delete(due)
    last = (
        select(Inspection.site_id)
        .where(Inspection.site_id.in_((keep.id, gone_id)))
        .order_by(Inspection.received_at.desc(), Inspection.id.desc())
        .limit(1)
    )
    if session.scalar(last) == gone_id:
        keep.inspection_state = session.scalar(select(Site.inspection_state).where(Site.id == gone_id))
    session.flush()
    keep.inspect_by = session.scalar(select(func.min(InspectionDue.due_on)).where(InspectionDue.site_id == keep.id))
    session.flush()


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
