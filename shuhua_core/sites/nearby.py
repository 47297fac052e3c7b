"""Sites around a position, nearest first."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from shuhua_core.places.morton import Box, ranges
from shuhua_core.sites.models import Site

EARTH_METRES = 6_371_009.0
PUBLIC_KINDS = frozenset({"park", "community", "path", "stadium"})
"""Kinds of sites that stand open, so that everybody may know what is there; schools and clubs are their users' own."""


@dataclass(frozen=True, slots=True)
class Near:
    """A site, and how far away it is in metres."""

    site: Site
    distance: int


def metres_between(longitude: float, latitude: float, other_longitude: float, other_latitude: float) -> float:
    """The distance of two positions in WGS-84, on a sphere."""
    a, b = math.radians(latitude), math.radians(other_latitude)
    half = math.sin((b - a) / 2) ** 2
    half += math.cos(a) * math.cos(b) * math.sin(math.radians(other_longitude - longitude) / 2) ** 2
    return 2 * EARTH_METRES * math.asin(math.sqrt(min(1.0, half)))


def nearest(
    session: Session, longitude: float, latitude: float, radius: float, condition: ColumnElement[bool], *, limit: int = 50
) -> list[Near]:
    """The sites within ``radius`` metres that meet ``condition``, nearest first, at most ``limit``. One statement.

    The database looks in the box around the circle by ranges of Morton keys, and orders as on a plane, which differs from the
    sphere by less than a metre at such distances.
    """
    high = math.degrees(radius / EARTH_METRES)
    wide = high / max(0.01, math.cos(math.radians(latitude)))
    box = Box(max(-180, longitude - wide), max(-85, latitude - high), min(180, longitude + wide), min(85, latitude + high))
    inside = or_(*(and_(Site.morton >= low, Site.morton < end) for low, end in ranges(box)))
    east, north = (Site.longitude - longitude) * math.cos(math.radians(latitude)), Site.latitude - latitude
    query = select(Site).where(inside, condition).order_by(east * east + north * north, Site.id).limit(limit)
    found = []
    for site in session.scalars(query):
        distance = metres_between(longitude, latitude, site.longitude or 0.0, site.latitude or 0.0)
        if distance <= radius:
            found.append(Near(site, round(distance)))
    return sorted(found, key=lambda each: (each.distance, each.site.id))
