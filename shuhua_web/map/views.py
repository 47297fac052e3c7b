"""The map's page and its data."""

from __future__ import annotations

import json
import re
from functools import partial
from typing import Any

from pyramid.request import Request
from pyramid.view import view_config
from sqlalchemy import func, select

from shuhua_core.accounts.permissions import Permission
from shuhua_core.archives.models import Customer, Project
from shuhua_core.kernel.actor import ScopeKind
from shuhua_core.kernel.errors import Invalid, NotAllowed
from shuhua_core.kernel.schema import Choice, Date, Integer, Text
from shuhua_core.kernel.scope import visible
from shuhua_core.plugins.contracts import Basemap, Label
from shuhua_core.sites.map_queries import SiteFilter, read_view
from shuhua_core.sites.models import Site
from shuhua_core.sites.states import SITE_KINDS, SITE_STATES
from shuhua_web.api import Parameter, Reply, api_view
from shuhua_web.api.outputs import Out, Serializer
from shuhua_web.archives.pages import label_of
from shuhua_web.i18n import _
from shuhua_web.layout import crumbs
from shuhua_web.listing import ChoiceFilter, DateRange, DivisionFilter, Filter, RecordFilter
from shuhua_web.listing.page import Question
from shuhua_web.map.layers import LAYERS, legend
from shuhua_web.office.cards import HomeCard
from shuhua_web.places.widgets import division_label

_AT = re.compile(r"(-?[0-9]{1,3}(?:\.[0-9]+)?),(-?[0-9]{1,2}(?:\.[0-9]+)?)")
WIDEST = 150
"""Degrees of longitude; of a wider box a small map would show nothing but its middle, where nothing is."""
SAMPLE = 2000
"""How many sites are looked at to choose what the map shows first."""

STATE_LABELS = {each.name: (each.zh, each.en) for each in SITE_STATES.values()}

POINT = {
    "type": "object",
    "properties": {
        "type": {"const": "Point"},
        "coordinates": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
    },
    "required": ["type", "coordinates"],
}
FEATURE = Serializer(
    "MapFeature",
    [
        Out("type", {"const": "Feature"}),
        Out("id", "string"),
        Out("geometry", POINT, description="WGS-84."),
        Out(
            "properties",
            {
                "type": "object",
                "properties": {
                    "layer": {"type": "string"},
                    "cluster": {"type": "boolean", "description": "True of a cluster, which has `count` and `states`."},
                    "count": {"type": "integer"},
                    "states": {"type": "object", "additionalProperties": {"type": "integer"}},
                    "title": {"type": "string"},
                    "kind": {"type": "string"},
                    "state": {"type": "string"},
                    "state_label": {"type": "string"},
                    "url": {"type": "string", "description": "The record's page in the office."},
                    "rows": {"type": "array", "items": {"type": "object"}, "description": "What a popup shows."},
                },
                "required": ["layer"],
            },
        ),
    ],
)
COLLECTION = Serializer(
    "MapFeatures", [Out("type", {"const": "FeatureCollection"}), Out("features", [FEATURE])], "GeoJSON: points, or clusters."
)


@api_view(
    route_name="api.map",
    method="GET",
    permission=Permission.SITES_VIEW,
    tag="map",
    summary="See what is in a view of the map",
    description=(
        "Points where there are few, else clusters with counts by state. Filters combine; those of sites narrow the layer of "
        "requests by the site that they are about."
    ),
    parameters=(
        Parameter("bbox", Text(120), "`west,south,east,north` in degrees, WGS-84; west beyond east crosses the date line."),
        Parameter("zoom", Text(3), "Zoom as web maps count it, 0 to 26."),
        Parameter("layer", Choice({name: labels for name, (labels, _permission, _give) in LAYERS.items()}), "Layers.", many=True),
        Parameter("division", Text(20, pattern=r"[0-9A-Z][0-9A-Z-]*"), "Code of a division: it and all below it."),
        Parameter("project_id", Integer(1), "Sites of one project."),
        Parameter("customer_id", Integer(1), "Sites of one customer."),
        Parameter("state", Choice(STATE_LABELS), "States of sites.", many=True),
        Parameter("kind", Choice(SITE_KINDS), "Kinds of sites.", many=True),
        Parameter("installed_from", Date(), "Installed on this day or later."),
        Parameter("installed_to", Date(), "Installed on this day or earlier."),
    ),
    errors=(Invalid,),
    answer=COLLECTION,
)
def read_map(request: Request) -> Reply:
    """What is in view, of the layers that were asked for, or of all that the caller may see."""
    asked = request.arguments
    view = read_view(asked["bbox"], asked["zoom"])
    chosen = SiteFilter(
        division=asked["division"],
        project_id=asked["project_id"],
        customer_id=asked["customer_id"],
        states=frozenset(asked["state"]),
        kinds=frozenset(asked["kind"]),
        installed_from=asked["installed_from"],
        installed_to=asked["installed_to"],
    )
    features: list[dict[str, Any]] = []
    for name, (_labels, permission, give) in LAYERS.items():
        wanted = name in asked["layer"] or not asked["layer"]
        if wanted and request.actor.may(permission):
            features += give(request, view, chosen)
        elif name in asked["layer"]:
            raise NotAllowed
    return Reply({"type": "FeatureCollection", "features": features})


