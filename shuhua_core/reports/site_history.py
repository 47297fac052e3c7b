"""What happened at one installation point: its state, its pieces coming and going, requests, tasks, inspections."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from ..accounts.permissions import Permission
from ..audit.models import AuditEntry
from ..inspections.models import Inspection
from ..kernel.context import Context
from ..kernel.scope import visible
from ..kernel.steps import Step
from ..repairs.models import RepairRequest
from ..sites.events import SiteEvent
from ..sites.models import Equipment, Site
from ..tasks.models import Task
from .life import About, Life, LifeEntry, in_order, repair_entries, task_entries

MOVES = ("install", "replace", "remove", "scrap", "propose_scrap", "stop_use", "restore", "watch", "unwatch", "outlive")
"""Steps of pieces that somebody who looks at the site wants to know."""
AT_MOST = 100


def site_history(ctx: Context, site: Site) -> Life:
    """The history of a site that the actor may see, within their scope; a constant number of statements."""
    return in_order(
        ctx,
        [
            *_states(ctx, site),
            *_pieces(ctx, site),
            *repair_entries(ctx, RepairRequest.site_id == site.id),
            *task_entries(ctx, Task.site_id == site.id),
            *_inspections(ctx, site),
        ],
    )


def _states(ctx: Context, site: Site) -> Iterator[LifeEntry]:
    query = (
        select(AuditEntry)
        .where(
            AuditEntry.record_kind == "site",
            AuditEntry.record_id == site.id,
            AuditEntry.event.in_((SiteEvent.CREATED, SiteEvent.STATE_CHANGED)),
        )
        .order_by(AuditEntry.id.desc())
        .limit(AT_MOST)
    )
    for entry in ctx.session.scalars(query):
        created = entry.event == SiteEvent.CREATED
        yield LifeEntry(
            "site_created" if created else "site_state",
            entry.at,
            entry.actor_id if created else None,
            entry.actor_kind if created else None,
            values={"after": entry.detail.get("after")},
        )


def _pieces(ctx: Context, site: Site) -> Iterator[LifeEntry]:
    query = (
        select(Step, Equipment.number, Equipment.name)
        .join(Equipment, Equipment.id == Step.record_id)
        .where(
            Equipment.site_id == site.id,
            visible(Equipment, ctx.actor, Permission.EQUIPMENT_VIEW),
            Step.record_kind == "equipment",
            Step.action.in_(MOVES),
        )
        .order_by(Step.id.desc())
        .limit(AT_MOST)
    )
    for step, number, name in ctx.session.execute(query):
        yield LifeEntry(
            "step",
            step.at,
            step.actor_id,
            step.actor_kind,
            step.note,
            record=About("equipment", step.record_id, number),
            values={"action": step.action, "before": step.before, "after": step.after, "piece": name},
        )


def _inspections(ctx: Context, site: Site) -> Iterator[LifeEntry]:
    query = (
        select(Inspection)
        .where(Inspection.site_id == site.id, visible(Inspection, ctx.actor, Permission.INSPECTIONS_VIEW))
        .order_by(Inspection.id.desc())
        .limit(AT_MOST)
    )
    for visit in ctx.session.scalars(query):
        yield LifeEntry(
            "inspection",
            visit.captured_at,
            visit.inspector_id,
            note=visit.note,
            record=About("inspection", visit.id, visit.number),
            values={"state": visit.state, "pieces": visit.pieces, "bad": visit.abnormal},
        )
