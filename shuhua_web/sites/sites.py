"""Installation points: their page, their answer in the API, and the units that a form offers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config
from sqlalchemy import select

from shuhua_core.accounts.models import Organisation
from shuhua_core.accounts.permissions import Permission
from shuhua_core.archives.models import Customer, ProductModel, Project
from shuhua_core.kernel.context import Context
from shuhua_core.kernel.scope import covers, prefix_range, visible
from shuhua_core.media.service import MediaService
from shuhua_core.places.positions import position_of
from shuhua_core.places.queries import full_name
from shuhua_core.sites.machine import EQUIPMENT_WORKFLOW, GONE, THERE
from shuhua_core.sites.merging import SITE_MERGE, site_twins, twins_of_site
from shuhua_core.sites.models import Equipment, Site
from shuhua_core.sites.nearby import nearest
from shuhua_core.sites.schema import SiteCreate, SitePatch
from shuhua_core.sites.service import RESPONSIBLE_KINDS, SiteService
from shuhua_core.sites.states import POSITION_SOURCES, SITE_KINDS
from shuhua_web import formats
from shuhua_web.api import Out, Serializer, api_view, record_id
from shuhua_web.api.lists import Around
from shuhua_web.archives.customers import PHONE
from shuhua_web.archives.merging import Merging, earlier_fact, merge_action
from shuhua_web.archives.pages import OFFERED, SHOWN, Archive, label, label_of, record_link, record_source
from shuhua_web.archives.twins import twins_related
from shuhua_web.forms import Source, options_fragment
from shuhua_web.i18n import _
from shuhua_web.listing import Tool
from shuhua_web.media.items import MEDIA, media_item
from shuhua_web.media.pictures import captioned
from shuhua_web.places.widgets import DivisionWidget
from shuhua_web.records import Action, Fact, Related, badge, phone
from shuhua_web.sites.listing import SITE_LIST, SITE_TABLE

PLACE = Serializer(
    "SitePosition",
    [
        Out("longitude", "number"),
        Out("latitude", "number"),
        Out("raw_longitude", "number", description="As it came in, in its own datum."),
        Out("raw_latitude", "number"),
        Out("datum", "string", description="Of the raw position."),
        Out("accuracy", "number", nullable=True, description="In metres."),
        Out("source", "string", lambda site: site.position_source, nullable=True),
    ],
    description="WGS-84, beside what came in.",
)
SITE = Serializer(
    "Site",
    [
        Out("id", "integer"),
        Out("number", "string"),
        Out("name", "string"),
        Out("kind", "string"),
        Out("state", "string"),
        Out("state_label", "string", description="In the caller's language."),
        Out("state_at", "moment"),
        Out("division_code", "string", nullable=True),
        Out("division", "string", description="Full name of the division, in the caller's language."),
        Out("address", "string", nullable=True),
        Out("position", PLACE, lambda site: site if site.longitude is not None else None, nullable=True),
        Out("project_id", "integer", nullable=True),
        Out("customer_id", "integer", nullable=True),
        Out("host_unit_id", "integer", nullable=True),
        Out("organisation_id", "integer", nullable=True, description="The unit that is responsible."),
        Out("contact_name", "string", nullable=True),
        Out("phone", "string", lambda site: formats.masked_phone(site.phone), description="Masked."),
        Out("installed_on", "date", nullable=True),
        Out("note", "string", nullable=True),
        Out("media", [MEDIA]),
        Out("version", "integer"),
        Out("created_at", "moment"),
        Out("updated_at", "moment"),
        Out("links", {"type": "object", "additionalProperties": {"type": "string"}}),
    ],
    description="An installation point.",
)


def site_item(request: Request, site: Site) -> dict[str, Any]:
    """A site as the API gives it (R81)."""
    media = MediaService(request.ctx).of_records({"site": [site.id]})["site", site.id]
    return SITE.one(
        site,
        state_label=SITE_TABLE.states[site.state].label(request.locale_name),
        division=full_name(request.ctx.session, site.division_code, request.locale_name),
        media=[media_item(request, each) for each in media],
        links={
            "self": request.route_path("api.sites.view", id=site.id),
            "equipment": request.route_path("api.equipment.list", _query={"site_id": site.id}),
        },
    )


def site_page(request: Request, site: Site) -> dict[str, Any]:
    """A site with its pieces and pictures."""
    zone, locale, session = request.deployment.settings.timezone, request.locale_name, request.ctx.session
    facts = [
        Fact(_("Number"), site.number),
        Fact(_("Name", context="thing"), site.name),
        Fact(_("Kind"), label(SITE_KINDS, site.kind, locale)),
        Fact(_("State since"), formats.moment(site.state_at, zone)),
        Fact(_("Division"), full_name(session, site.division_code, locale)),
        Fact(_("Address"), site.address),
        linked(request, "projects", site.project_id),
        linked(request, "customers", site.customer_id),
        Fact(_("Responsible unit"), unit_name(request, site.organisation_id)),
        Fact(_("Host unit"), unit_name(request, site.host_unit_id)),
        Fact(_("Contact"), site.contact_name),
        Fact(_("Phone"), phone(request, site.phone, request.route_path("sites.phone", id=site.id))),
        Fact(_("Installed on"), formats.day(site.installed_on)),
        Fact(_("Note"), site.note, wide=True),
        *earlier_fact(request, "site", site),
    ]
    groups: list[tuple[Any, list[Fact]]] = [("", facts)]
    if site.longitude is not None:
        groups.append((_("Position"), _position_facts(request, site)))
    pictures = MediaService(request.ctx).of_records({"site": [site.id]})
    shown: dict[str, Any] = {
        "groups": groups,
        "badge": badge(SITE_TABLE, site.state, locale),
        "afterwards": request.route_path("reports.site", id=site.id),
        "pictures": captioned(request, pictures["site", site.id], site.number),
        "relations": [*twins_related(request, "sites", SITE_MERGE, site, twins_of_site), *_pieces(request, site)],
    }
    shown["actions"] = merge_action(request, "sites", SITE_MERGE, site)
    if request.actor.may(Permission.EQUIPMENT_EDIT) and covers(site, request.actor, Permission.SITES_VIEW):
        shown["actions"] += [Action(_("Add equipment"), request.route_path("equipment.new", _query={"site_id": site.id}))]
    return shown


REFERENCES: Mapping[str, tuple[Any, Any, str]] = {
    "projects": (_("Project"), Project, Permission.PROJECTS_VIEW),
    "customers": (_("Customer"), Customer, Permission.CUSTOMERS_VIEW),
    "models": (_("Model"), ProductModel, Permission.MODELS_VIEW),
    "sites": (_("Installation point"), Site, Permission.SITES_VIEW),
}
"""What sites and pieces name, by the first part of its routes."""


def linked(request: Request, name: str, record_id: int | None) -> Fact:
    """A record that another names, with the way to its page for who may see it."""
    title, model, view = REFERENCES[name]
    may_open = record_id is not None and request.actor.may(view)
    href = request.route_path(f"{name}.view", id=record_id) if may_open else None
    hidden = record_id is not None and not may_open
    return Fact(title, _("Not open to you") if hidden else label_of(request, model, view, record_id), href)


def unit_name(request: Request, organisation_id: int | None) -> str:
    """The name of an organisation that a visible record names."""
    unit = request.ctx.session.get(Organisation, organisation_id) if organisation_id is not None else None
    return unit.label(request.locale_name) if unit else ""


def _position_facts(request: Request, site: Site) -> list[Fact]:
    around = f"{site.longitude},{site.latitude}"
    facts = [
        Fact("WGS-84", f"{site.longitude:.6f}, {site.latitude:.6f}", request.route_path("map", _query={"at": around})),
        Fact(_("Source"), label(POSITION_SOURCES, site.position_source, request.locale_name)),
        Fact(_("Accuracy in metres"), formats.number(site.accuracy)),
    ]
    if site.datum != "wgs84":
        came_in = _("As it came in (${datum})", mapping={"datum": site.datum})
        facts.append(Fact(came_in, f"{site.raw_longitude}, {site.raw_latitude}"))
    return facts


def _pieces(request: Request, site: Site) -> Iterator[Related]:
    """The pieces that stand there, and those that once did."""
    locale = request.locale_name
    query = (
        select(Equipment)
        .where(Equipment.site_id == site.id, visible(Equipment, request.actor, Permission.EQUIPMENT_VIEW))
        .order_by(Equipment.number)
    )
    for title, condition, standing in (
        (_("Equipment"), Equipment.state.in_(THERE), True),
        (_("Formerly here"), Equipment.state.in_(GONE), False),
    ):
        found = request.ctx.session.scalars(query.where(condition).limit(SHOWN)).all()
        rows = [
            (
                record_link(request, "equipment.view", each.id, each.number),
                each.name,
                each.serial or "",
                each.place or "",
                badge(EQUIPMENT_WORKFLOW, each.state, locale).label,
                formats.day(each.installed_on),
                formats.day(each.safe_life_to),
            )
            for each in found
        ]
        more = request.route_path("equipment.list", _query={"site_id": site.id}) if rows else None
        if rows or standing:
            yield Related(title, PIECE_HEADS, rows, more_href=more)


PIECE_HEADS = (
    _("Number"),
    _("Name", context="thing"),
    _("Serial number"),
    _("Place on the site"),
    _("State"),
    _("Installed on"),
    _("Safe service life to"),
)


def site_controls(request: Request) -> dict[str, Any]:
    """The controls of a site's form."""

    def unit_label(value: int) -> str:
        return unit_name(request, value)

    return {
        "widgets": {"division_code": DivisionWidget(request)},
        "sources": {
            "project_id": record_source(request, "projects", Project, Permission.PROJECTS_VIEW),
            "customer_id": record_source(request, "customers", Customer, Permission.CUSTOMERS_VIEW),
            "organisation_id": Source(href=request.route_path("sites.units"), label=unit_label),
            "host_unit_id": Source(href=request.route_path("sites.hosts"), label=unit_label),
        },
        "omit": hidden_references(request),
    }


