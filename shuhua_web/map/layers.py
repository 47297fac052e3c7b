"""The layers of the map: sites, and open requests. Each gives features of GeoJSON, clusters or points, for a view."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pyramid.request import Request
from sqlalchemy import select

from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.scope import prefix_range, visible
from shuhua_core.kernel.workflow import Workflow
from shuhua_core.repairs.machine import MACHINE as REPAIR_MACHINE
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.repairs.schema import SEVERITIES
from shuhua_core.sites.map_queries import Sight, SiteFilter, View, look, look_at_sites, reaches_few
from shuhua_core.sites.models import Site
from shuhua_core.sites.queries import SitePoint, site_points
from shuhua_core.sites.states import SITE_KINDS, SITE_STATES, shape_of
from shuhua_web import formats
from shuhua_web.i18n import _

Features = list[dict[str, Any]]

REPAIR_KIND = "repair"
LISTED = 5
"""How many requests the popup of one place names."""
_REPAIR_LOOKS: Mapping[str, tuple[str, str]] = {
    "warning": ("yellow", "?"),
    "info": ("purple", "i"),
    "primary": ("blue", ">"),
}
"""Tone of a state of requests -> its colour and sign on the map."""


def sites(request: Request, view: View, chosen: SiteFilter) -> Features:
    """The sites in view."""
    sight = look_at_sites(request.ctx, view, chosen)
    points = site_points(request.ctx.session, sight.points)
    return [*_clusters("sites", sight), *(_site_feature(request, point) for point in points)]


def repairs(request: Request, view: View, chosen: SiteFilter) -> Features:
    """The open requests in view; what narrows sites narrows them by the site that they are about."""
    ctx = request.ctx
    table = REPAIR_MACHINE.newest(ctx)
    conditions = [visible(RepairRequest, ctx.actor, Permission.REPAIRS_VIEW), RepairRequest.state.in_(_open_states(table))]
    if chosen.division:
        conditions.append(prefix_range(RepairRequest.division_code, chosen.division))
    of_site = SiteFilter(
        project_id=chosen.project_id,
        customer_id=chosen.customer_id,
        states=chosen.states,
        kinds=chosen.kinds,
        installed_from=chosen.installed_from,
        installed_to=chosen.installed_to,
    ).conditions()
    if of_site:
        conditions.append(RepairRequest.site_id.in_(select(Site.id).where(*of_site)))
    sight = look(ctx.session, RepairRequest, view, conditions, by_key=not reaches_few(ctx.actor, Permission.REPAIRS_VIEW))
    return [*_clusters("repairs", sight), *_repair_features(request, table, sight.points)]


LAYERS: Mapping[str, tuple[tuple[str, str], Permission, Callable[[Request, View, SiteFilter], Features]]] = {
    "sites": (("安装点", "Installation points"), Permission.SITES_VIEW, sites),
    "repairs": (("未了结的申请", "Open requests"), Permission.REPAIRS_VIEW, repairs),
}
"""Name -> its labels, the permission that it asks for, and what gives its features."""


def legend(request: Request) -> dict[str, Any]:
    """What shapes and colours mean, for the map's corner and its markers; only of layers that the person may see."""
    english = request.locale_name == "en"
    kinds: list[dict[str, Any]] = [
        {"value": name, "label": labels[english], "shape": shape_of(name)} for name, labels in SITE_KINDS.items()
    ]
    states = [
        {"value": state.name, "label": state.label(request.locale_name), "colour": state.colour, "sign": state.sign}
        for state in SITE_STATES.values()
    ]
    if request.actor.may(Permission.REPAIRS_VIEW):
        table = REPAIR_MACHINE.newest(request.ctx)
        kinds.append({"value": REPAIR_KIND, "label": request.tr(_("Open request")), "shape": "star", "beside": True})
        for name in _open_states(table):
            state = table.states[name]
            colour, sign = _REPAIR_LOOKS.get(state.tone, ("grey", "·"))
            states.append({"value": name, "label": state.label(request.locale_name), "colour": colour, "sign": sign})
    return {"kinds": kinds, "states": states}


def _open_states(table: Workflow) -> list[str]:
    """States of requests that somebody works on; a draft has not been sent yet."""
    return [name for name in table.open_states if name != "draft"]


