"""Replaced parts: their way back to the maker, the quality engineer's queue, and faults by model, batch and part."""

from __future__ import annotations

from pyramid.config import Configurator

from shuhua_core.accounts.permissions import Permission
from shuhua_core.parts.models import ReturnedPart

from ..api.actions import add_acting
from ..api.lists import add_list
from .api import PART_ACTING
from .listing import PARTS


def includeme(config: Configurator) -> None:
    """Routes of this room."""
    config.add_feed_kind("part", ReturnedPart, Permission.PARTS_VIEW)
    config.add_route("parts.list", "/parts")
    config.add_route("parts.faults", "/parts/faults")
    config.add_route("parts.faults_file", "/parts/faults.xlsx")
    config.add_route("parts.view", r"/parts/{id:\d+}")
    config.add_route("parts.act", r"/parts/{id:\d+}/actions/{action:[a-z_]+}")
    config.add_route("parts.sheet", r"/parts/{id:\d+}/sheet.pdf")
    config.add_api_route("api.parts.list", "/parts")
    config.add_api_route("api.parts.view", r"/parts/{id:\d+}")
    add_acting(config, PART_ACTING)
    add_list(config, "api.parts.list", PARTS, tag="parts", summary="List replaced parts")
    config.scan("shuhua_web.parts")
