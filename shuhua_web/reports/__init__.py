"""Figures: the leader's page, on the screen and on paper, and a customer's use of what was bought."""

from __future__ import annotations

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Routes of this room."""
    config.add_route("reports.overview", "/overview")
    config.add_route("reports.sheet", "/overview/sheet.pdf")
    config.add_api_route("api.figures", "/figures")
    config.add_route("reports.customer", r"/customers/{id:\d+}/use")
    config.scan("shuhua_web.reports")