def _clusters(layer: str, sight: Sight) -> Iterable[dict[str, Any]]:
    for cluster in sight.clusters:
        properties = {"cluster": True, "layer": layer, "count": cluster.count, "states": cluster.states}
        yield _feature(f"{layer}-cell-{cluster.cell}", (cluster.longitude, cluster.latitude), properties)


def _feature(identity: str, place: tuple[float, float], properties: dict[str, Any]) -> dict[str, Any]:
    point = {"type": "Point", "coordinates": [round(place[0], 6), round(place[1], 6)]}
    return {"type": "Feature", "id": identity, "geometry": point, "properties": properties}


def _rows(request: Request, *rows: tuple[Any, Any]) -> list[dict[str, str]]:
    return [{"label": request.tr(label), "value": str(value)} for label, value in rows if value]


def _site_feature(request: Request, point: SitePoint) -> dict[str, Any]:
    """A site with what its popup shows: customer, number of pieces, models, numbers and serials (R52)."""
    locale = request.locale_name
    state = SITE_STATES.get(point.state)
    named = [f"{number} ({serial})" if serial else number for number, serial in point.serials]
    if point.pieces > len(named):
        named.append("…")
    properties = {
        "layer": "sites",
        "title": point.name,
        "kind": point.kind,
        "state": point.state,
        "state_label": state.label(locale) if state else point.state,
        "url": request.route_path("sites.view", id=point.id),
        "rows": _rows(
            request,
            (_("Number"), point.number),
            (_("Customer"), point.customer),
            (_("Project"), point.project),
            (_("Address"), point.address),
            (_("Pieces"), formats.number(point.pieces)),
            (_("Models"), ", ".join(f"{name} × {count}" for name, count in point.models.items())),
            (_("Equipment"), ", ".join(named)),
        ),
    }
    return _feature(f"site-{point.id}", (point.longitude, point.latitude), properties)


def _repair_features(request: Request, table: Workflow, repair_ids: Iterable[int]) -> Features:
    """Requests; those of one place, as people report the same fault again and again, share a marker."""
    columns = (
        RepairRequest.id,
        RepairRequest.number,
        RepairRequest.state,
        RepairRequest.severity,
        RepairRequest.symptom,
        RepairRequest.created_at,
        RepairRequest.site_id,
        RepairRequest.morton,
        RepairRequest.longitude,
        RepairRequest.latitude,
        Site.name.label("site"),
    )
    query = select(*columns).outerjoin(Site, Site.id == RepairRequest.site_id).where(RepairRequest.id.in_(list(repair_ids)))
    places: dict[tuple[int, int], list[Any]] = {}
    for row in request.ctx.session.execute(query.order_by(RepairRequest.id.desc())):
        places.setdefault((row.morton, row.site_id or 0), []).append(row)
    return [_repair_feature(request, table, rows) for rows in places.values()]


def _repair_feature(request: Request, table: Workflow, rows: list[Any]) -> dict[str, Any]:
    newest, locale = rows[0], request.locale_name
    if len(rows) == 1:
        title, url = newest.number, request.route_path("repairs.view", id=newest.id)
        shown = _one_request(request, newest)
    else:
        title = request.tr(_("${n} open requests", mapping={"n": len(rows)}))
        url = request.route_path("repairs.view", id=newest.id)
        if newest.site_id:
            url = request.route_path("repairs.list", _query={"site_id": newest.site_id})
        told = [(each.number, f"{table.states[each.state].label(locale)} · {each.symptom[:40]}") for each in rows[:LISTED]]
        shown = _rows(request, (_("Installation point"), newest.site), *told, ("…", "…" if len(rows) > LISTED else ""))
    properties = {
        "layer": "repairs",
        "title": title,
        "kind": REPAIR_KIND,
        "state": newest.state,
        "state_label": table.states[newest.state].label(locale),
        "url": url,
        "rows": shown,
    }
    return _feature(f"repair-{newest.id}", (newest.longitude, newest.latitude), properties)


def _one_request(request: Request, row: Any) -> list[dict[str, str]]:
    zone, english = request.deployment.settings.timezone, request.locale_name == "en"
    return _rows(
        request,
        (_("Installation point"), row.site),
        (_("Severity"), SEVERITIES[row.severity][english] if row.severity in SEVERITIES else ""),
        (_("Symptom"), row.symptom[:120]),
        (_("Received"), formats.moment(row.created_at, zone)),
    )
