"""Quotations: office screens, paper, API, and the customer's answer by the token of a report."""

from __future__ import annotations

from pyramid.config import Configurator

from shuhua_core.accounts.permissions import Permission
from shuhua_core.quotations.models import Quotation

from ..api.actions import add_acting
from ..api.lists import add_list
from .api import QUOTATION_ACTING
from .facts import repair_part, task_part
from .listing import QUOTATIONS
from .public import held_quotations


def includeme(config: Configurator) -> None:
    """Routes of this room."""
    config.add_holder(held_quotations)
    config.add_feed_kind("quotation", Quotation, Permission.QUOTATIONS_VIEW)
    config.add_record_part("task", task_part)
    config.add_record_part("repair", repair_part)
    config.add_route("quotations.list", "/quotations")
    config.add_route("quotations.view", r"/quotations/{id:\d+}")
    config.add_route("quotations.edit", r"/quotations/{id:\d+}/edit")
    config.add_route("quotations.act", r"/quotations/{id:\d+}/actions/{action:[a-z_]+}")
    config.add_route("quotations.sheet", r"/quotations/{id:\d+}/sheet.pdf")
    config.add_route("quotations.new", r"/tasks/{id:\d+}/quotations/new")
    config.add_route("quotations.waive", r"/tasks/{id:\d+}/free-of-charge")
    config.add_api_route("api.quotations.list", "/quotations")
    config.add_api_route("api.quotations.view", r"/quotations/{id:\d+}")
    add_acting(config, QUOTATION_ACTING)
    config.add_api_route("api.quotations.new", r"/tasks/{id:\d+}/quotations")
    config.add_api_route("api.quotations.waive", r"/tasks/{id:\d+}/free-of-charge")
    config.add_api_route("api.reports.quotations", "/reports/{token}/quotations")
    config.add_api_route("api.reports.quotations.act", r"/reports/{token}/quotations/{id:\d+}/actions/{action}")
    add_list(config, "api.quotations.list", QUOTATIONS, tag="quotations", summary="List quotations")
    config.scan("shuhua_web.quotations")
