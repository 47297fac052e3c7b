"""Follow-ups: the clerk's queue, and what customers said."""

from __future__ import annotations

from pyramid.config import Configurator

from shuhua_core.accounts.permissions import Permission
from shuhua_core.followups.models import Followup

from ..api.lists import add_list
from .listing import FOLLOWUPS


def includeme(config: Configurator) -> None:
    """Routes of this room."""
    config.add_feed_kind("followup", Followup, Permission.FOLLOWUPS_VIEW)
    config.add_route("followups.list", "/followups")
    config.add_route("followups.view", r"/followups/{id:\d+}")
    config.add_route("followups.sheet", r"/followups/{id:\d+}/sheet.pdf")
    config.add_api_route("api.followups.list", "/followups")
    config.add_api_route("api.followups.view", r"/followups/{id:\d+}")
    config.add_api_route("api.followups.timeline", r"/followups/{id:\d+}/timeline")
    add_list(config, "api.followups.list", FOLLOWUPS, tag="followups", summary="List follow-ups")
    config.scan("shuhua_web.followups")