def hidden_references(request: Request) -> tuple[str, ...]:
    """Fields that name records which this person may not search."""
    needed = {"project_id": Permission.PROJECTS_VIEW, "customer_id": Permission.CUSTOMERS_VIEW}
    return tuple(name for name, permission in needed.items() if not request.actor.may(permission))


def site_initial(site: Site) -> dict[str, Any]:
    """What a site's form begins with; its phone is shown masked, so it is not among it."""
    names = (
        "number",
        "name",
        "kind",
        "division_code",
        "address",
        "project_id",
        "customer_id",
        "host_unit_id",
        "organisation_id",
        "contact_name",
        "note",
    )
    values = {name: getattr(site, name) for name in names}
    return {**values, "installed_on": formats.day(site.installed_on) or None, "position": position_of(site)}


def _around(ctx: Context, longitude: float, latitude: float, radius: int) -> list[tuple[int, int]]:
    seen = visible(Site, ctx.actor, Permission.SITES_VIEW)
    return [(each.site.id, each.distance) for each in nearest(ctx.session, longitude, latitude, radius, seen, limit=500)]


SITES = Archive(
    around=Around(_around),
    name="sites",
    kind="site",
    model=Site,
    service=SiteService,
    listing=SITE_LIST,
    view=Permission.SITES_VIEW,
    edit=Permission.SITES_EDIT,
    create_schema=SiteCreate,
    patch_schema=SitePatch,
    serializer=SITE,
    item=site_item,
    page=site_page,
    initial=site_initial,
    controls=site_controls,
    new_title=_("New installation point"),
    kept_when_blank=frozenset({"number", "phone"}),
    pictures=True,
    tools=(Tool(_("Possible duplicates"), "sites.twins", "arrows-join", Permission.SITES_MERGE),),
    bulk_fields=("kind", "division_code", "organisation_id", "project_id", "customer_id", "installed_on"),
    summary="site",
    plural="sites",
)


