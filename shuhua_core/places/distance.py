"""How far two positions are from each other."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from shuhua_core.places.positions import position_values

EARTH_RADIUS = 6_371_008.8
"""Mean radius in metres."""


def metres_between(longitude: float, latitude: float, other_longitude: float, other_latitude: float) -> float:
    """Metres along the sphere between two positions in WGS-84; half a per cent off at worst."""
    here, there = math.radians(latitude), math.radians(other_latitude)
    half = math.sin((there - here) / 2) ** 2
    half += math.cos(here) * math.cos(there) * math.sin(math.radians(other_longitude - longitude) / 2) ** 2
    return 2 * EARTH_RADIUS * math.asin(min(1.0, math.sqrt(half)))


def metres_to(place: Any, position: Mapping[str, Any] | None) -> int | None:
    """Whole metres from a position as it came in to a record with one; None where either is unknown."""
    here = position_values(position)
    if here["longitude"] is None or place is None or place.longitude is None:
        return None
    return round(metres_between(here["longitude"], here["latitude"], place.longitude, place.latitude))
