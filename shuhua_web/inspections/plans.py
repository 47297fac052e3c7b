"""Inspection plans: their pages and forms, and their answers in the API."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config
from sqlalchemy import select

from shuhua_core.accounts.models import Organisation, User
from shuhua_core.accounts.organisations import branch_of
from shuhua_core.accounts.permissions import Permission
from shuhua_core.archives.models import Project
from shuhua_core.inspections.models import Checklist, Inspection, InspectionDue, InspectionPlan
from shuhua_core.inspections.plans import PlanService, inspectors_below, next_due
from shuhua_core.inspections.schema import PlanCreate, PlanPatch
from shuhua_core.inspections.words import PLAN_KINDS
from shuhua_core.kernel.scope import prefix_range, visible
from shuhua_core.sites.models import Site

from .. import formats
from ..api import Out, Serializer
from ..archives.pages import OFFERED, SHOWN, Archive, label, record_link, record_source
from ..forms import Source, options_fragment
from ..i18n import _
from ..records import Badge, Fact, Related
from ..sites.sites import linked, unit_name
from .listing import PLAN_LIST

PLAN = Serializer(
    "InspectionPlan",
    [
        Out("id", "integer"),
        Out("number", "string"),
        Out("name", "string"),
        Out("kind", {"type": "string", "enum": list(PLAN_KINDS)}),
        Out("active", "boolean"),
        Out("site_id", "integer", nullable=True),
        Out("project_id", "integer", nullable=True, description="Instead of a site: all sites of the project."),
        Out("checklist_id", "integer"),
        Out("interval_days", "integer", nullable=True, description="Null where it is done once."),
        Out("starts_on", "date"),
        Out("next_due", "date", nullable=True),
        Out("responsible_id", "integer", nullable=True),
        Out("responsible_unit_id", "integer", nullable=True),
        Out("division_code", "string", nullable=True),
        Out("note", "string", nullable=True),
        Out("version", "integer"),
        Out("created_at", "moment"),
        Out("updated_at", "moment"),
        Out("links", {"type": "object", "additionalProperties": {"type": "string"}}),
    ],
    description="That a site, or each site of a project, is inspected every so many days.",
)


def plan_item(request: Request, plan: InspectionPlan) -> dict[str, Any]:
    """A plan as the API gives it."""
    return PLAN.one(
        plan,
        next_due=next_due(request.ctx, [plan.id]).get(plan.id),
        links={
            "self": request.route_path("api.plans.view", id=plan.id),
            "inspections": request.route_path("api.inspections.list", _query={"plan_id": plan.id}),
        },
    )


def user_name(request: Request, user_id: int | None) -> str:
    """The name of a person that a visible record names."""
    user = request.ctx.session.get(User, user_id) if user_id is not None else None
    return user.name if user else ""


def plan_page(request: Request, plan: InspectionPlan) -> dict[str, Any]:
    """A plan with what is due and what was done."""
    session, locale = request.ctx.session, request.locale_name
    checklist = session.get_one(Checklist, plan.checklist_id)
    place = linked(request, "sites", plan.site_id) if plan.site_id else linked(request, "projects", plan.project_id)
    facts = [
        Fact(_("Number"), plan.number),
        Fact(_("Kind"), label(PLAN_KINDS, plan.kind, locale)),
        place,
        Fact(_("Checklist"), checklist.label(locale), request.route_path("checklists.view", id=checklist.id)),
        Fact(_("Every so many days"), formats.number(plan.interval_days) if plan.interval_days else _("Once")),
        Fact(_("First due on"), formats.day(plan.starts_on)),
        Fact(_("Responsible person"), user_name(request, plan.responsible_id)),
        Fact(_("Responsible unit"), unit_name(request, plan.responsible_unit_id)),
        Fact(_("Note"), plan.note, wide=True),
    ]
    return {
        "groups": [("", facts)],
        "badge": Badge(_("In use"), "done") if plan.active else Badge(_("At rest"), "ended"),
        "relations": [_dues(request, plan), _done(request, plan)],
    }


def _dues(request: Request, plan: InspectionPlan) -> Related:
    query = (
        select(Site.id, Site.number, Site.name, InspectionDue.due_on)
        .join(InspectionDue, InspectionDue.site_id == Site.id)
        .where(InspectionDue.plan_id == plan.id, visible(Site, request.actor, Permission.SITES_VIEW))
        .order_by(InspectionDue.due_on, Site.id)
        .limit(SHOWN)
    )
    today = request.ctx.now.astimezone(request.deployment.settings.timezone).date()
    rows = [
        (
            record_link(request, "sites.view", each.id, each.number),
            each.name,
            formats.day(each.due_on),
            request.tr(_("Overdue")) if each.due_on < today else "",
        )
        for each in request.ctx.session.execute(query)
    ]
    return Related(_("Due"), (_("Number"), _("Installation point"), _("Due on"), ""), rows)


def _done(request: Request, plan: InspectionPlan) -> Related:
    zone = request.deployment.settings.timezone
    query = (
        select(Inspection.id, Inspection.number, Site.name, Inspection.received_at, Inspection.abnormal)
        .join(Site, Site.id == Inspection.site_id)
        .where(Inspection.plan_id == plan.id, visible(Inspection, request.actor, Permission.INSPECTIONS_VIEW))
        .order_by(Inspection.received_at.desc())
        .limit(SHOWN)
    )
    rows = [
        (
            record_link(request, "inspections.view", each.id, each.number),
            each.name,
            formats.moment(each.received_at, zone),
            formats.number(each.abnormal),
        )
        for each in request.ctx.session.execute(query)
    ]
    heads = (_("Number"), _("Installation point"), _("Received", context="inspection"), _("Abnormal answers"))
    more = request.route_path("inspections.list", _query={"plan_id": plan.id}) if rows else None
    return Related(_("Inspections"), heads, rows, more_href=more)


def checklist_options(request: Request) -> list[tuple[int, str]]:
    """The checklists in use, for a form."""
    query = select(Checklist).where(Checklist.active).order_by(Checklist.id)
    return [(each.id, each.label(request.locale_name)) for each in request.ctx.session.scalars(query)]


def plan_controls(request: Request) -> dict[str, Any]:
    """The controls of a plan's form."""
    return {
        "sources": {
            "site_id": record_source(request, "sites", Site, Permission.SITES_VIEW),
            "project_id": record_source(request, "projects", Project, Permission.PROJECTS_VIEW),
            "checklist_id": Source(options=checklist_options(request)),
            "responsible_id": Source(href=request.route_path("plans.inspectors"), label=lambda value: user_name(request, value)),
            "responsible_unit_id": Source(href=request.route_path("plans.units"), label=lambda value: unit_name(request, value)),
        },
    }


