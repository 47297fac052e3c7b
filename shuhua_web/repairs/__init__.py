"""Repair requests: office screens, API, and the status page of an anonymous reporter."""

from __future__ import annotations

from pyramid.config import Configurator

from shuhua_core.accounts.permissions import Permission
from shuhua_core.repairs.models import RepairRequest

from ..api.actions import add_acting
from ..api.lists import add_list
from .api import REPAIR_ACTING
from .listing import REPAIRS
from .public import held_reports


def includeme(config: Configurator) -> None:
    """Routes of this room."""
    config.add_holder(held_reports)
    config.add_feed_kind("repair", RepairRequest, Permission.REPAIRS_VIEW)
    config.add_route("repairs.list", "/repairs")
    config.add_route("repairs.new", "/repairs/new")
    config.add_route("repairs.intake", "/repairs/intake")
    config.add_route("repairs.callers", "/repairs/intake/callers")
    config.add_route("repairs.fill", "/repairs/intake/fill")
    config.add_route("repairs.places", "/repairs/places")
    config.add_route("repairs.place", "/repairs/place")
    config.add_route("repairs.view", r"/repairs/{id:\d+}")
    config.add_route("repairs.edit", r"/repairs/{id:\d+}/edit")
    config.add_route("repairs.act", r"/repairs/{id:\d+}/actions/{action:[a-z_]+}")
    config.add_route("repairs.phone", r"/repairs/{id:\d+}/phone")
    config.add_route("repairs.targets", r"/repairs/{id:\d+}/targets")
    config.add_api_route("api.repairs.list", "/repairs")
    config.add_api_route("api.repairs.view", r"/repairs/{id:\d+}")
    add_acting(config, REPAIR_ACTING)
    config.add_api_route("api.reports.view", "/reports/{token}")
    config.add_api_route("api.reports.act", "/reports/{token}/actions/{action}")
    add_list(config, "api.repairs.list", REPAIRS, tag="repairs", summary="List repair requests")
    config.scan("shuhua_web.repairs")
