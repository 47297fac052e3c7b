"""Installation points and equipment: office screens and API."""

from __future__ import annotations

from pyramid.config import Configurator

from shuhua_web.api.actions import add_acting
from shuhua_web.api.lists import add_list
from shuhua_web.archives.merging import add_merging
from shuhua_web.archives.pages import add_archive
from shuhua_web.archives.twins import add_twins
from shuhua_web.sites.actions import PIECE_ACTING
from shuhua_web.sites.equipment import EQUIPMENT
from shuhua_web.sites.label_pages import LABELS
from shuhua_web.sites.lifetimes import LIFETIMES
from shuhua_web.sites.sites import SITE_MERGING, SITES


def includeme(config: Configurator) -> None:
    """Routes of this room."""
    config.add_route("sites.phone", r"/sites/{id:\d+}/phone")
    config.add_route("sites.units", "/sites/units")
    config.add_route("sites.hosts", "/sites/hosts")
    config.add_route("equipment.stop_notice", r"/equipment/{id:\d+}/stop-notice.pdf")
    config.add_route("equipment.act", r"/equipment/{id:\d+}/actions/{action:[a-z_]+}")
    config.add_route("equipment.replacements", r"/equipment/{id:\d+}/replacements")
    config.add_route("lifetimes.preview", "/lifetimes/preview")
    config.add_route("lifetimes.end", r"/lifetimes/{id:\d+}/end")
    config.add_route("labels.list", "/labels")
    config.add_route("labels.batches", "/labels/batches")
    config.add_route("labels.check", "/labels/check")
    config.add_route("labels.print", "/labels/print")
    config.add_route("labels.sheet", "/labels/sheet.pdf")
    config.add_route("labels.view", r"/labels/{id:\d+}")
    config.add_route("labels.act", r"/labels/{id:\d+}/actions/{action:[a-z_]+}")
    config.add_api_route("api.labels.list", "/labels")
    config.add_api_route("api.labels.view", "/labels/{code}")
    config.add_api_route("api.labels.act", "/labels/{code}/actions/{action}")
    config.add_api_route("api.sites.phone", r"/sites/{id:\d+}/phone")
    config.add_api_route("api.equipment.code", "/equipment/by-code/{code}")
    add_acting(config, PIECE_ACTING)
    for archive in (SITES, EQUIPMENT, LIFETIMES):
        add_archive(config, archive)
    add_merging(config, SITE_MERGING)
    add_twins(config, SITE_MERGING)
    add_list(config, "api.labels.list", LABELS, tag="labels", summary="List labels")
    config.scan("shuhua_web.sites")