def plan_initial(plan: InspectionPlan) -> dict[str, Any]:
    """What a plan's form begins with."""
    names = ("name", "checklist_id", "interval_days", "responsible_id", "responsible_unit_id", "note", "active")
    return {name: getattr(plan, name) for name in names}


def new_plan_initial(request: Request) -> dict[str, Any]:
    """What a new plan begins with: the site that the link names, today."""
    today = request.ctx.now.astimezone(request.deployment.settings.timezone).date()
    site = request.GET.get("site_id", "")
    values: dict[str, Any] = {"starts_on": today.isoformat(), "interval_days": 30}
    return {**values, "site_id": int(site)} if site.isascii() and site.isdigit() and len(site) < 19 else values


PLANS = Archive(
    name="plans",
    kind="plan",
    model=InspectionPlan,
    service=PlanService,
    listing=PLAN_LIST,
    above=(_("Inspections"), "inspections.list"),
    view=Permission.INSPECTIONS_VIEW,
    edit=Permission.INSPECTIONS_PLAN,
    create_schema=PlanCreate,
    patch_schema=PlanPatch,
    serializer=PLAN,
    item=plan_item,
    page=plan_page,
    initial=plan_initial,
    controls=plan_controls,
    new_title=_("New inspection plan"),
    new_initial=new_plan_initial,
    kept_when_blank=frozenset({"name"}),
    summary="inspection plan",
    plural="inspection plans",
)


@view_config(route_name="plans.inspectors", permission=Permission.INSPECTIONS_PLAN, request_method="GET")
def inspector_options(request: Request) -> Response:
    """Inspectors of the person's branch."""
    text = request.GET.get("q", "").strip()[:60]
    found = inspectors_below(request.ctx.session, _branch(request), text, OFFERED)
    return options_fragment(request, [(each.id, each.name) for each in found])


@view_config(route_name="plans.units", permission=Permission.INSPECTIONS_PLAN, request_method="GET")
def unit_options(request: Request) -> Response:
    """Units of the person's branch."""
    text = request.GET.get("q", "").strip()[:60]
    query = select(Organisation).where(Organisation.active, prefix_range(Organisation.path, _branch(request)))
    if text:
        query = query.where(Organisation.name.icontains(text, autoescape=True))
    found = request.ctx.session.scalars(query.order_by(Organisation.path).limit(OFFERED))
    return options_fragment(request, [(each.id, each.label(request.locale_name)) for each in found])


def _branch(request: Request) -> str:
    return branch_of(request.ctx.session, request.actor.organisation_path or "/").path
