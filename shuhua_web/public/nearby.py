"""No label at hand: the code typed, or the nearest sites and their pieces."""

from __future__ import annotations

import re
from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config
from sqlalchemy import select

from shuhua_core.archives.models import ProductModel
from shuhua_core.kernel.errors import NotFound
from shuhua_core.sites import codes
from shuhua_core.sites.machine import GONE
from shuhua_core.sites.models import Equipment, Site
from shuhua_core.sites.nearby import PUBLIC_KINDS, Near, nearest
from shuhua_core.sites.states import PUBLIC_WORDS, SITE_KINDS, SITE_STATES

from ..i18n import _
from ..limits import limit_wrong_codes
from ..security import PUBLIC
from .pages import name_of, page, picture_of, state_of

RADIUS = 2000
SHOWN = 20
PIECES = 100
_NEAR = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,8})?,-?[0-9]{1,2}(\.[0-9]{1,8})?")


@view_config(route_name="public.find", request_method="GET", permission=PUBLIC, renderer="templates/find.pt")
def find(request: Request) -> Any:
    """Type the code, or ask for what is near; a code that is typed leads to its piece."""
    typed, near = request.GET.get("code", "")[:40], request.GET.get("near", "")
    code, wrong = codes.normalise(typed), False
    if code:
        known = request.dbsession.scalar(select(Equipment.id).where(Equipment.code == code))
        if known is not None:
            return HTTPSeeOther(request.route_path("public.piece", code=code))
        limit_wrong_codes(request)
        wrong = True
        request.response.status_int = 404
    sites = None
    if _NEAR.fullmatch(near):
        longitude, latitude = (float(each) for each in near.split(","))
        if abs(longitude) <= 180 and abs(latitude) <= 85:
            sites = [_site(request, each) for each in nearest_public(request, longitude, latitude)]
    return page(request, _("Report a fault"), typed=typed, wrong=wrong, sites=sites, radius=RADIUS)


def nearest_public(request: Request, longitude: float, latitude: float) -> list[Near]:
    """The nearest sites that everybody may know of."""
    return nearest(request.dbsession, longitude, latitude, RADIUS, Site.kind.in_(PUBLIC_KINDS), limit=SHOWN)


def _site(request: Request, near: Near) -> dict[str, Any]:
    site = near.site
    return {
        "name": site.name,
        "address": site.address,
        "kind": SITE_KINDS[site.kind][1 if request.locale_name == "en" else 0],
        "distance": near.distance,
        "state": SITE_STATES[site.state].label(request.locale_name),
        "href": request.route_path("public.site", id=site.id),
    }


def public_site(request: Request) -> Site:
    """The site in the path, if everybody may know of it. Raises NotFound."""
    if len(request.matchdict["id"]) > 18:
        raise NotFound
    site = request.dbsession.get(Site, int(request.matchdict["id"]))
    if site is None or site.kind not in PUBLIC_KINDS or site.morton is None:
        raise NotFound
    return site


@view_config(route_name="public.site", request_method="GET", permission=PUBLIC, renderer="templates/site.pt")
def site(request: Request) -> dict[str, Any]:
    """The pieces of a site, to choose by picture and name."""
    found = public_site(request)
    rows = request.dbsession.execute(
        select(Equipment, ProductModel)
        .join(ProductModel, ProductModel.id == Equipment.model_id)
        .where(Equipment.site_id == found.id, Equipment.state.not_in(GONE))
        .order_by(Equipment.place, Equipment.name, Equipment.id)
        .limit(PIECES)
    ).all()
    pieces = [_piece(request, found, each, model) for each, model in rows]
    return page(request, found.name, address=found.address, pieces=pieces)


def _piece(request: Request, site: Site, piece: Equipment, model: ProductModel) -> dict[str, Any]:
    words, tone = state_of(request, piece.state)
    if piece.code:
        href = request.route_path("public.piece", code=piece.code)
    else:
        href = request.route_path("public.site.piece", id=site.id, piece=piece.id)
    return {
        "name": name_of(request, piece, model),
        "place": piece.place,
        "state": words if PUBLIC_WORDS[piece.state].usable else _("Please do not use"),
        "tone": tone,
        "picture": picture_of(request, piece),
        "href": href,
    }
