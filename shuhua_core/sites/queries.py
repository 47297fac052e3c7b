"""Reading sites and equipment for lists, popups and pages: few statements, whatever the number of rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, load_only

from shuhua_core.archives.models import Customer, ProductModel, Project
from shuhua_core.kernel.actor import Actor
from shuhua_core.kernel.scope import visible
from shuhua_core.sites import codes
from shuhua_core.sites.machine import GONE
from shuhua_core.sites.models import Equipment, Site

SHOWN_SERIALS = 3
"""How many pieces a popup names; it counts the others."""


@dataclass(frozen=True, slots=True)
class SitePoint:
    """What the map tells of one site (R50, R52)."""

    id: int
    number: str
    name: str
    kind: str
    state: str
    longitude: float
    latitude: float
    address: str | None
    customer: str | None
    project: str | None
    pieces: int
    models: Mapping[str, int]
    """Name of a model -> how many of it."""
    serials: tuple[tuple[str, str | None], ...]
    """Numbers and serials of the first pieces."""


def site_points(session: Session, site_ids: Collection[int]) -> list[SitePoint]:
    """The points of these sites, which the caller has made sure the actor may see. Three statements."""
    if not site_ids:
        return []
    models = _models(session, site_ids)
    serials = _serials(session, site_ids)
    rows = session.execute(
        select(Site, Customer.name, Project.name)
        .outerjoin(Customer, Customer.id == Site.customer_id)
        .outerjoin(Project, Project.id == Site.project_id)
        .where(Site.id.in_(site_ids), Site.morton.is_not(None))
        .options(load_only(Site.number, Site.name, Site.kind, Site.state, Site.longitude, Site.latitude, Site.address))
        .order_by(Site.id)
    )
    return [
        SitePoint(
            id=site.id,
            number=site.number,
            name=site.name,
            kind=site.kind,
            state=site.state,
            longitude=site.longitude or 0.0,
            latitude=site.latitude or 0.0,
            address=site.address,
            customer=customer,
            project=project,
            pieces=sum(models.get(site.id, {}).values()),
            models=models.get(site.id, {}),
            serials=tuple(serials.get(site.id, ())),
        )
        for site, customer, project in rows
    ]


def _models(session: Session, site_ids: Collection[int]) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {}
    query = (
        select(Equipment.site_id, ProductModel.name, func.count())
        .join(ProductModel, ProductModel.id == Equipment.model_id)
        .where(Equipment.site_id.in_(site_ids), Equipment.state.not_in(GONE))
        .group_by(Equipment.site_id, ProductModel.id, ProductModel.name)
        .order_by(func.count().desc(), ProductModel.name)
    )
    for site_id, name, count in session.execute(query):
        models = found.setdefault(site_id or 0, {})
        models[name] = models.get(name, 0) + count
    return found


def _serials(session: Session, site_ids: Collection[int]) -> dict[int, list[tuple[str, str | None]]]:
    place = func.row_number().over(partition_by=Equipment.site_id, order_by=Equipment.id).label("place")
    ranked = (
        select(Equipment.site_id, Equipment.number, Equipment.serial, place)
        .where(Equipment.site_id.in_(site_ids), Equipment.state.not_in(GONE))
        .subquery()
    )
    found: dict[int, list[tuple[str, str | None]]] = {}
    query = select(ranked).where(ranked.c.place <= SHOWN_SERIALS).order_by(ranked.c.site_id, ranked.c.place)
    for site_id, number, serial, _place in session.execute(query):
        found.setdefault(site_id, []).append((number, serial))
    return found


def count_by_state(session: Session, model: Any, actor: Actor, permission: str) -> dict[str, int]:
    """State -> how many records of ``model`` the actor may see in it."""
    query = select(model.state, func.count()).where(visible(model, actor, permission)).group_by(model.state)
    return dict(session.execute(query).all())


def holder_of(session: Session, code: str) -> int | None:
    """The id of the piece that carries the label ``code``, whoever asks: a label is an address, and hides nothing.

    What the holder of the code may then see is for the scope "own" to say.
    """
    return session.scalar(select(Equipment.id).where(Equipment.code == codes.normalise(code)))
