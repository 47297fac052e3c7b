"""Projects: their page and their answer in the API."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from sqlalchemy import func, select

from shuhua_core.accounts.permissions import Permission
from shuhua_core.archives.kinds import PROJECT_KINDS
from shuhua_core.archives.models import Customer, ProductModel, Project
from shuhua_core.archives.schema import ProjectCreate, ProjectPatch
from shuhua_core.archives.service import ProjectService
from shuhua_core.kernel.scope import visible
from shuhua_core.places.queries import full_name
from shuhua_core.sites.machine import GONE, THERE
from shuhua_core.sites.models import Equipment, Site
from shuhua_core.sites.states import IN_USE, INTACT, SITE_STATES
from shuhua_web import formats
from shuhua_web.api import Out, Serializer
from shuhua_web.archives.listing import PROJECT_LIST, standing
from shuhua_web.archives.pages import SHOWN, Archive, label, label_of, record_link, record_source
from shuhua_web.i18n import _
from shuhua_web.places.widgets import DivisionWidget
from shuhua_web.records import Fact, Related

PRODUCT = Serializer(
    "ProjectProduct",
    [Out("model_id", "integer"), Out("number", "string"), Out("name", "string"), Out("pieces", "integer")],
    description="A product model of which a project has pieces.",
)
PROJECT = Serializer(
    "Project",
    [
        Out("id", "integer"),
        Out("number", "string"),
        Out("name", "string"),
        Out("kind", "string"),
        Out("division_code", "string", nullable=True),
        Out("division", "string", description="Full name of the region, in the caller's language."),
        Out("amount", "amount", lambda each: f"{each.amount:.2f}" if each.amount is not None else None, nullable=True),
        Out("customer_id", "integer", nullable=True),
        Out("started_on", "date", nullable=True),
        Out("accepted_on", "date", nullable=True),
        Out("note", "string", nullable=True),
        Out("products", [PRODUCT]),
        Out("sites", "integer", description="How many installation points of the caller's scope belong to it."),
        Out("version", "integer"),
        Out("created_at", "moment"),
        Out("updated_at", "moment"),
        Out("links", {"type": "object", "additionalProperties": {"type": "string"}}),
    ],
    description="A contract that put equipment somewhere.",
)


def products_of(request: Request, project: Project) -> list[Any]:
    """The product models of a project with how many pieces of each the caller may see, the most frequent first."""
    query = (
        select(ProductModel.id.label("model_id"), ProductModel.number, ProductModel.name, func.count().label("pieces"))
        .join(Equipment, Equipment.model_id == ProductModel.id)
        .where(Equipment.project_id == project.id, visible(Equipment, request.actor, Permission.EQUIPMENT_VIEW))
        .group_by(ProductModel.id, ProductModel.number, ProductModel.name)
        .order_by(func.count().desc(), ProductModel.number)
    )
    return list(request.ctx.session.execute(query))


def project_item(request: Request, project: Project) -> dict[str, Any]:
    """A project as the API gives it (R80)."""
    session = request.ctx.session
    sites = select(func.count()).where(Site.project_id == project.id, visible(Site, request.actor, Permission.SITES_VIEW))
    return PROJECT.one(
        project,
        division=full_name(session, project.division_code, request.locale_name),
        products=PRODUCT.many(products_of(request, project)),
        sites=session.scalar(sites) or 0,
        links={
            "self": request.route_path("api.projects.view", id=project.id),
            "sites": request.route_path("api.sites.list", _query={"project_id": project.id}),
            "equipment": request.route_path("api.equipment.list", _query={"project_id": project.id}),
        },
    )


def project_page(request: Request, project: Project) -> dict[str, Any]:
    """A project with its products and its points."""
    locale, session = request.locale_name, request.ctx.session
    buyer = label_of(request, Customer, Permission.CUSTOMERS_VIEW, project.customer_id)
    may_open = project.customer_id is not None and request.actor.may(Permission.CUSTOMERS_VIEW)
    facts = [
        Fact(_("Number"), project.number),
        Fact(_("Name", context="thing"), project.name),
        Fact(_("Kind"), label(PROJECT_KINDS, project.kind, locale)),
        Fact(_("Region"), full_name(session, project.division_code, locale)),
        Fact(_("Amount (yuan)"), formats.amount(project.amount)),
        Fact(_("Customer"), buyer, request.route_path("customers.view", id=project.customer_id) if may_open else None),
        Fact(_("Started on"), formats.day(project.started_on)),
        Fact(_("Accepted on"), formats.day(project.accepted_on)),
        Fact(_("Note"), project.note, wide=True),
    ]
    products = [
        (record_link(request, "models.view", each.model_id, each.number), each.name, formats.number(each.pieces))
        for each in products_of(request, project)
    ]
    points = session.execute(
        select(Site, standing(Equipment.site_id, Site.id))
        .where(Site.project_id == project.id, visible(Site, request.actor, Permission.SITES_VIEW))
        .order_by(Site.id.desc())
        .limit(SHOWN)
    ).all()
    rows = [
        (
            record_link(request, "sites.view", site.id, site.number),
            site.name,
            site.address or "",
            SITE_STATES[site.state].label(locale),
            formats.number(pieces),
            formats.day(site.installed_on),
        )
        for site, pieces in points
    ]
    heads = (_("Number"), _("Name", context="thing"), _("Address"), _("State"), _("Equipment"), _("Installed on"))
    more = request.route_path("sites.list", _query={"project_id": project.id}) if rows else None
    return {
        "groups": [("", facts), (_("In total"), _totals(request, project))],
        "relations": [
            Related(_("Products"), (_("Model"), _("Name", context="thing"), _("Pieces")), products),
            Related(_("Installation points"), heads, rows, more_href=more),
        ],
    }


def _totals(request: Request, project: Project) -> list[Fact]:
    """Sites, pieces in use and what a piece came to, as far as the reader may see them; two statements."""
    session = request.ctx.session
    seen = visible(Site, request.actor, Permission.SITES_VIEW)
    sites = session.scalar(select(func.count()).where(Site.project_id == project.id, seen)) or 0
    there, used, intact, gone = session.execute(
        select(
            func.count().filter(Equipment.state.in_(THERE)),
            func.count().filter(Equipment.state.in_(IN_USE)),
            func.count().filter(Equipment.state.in_(INTACT)),
            func.count().filter(Equipment.state.in_(GONE)),
        ).where(Equipment.project_id == project.id, visible(Equipment, request.actor, Permission.EQUIPMENT_VIEW))
    ).one()
    pieces = {"project_id": project.id}
    return [
        Fact(_("Installation points"), formats.number(sites), request.route_path("sites.list", _query=pieces)),
        Fact(_("Equipment"), formats.number(there), request.route_path("equipment.list", _query=pieces)),
        Fact(_("Intact rate"), formats.percent(intact, used)),
        Fact(_("Scrapped, removed or replaced"), formats.number(gone)),
        Fact(_("Amount (yuan)"), formats.amount(project.amount)),
        Fact(_("Amount a site (yuan)"), formats.amount(project.amount / sites) if project.amount and sites else None),
    ]


def project_controls(request: Request) -> dict[str, Any]:
    """The controls of a project's form."""
    return {
        "widgets": {"division_code": DivisionWidget(request)},
        "sources": {"customer_id": record_source(request, "customers", Customer, Permission.CUSTOMERS_VIEW)},
    }


def project_initial(project: Project) -> dict[str, Any]:
    """What a project's form begins with."""
    values = {name: getattr(project, name) for name in ("number", "name", "kind", "division_code", "customer_id", "note")}
    days = {name: formats.day(getattr(project, name)) or None for name in ("started_on", "accepted_on")}
    return {**values, **days, "amount": f"{project.amount:.2f}" if project.amount is not None else None}


PROJECTS = Archive(
    name="projects",
    kind="project",
    model=Project,
    service=ProjectService,
    listing=PROJECT_LIST,
    view=Permission.PROJECTS_VIEW,
    edit=Permission.PROJECTS_EDIT,
    create_schema=ProjectCreate,
    patch_schema=ProjectPatch,
    serializer=PROJECT,
    item=project_item,
    page=project_page,
    initial=project_initial,
    controls=project_controls,
    new_title=_("New project"),
    bulk_fields=("kind", "division_code", "customer_id", "accepted_on"),
    summary="project",
    plural="projects",
)
