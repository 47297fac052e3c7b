"""Keeping inspection plans."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ..accounts.models import Organisation, RolePermission, User, UserRole
from ..accounts.organisations import branch_of
from ..accounts.permissions import Permission
from ..archives import records
from ..archives.models import Project
from ..kernel.context import Context
from ..kernel.errors import Invalid
from ..kernel.i18n import _
from ..kernel.schema import deserialize
from ..kernel.scope import get_visible, prefix_range
from ..sites.models import Site
from .due import keep_inspect_by, lay_dues, today_of
from .events import PlanEvent
from .models import Checklist, Inspection, InspectionDue, InspectionPlan
from .schema import PlanCreate, PlanPatch

PLAN_PERSONAL = frozenset({"note"})


def inspectors_below(session: Session, path: str, text: str = "", limit: int | None = None) -> list[User]:
    """The active people below ``path`` whose roles let them inspect, by name; those whose name holds ``text``."""
    able = (
        select(UserRole.user_id)
        .join(RolePermission, RolePermission.role_id == UserRole.role_id)
        .where(RolePermission.permission == Permission.INSPECTIONS_CARRY_OUT)
    )
    query = select(User).where(User.active, User.id.in_(able), prefix_range(User.organisation_path, path))
    if text:
        query = query.where(User.name.icontains(text, autoescape=True))
    return list(session.scalars(query.order_by(User.name, User.id).limit(limit)))


class PlanService:
    """What one actor does with inspection plans."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def get(self, plan_id: int) -> InspectionPlan:
        """One plan. Raises NotFound."""
        return get_visible(self._ctx.session, InspectionPlan, self._ctx.actor, Permission.INSPECTIONS_VIEW, plan_id)

    def create(self, data: Any) -> InspectionPlan:
        """A new plan (:class:`PlanCreate`), for a site or for each site of a project. Raises NotAllowed, Invalid."""
        ctx = self._ctx
        records.refuse_without(ctx, Permission.INSPECTIONS_PLAN)
        values = deserialize(PlanCreate, data)
        place = self._place(values["site_id"], values["project_id"])
        self._check(values, place.organisation_path or "/")
        return add_plan(ctx, place, values, "regular")

    def edit(self, plan_id: int, data: Any, *, expected_version: int | None = None) -> InspectionPlan:
        """Change the fields that ``data`` names (:class:`PlanPatch`).

        With another interval, what was inspected before is due that long after it. Raises NotFound, NotAllowed, VersionStale,
        Invalid.
        """
        ctx = self._ctx
        plan = records.editable(
            ctx,
            InspectionPlan,
            plan_id,
            view=Permission.INSPECTIONS_VIEW,
            edit=Permission.INSPECTIONS_PLAN,
            expected_version=expected_version,
        )
        values = records.patch_values(PlanPatch, data, plan)
        if values.get("name", "") is None:
            del values["name"]
        self._check({name: value for name, value in values.items() if value != getattr(plan, name)}, plan.organisation_path)
        changes = records.changed(plan, values)
        if changes:
            records.touch(ctx, plan)
            records.flush(ctx)
            records.publish(ctx, PlanEvent.EDITED, "plan", plan, changes, personal=PLAN_PERSONAL)
            if "active" in changes:
                lay_dues(ctx, plan, max(plan.starts_on, today_of(ctx)))
            if "interval_days" in changes and plan.interval_days is not None:
                self._move(plan, plan.interval_days)
        return plan

    def _move(self, plan: InspectionPlan, days: int) -> None:
        """What was inspected before is due the new interval after it."""
        ctx = self._ctx
        zone = ctx.deployment.settings.timezone
        query = (
            select(InspectionDue, Inspection.received_at)
            .join(Inspection, Inspection.id == InspectionDue.last_id)
            .where(InspectionDue.plan_id == plan.id)
            .order_by(InspectionDue.site_id)
        )
        moved = []
        for due, received_at in ctx.session.execute(query.with_for_update(of=InspectionDue)):
            due.due_on = received_at.astimezone(zone).date() + timedelta(days=days)
            due.told_at = due.overdue_at = None
            moved.append(due.site_id)
        keep_inspect_by(ctx, moved)

    def _place(self, site_id: int | None, project_id: int | None) -> Site | Project:
        ctx = self._ctx
        if (site_id is None) == (project_id is None):
            raise Invalid({"site_id": _("Choose either an installation point or a project.")})
        site = records.require_reference(ctx, Site, site_id, field="site_id", permission=Permission.SITES_VIEW)
        project = records.require_reference(ctx, Project, project_id, field="project_id", permission=Permission.PROJECTS_VIEW)
        found: Site | Project = site or project
        return found

    def _check(self, values: dict[str, Any], path: str) -> None:
        """Refuse a checklist that is not in use, and people and units that cannot do it."""
        session = self._ctx.session
        if values.get("checklist_id") is not None:
            require_checklist(self._ctx, values["checklist_id"])
        branch = branch_of(session, path)
        person = values.get("responsible_id")
        if person is not None and person not in {each.id for each in inspectors_below(session, branch.path)}:
            raise Invalid({"responsible_id": _("Choose an inspector of this branch.")})
        unit_id = values.get("responsible_unit_id")
        if unit_id is not None:
            unit = session.get(Organisation, unit_id)
            if unit is None or not unit.active or not unit.path.startswith(branch.path):
                raise Invalid({"responsible_unit_id": _("Choose an active unit of this branch.")})


def require_checklist(ctx: Context, checklist_id: int) -> Checklist:
    """The checklist, if it is in use. Raises Invalid."""
    found = ctx.session.get(Checklist, checklist_id)
    if found is None or not found.active:
        raise Invalid({"checklist_id": _("Choose a checklist that is in use.")})
    return found


def add_plan(ctx: Context, place: Site | Project, values: dict[str, Any], kind: str) -> InspectionPlan:
    """Make a plan for ``place`` and lay what it wants. ``values`` are checked. Raises NotAllowed outside of the actor's area."""
    is_site = isinstance(place, Site)
    plan = InspectionPlan(
        number=ctx.deployment.numbers.take(ctx.session, "JH", ctx.now),
        name=values["name"] or place.name,
        kind=kind,
        site_id=place.id if is_site else None,
        project_id=None if is_site else place.id,
        checklist_id=values["checklist_id"],
        interval_days=values["interval_days"],
        starts_on=values["starts_on"],
        responsible_id=values["responsible_id"],
        responsible_unit_id=values["responsible_unit_id"],
        note=values["note"],
        organisation_path=place.organisation_path or "/",
        division_code=place.division_code,
        host_unit_id=place.host_unit_id if isinstance(place, Site) else None,
        active=True,
        version=1,
        created_at=ctx.now,
        updated_at=ctx.now,
    )
    permission = Permission.INSPECTIONS_SPOT_CHECK if kind == "spot_check" else Permission.INSPECTIONS_PLAN
    records.require_scope(ctx, plan, permission)
    ctx.session.add(plan)
    records.flush(ctx)
    records.publish(ctx, PlanEvent.CREATED, "plan", plan, records.initial(plan), personal=PLAN_PERSONAL)
    lay_dues(ctx, plan, plan.starts_on)
    return plan


def next_due(ctx: Context, plan_ids: list[int]) -> dict[int, Any]:
    """The first day on which each of the plans wants something, by its id."""
    query = select(InspectionDue.plan_id, func.min(InspectionDue.due_on)).where(InspectionDue.plan_id.in_(plan_ids))
    return dict(ctx.session.execute(query.group_by(InspectionDue.plan_id)).all())
