"""Installation points and equipment: office screens and API."""

from __future__ import annotations

from pyramid.config import Configurator

from shuhua_web.archives.pages import add_archive
from shuhua_web.sites.equipment import EQUIPMENT
from shuhua_web.sites.sites import SITES


def includeme(config: Configurator) -> None:
    """Routes of this room."""
    config.add_route("sites.phone", r"/sites/{id:\d+}/phone")
    config.add_route("sites.units", "/sites/units")
    config.add_route("sites.hosts", "/sites/hosts")
    config.add_route("equipment.act", r"/equipment/{id:\d+}/actions/{action:[a-z_]+}")
    config.add_api_route("api.sites.phone", r"/sites/{id:\d+}/phone")
    config.add_api_route("api.equipment.code", "/equipment/by-code/{code}")
    config.add_api_route("api.equipment.act", r"/equipment/{id:\d+}/actions/{action}")
    config.add_api_route("api.equipment.timeline", r"/equipment/{id:\d+}/timeline")
    for archive in (SITES, EQUIPMENT):
        add_archive(config, archive)
    config.scan("shuhua_web.sites")
