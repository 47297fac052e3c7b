"""Tasks: office screens and API."""

from __future__ import annotations

from pyramid.config import Configurator

from shuhua_core.accounts.permissions import Permission
from shuhua_core.tasks.models import Task

from ..api.actions import add_acting
from ..api.lists import add_list
from .api import TASK_ACTING
from .bulk import ALLOCATE, ASSIGN, DEADLINE
from .listing import TASKS
from .work_of_piece import work_widget


def includeme(config: Configurator) -> None:
    """Routes of this room."""
    config.add_feed_kind("task", Task, Permission.TASKS_VIEW)
    config.add_route("tasks.list", "/tasks")
    config.add_route("tasks.units", "/tasks/units")
    config.add_route("tasks.repairers", "/tasks/repairers")
    config.add_route("tasks.view", r"/tasks/{id:\d+}")
    config.add_route("tasks.act", r"/tasks/{id:\d+}/actions/{action:[a-z_]+}")
    config.add_route("tasks.deadline", r"/tasks/{id:\d+}/deadline")
    config.add_route("tasks.phone", r"/tasks/{id:\d+}/phone/{repair_id:\d+}")
    config.add_route("tasks.sheet", r"/tasks/{id:\d+}/sheet.pdf")
    config.add_route("tasks.service_sheet", r"/tasks/{id:\d+}/service.pdf")
    config.add_api_route("api.tasks.list", "/tasks")
    config.add_api_route("api.tasks.view", r"/tasks/{id:\d+}")
    add_acting(config, TASK_ACTING)
    config.add_api_route("api.tasks.phone", r"/tasks/{id:\d+}/phone/{repair_id:\d+}")
    config.add_api_route("api.tasks.proposals", r"/tasks/{id:\d+}/proposals")
    config.add_api_route("api.equipment.open_work", r"/equipment/{id:\d+}/open-work")
    config.add_action_widget("equipment", "open_work", work_widget)
    add_list(config, "api.tasks.list", TASKS, tag="tasks", summary="List tasks")
    for action in (ALLOCATE, ASSIGN, DEADLINE):
        config.add_bulk_action("tasks", action)
    config.scan("shuhua_web.tasks")
