"""Inspections: what is due, what was found, plans and checklists, coverage and activity."""

from __future__ import annotations

from pyramid.config import Configurator

from shuhua_core.accounts.permissions import Permission
from shuhua_core.inspections.models import Inspection

from ..api.lists import add_list
from ..archives.pages import add_archive
from .listing import INSPECTIONS
from .plans import PLANS


def includeme(config: Configurator) -> None:
    """Routes of this room."""
    config.add_feed_kind("inspection", Inspection, Permission.INSPECTIONS_VIEW)
    config.add_route("inspections.list", "/inspections")
    config.add_route("inspections.due", "/inspections/due")
    config.add_route("inspections.coverage", "/inspections/coverage")
    config.add_route("inspections.activity", "/inspections/activity")
    config.add_route("inspections.spot_check", "/inspections/spot-check")
    config.add_route("inspections.view", r"/inspections/{id:\d+}")
    config.add_route("inspections.sheet", r"/inspections/{id:\d+}/sheet.pdf")
    config.add_route("checklists.list", "/checklists")
    config.add_route("checklists.new", "/checklists/new")
    config.add_route("checklists.view", r"/checklists/{id:\d+}")
    config.add_route("checklists.edit", r"/checklists/{id:\d+}/edit")
    config.add_route("plans.inspectors", "/plans/inspectors")
    config.add_route("plans.units", "/plans/units")
    config.add_api_route("api.inspections.list", "/inspections")
    config.add_api_route("api.inspections.due", "/inspections/due")
    config.add_api_route("api.inspections.coverage", "/inspections/coverage")
    config.add_api_route("api.inspections.activity", "/inspections/activity")
    config.add_api_route("api.inspections.view", r"/inspections/{id:\d+}")
    config.add_api_route("api.inspections.timeline", r"/inspections/{id:\d+}/timeline")
    config.add_api_route("api.checklists.list", "/checklists")
    config.add_api_route("api.checklists.view", r"/checklists/{id:\d+}")
    add_list(config, "api.inspections.list", INSPECTIONS, tag="inspections", summary="List inspections")
    add_archive(config, PLANS)
    config.scan("shuhua_web.inspections")
