"""Figures: the leader's page, on the screen and on paper."""

from __future__ import annotations

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Routes of this room."""
    config.add_route("reports.overview", "/overview")
    config.add_route("reports.sheet", "/overview/sheet.pdf")
    config.scan("shuhua_web.reports")
