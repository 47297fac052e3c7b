"""Divisions: searched by name or code, in the office's forms and over the API."""

from __future__ import annotations

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Routes of this room."""
    config.add_route("divisions.options", "/divisions/options")
    config.add_api_route("api.divisions.list", "/divisions")
    config.scan("shuhua_web.places")