@view_config(route_name="map", permission=Permission.SITES_VIEW, request_method="GET", renderer="shuhua_web.map:templates/map.pt")
def show_map(request: Request) -> dict[str, Any]:
    """The page: filters, and the map, which fetches its points itself."""
    return {
        "title": _("Map"),
        "crumbs": crumbs(request, (_("Map"), None)),
        **map_of_all(request, _around(request.GET.get("at", ""))),
        "questions": [_question(request, each) for each in _filters(request)],
    }


def map_of_all(request: Request, bounds: str | None = None) -> dict[str, Any]:
    """What a template needs for a map of what the person may see, with ``bounds`` to begin with instead of all of it."""
    return {
        "source": request.route_path("api.map"),
        "legend": json.dumps(legend(request), ensure_ascii=False),
        "basemaps": json.dumps(basemaps(request), ensure_ascii=False),
        "bounds": bounds or _bounds(request),
    }


def map_card(request: Request) -> HomeCard | None:
    """The map on the first page of those whose work is spread over it."""
    actor = request.actor
    if not (actor.may(Permission.SITES_VIEW) and (actor.may(Permission.REPAIRS_VIEW) or actor.may(Permission.TASKS_VIEW))):
        return None
    return HomeCard(_("Installation points now"), request.route_path("map"), map=map_of_all(request))


def _filters(request: Request) -> list[Filter]:
    """The filters that the page offers: those parameters of the data that this person can set."""
    offered = {name: labels for name, (labels, permission, _give) in LAYERS.items() if request.actor.may(permission)}
    found: list[Filter] = [
        DivisionFilter("division", _("Division"), Site.division_code, source="divisions.options", label=division_label),
        ChoiceFilter("state", _("State"), Site.state, STATE_LABELS),
        ChoiceFilter("kind", _("Kind"), Site.kind, SITE_KINDS),
        DateRange("installed", _("Installed on"), Site.installed_on),
    ]
    for name, title, records, model, view in (
        ("project_id", _("Project"), "projects", Project, Permission.PROJECTS_VIEW),
        ("customer_id", _("Customer"), "customers", Customer, Permission.CUSTOMERS_VIEW),
    ):
        if request.actor.may(view):
            label = partial(_record_label, request, model, view)
            found.append(RecordFilter(name, title, getattr(Site, name), source=f"{records}.options", label=label))
    if len(offered) > 1:
        found.append(ChoiceFilter("layer", _("Layers"), None, offered))
    return found


def _record_label(request: Request, model: Any, view: str, _ctx: Any, value: str) -> str:
    return label_of(request, model, view, int(value)) if value.isascii() and value.isdigit() and len(value) < 19 else ""


def _question(request: Request, each: Any) -> Question:
    """A filter as the form shows it, with what the address says already."""
    given = [value for name in each.parameters for value in (request.GET.getall(name) or [""])]
    if each.template == "choice":
        english = request.locale_name == "en"
        options = [(word, labels[english]) for word, labels in each.labels_for(request.ctx).items()]
        return Question(each, [value for value in given if value], options)
    if each.template == "picker":
        name = each.label(request.ctx, given[0]) if given[0] else ""
        return Question(each, given if name else [], label=name, source=request.route_path(each.source))
    return Question(each, given)


def basemaps(request: Request) -> list[dict[str, Any]]:
    """The base maps of the installed providers, as the page's script wants them; lets the page load from their hosts."""

    def text(label: Label | None) -> str | None:
        return None if label is None else (label.en if request.locale_name == "en" else label.zh)

    def plain(name: str, basemap: Basemap) -> dict[str, Any]:
        for origin in basemap.csp_origins:
            request.allow_source("img-src", origin)
        return {
            "name": name,
            "label": text(request.registry.plugins.map_providers[name].label),
            "attribution": text(basemap.attribution),
            "datum": basemap.datum,
            "tiles": basemap.tiles,
            "subdomains": list(basemap.subdomains),
            "layers": [{"name": layer.name, "min_zoom": layer.min_zoom} for layer in basemap.layers],
            "min_zoom": basemap.min_zoom,
            "max_zoom": basemap.max_zoom,
            "approval_number": basemap.approval_number,
            "note": text(basemap.note),
        }

    return [plain(name, basemap) for name, basemap in request.registry.plugins.basemaps.items()]


def _around(at: str) -> str | None:
    """Bounds of a street's width around ``longitude,latitude``."""
    match = _AT.fullmatch(at)
    if match is None:
        return None
    longitude, latitude = float(match[1]), float(match[2])
    if abs(longitude) > 179.9 or abs(latitude) > 85:
        return None
    return f"{longitude - 0.01},{latitude - 0.006},{longitude + 0.01},{latitude + 0.006}"


def _bounds(request: Request) -> str | None:
    """The box of what the person may see, from a sample; None, which is all of China, for who sees everything or the world."""
    reach = request.actor.reach(Permission.SITES_VIEW)
    if any(grant.scope is ScopeKind.ALL for grant in reach):
        return None
    sample = (
        select(Site.longitude, Site.latitude)
        .where(visible(Site, request.actor, Permission.SITES_VIEW), Site.morton.is_not(None))
        .limit(SAMPLE)
        .subquery()
    )
    x, y = sample.c.longitude, sample.c.latitude
    corners = select(func.min(x), func.min(y), func.max(x), func.max(y))
    west, south, east, north = request.ctx.session.execute(corners).one()
    if west is None or east - west > WIDEST:
        return None
    margin = max(0.01, (east - west) * 0.05, (north - south) * 0.05)
    return f"{west - margin},{south - margin},{east + margin},{north + margin}"