SITE_MERGING = Merging(archive=SITES, merge=SITE_MERGE, twins=site_twins, twins_of=twins_of_site)


@view_config(route_name="sites.units", permission=Permission.SITES_EDIT, request_method="GET")
def unit_options(request: Request) -> Response:
    """Agents, departments and branches that a site can be given to."""
    return options_fragment(request, _organisations(request, RESPONSIBLE_KINDS))


@view_config(route_name="sites.hosts", permission=Permission.SITES_EDIT, request_method="GET")
def host_options(request: Request) -> Response:
    """Host units that a site can belong to."""
    return options_fragment(request, _organisations(request, ("host_unit",)))


def _organisations(request: Request, kinds: Collection[str]) -> list[tuple[int, str]]:
    text = request.GET.get("q", "").strip()[:60]
    query = select(Organisation).where(
        Organisation.kind.in_(kinds), Organisation.active, prefix_range(Organisation.path, request.actor.organisation_path or "/")
    )
    if text:
        query = query.where(Organisation.name.icontains(text, autoescape=True))
    found = request.ctx.session.scalars(query.order_by(Organisation.path).limit(OFFERED))
    return [(each.id, each.label(request.locale_name)) for each in found]


@view_config(route_name="sites.phone", permission=Permission.PHONES_REVEAL, request_method="POST")
def reveal_phone(request: Request) -> Response:
    """The whole phone number in place of the masked one; the log has it before it is shown."""
    return Response(formats.phone(request.service(SiteService).reveal_phone(record_id(request))), content_type="text/plain")


@api_view(
    route_name="api.sites.phone",
    method="POST",
    permission=Permission.PHONES_REVEAL,
    tag="sites",
    summary="Reveal the phone of a site's contact",
    description="The whole number; that it was shown is logged.",
    answer=PHONE,
)
def reveal_phone_api(request: Request) -> dict[str, Any]:
    """The whole phone number."""
    return PHONE.one(request.service(SiteService).reveal_phone(record_id(request)))
