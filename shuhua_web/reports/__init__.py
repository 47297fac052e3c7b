"""Figures: the leader's page, on the screen and on paper, a customer's use of what was bought, the life of a piece."""

from __future__ import annotations

from pyramid.config import Configurator

from shuhua_web.reports.life import life_part, site_part


def includeme(config: Configurator) -> None:
    """Routes of this room."""
    config.add_route("reports.overview", "/overview")
    config.add_route("reports.sheet", "/overview/sheet.pdf")
    config.add_api_route("api.figures", "/figures")
    config.add_route("reports.customer", r"/customers/{id:\d+}/use")
    config.add_api_route("api.equipment.life", r"/equipment/{id:\d+}/life")
    config.add_record_part("equipment", life_part)
    config.add_record_part("site", site_part)
    config.add_route("reports.site", r"/sites/{id:\d+}/history")
    config.scan("shuhua_web.reports")
