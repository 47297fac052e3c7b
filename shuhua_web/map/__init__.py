"""The map: a page of the office, and its GeoJSON over the API."""

from __future__ import annotations

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Routes of this room."""
    config.add_route("map", "/map")
    config.add_api_route("api.map", "/map")
    config.scan("shuhua_web.map")
