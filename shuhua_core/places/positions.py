"""Putting a position that came in into a record's columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shuhua_core.places.datums import to_wgs84
from shuhua_core.places.morton import encode

POSITION_COLUMNS = ("longitude", "latitude", "raw_longitude", "raw_latitude", "datum", "accuracy", "position_source")


def position_values(position: Mapping[str, Any] | None) -> dict[str, Any]:
    """The columns of a position as :class:`shuhua_core.kernel.schema.PositionSchema` reads it; all None without one.

    Bulk writers use it with :func:`morton_of`, records through :func:`set_position`.
    """
    if position is None:
        return dict.fromkeys(POSITION_COLUMNS)
    there = to_wgs84(position["longitude"], position["latitude"], position["datum"])
    return {
        "longitude": there.lon,
        "latitude": there.lat,
        "raw_longitude": position["longitude"],
        "raw_latitude": position["latitude"],
        "datum": position["datum"],
        "accuracy": position["accuracy"],
        "position_source": position["source"],
    }


def morton_of(longitude: float | None, latitude: float | None) -> int | None:
    """The key under which the map finds a position in WGS-84, None without one."""
    return None if longitude is None or latitude is None else encode(longitude, latitude)


def map_values(position: Mapping[str, Any] | None) -> dict[str, Any]:
    """:func:`position_values` with the key of the map, for a new record that the map shows."""
    values = position_values(position)
    return values | {"morton": morton_of(values["longitude"], values["latitude"])}


def set_position(record: Any, position: Mapping[str, Any] | None) -> None:
    """Give ``record`` the position, or take it away with None; a record that the map shows gets its Morton key too.

    ``record`` has the columns of :class:`shuhua_core.places.models.PositionColumns` or of ``MapColumns``.
    """
    for name, value in position_values(position).items():
        setattr(record, name, value)
    if hasattr(record, "morton"):
        record.morton = morton_of(record.longitude, record.latitude)


def position_of(record: Any) -> dict[str, Any] | None:
    """The raw position of ``record`` as it came in, in the shape of PositionSchema; None without one."""
    if record.raw_longitude is None:
        return None
    return {
        "longitude": record.raw_longitude,
        "latitude": record.raw_latitude,
        "datum": record.datum,
        "accuracy": record.accuracy,
        "source": record.position_source,
    }
