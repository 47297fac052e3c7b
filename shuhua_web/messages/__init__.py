"""Messages: a person's own inbox."""

from __future__ import annotations

from pyramid.config import Configurator

from ..api.lists import add_list
from .api import TEXTS
from .listing import MESSAGES
from .views import unread


def includeme(config: Configurator) -> None:
    """Routes of this room."""
    config.add_route("messages.list", "/messages")
    config.add_route("messages.read_all", "/messages/read")
    config.add_route("messages.view", r"/messages/{id:\d+}")
    config.add_menu_badge("messages.list", unread)
    config.add_api_route("api.messages.list", "/messages")
    config.add_api_route("api.messages.unread", "/messages/unread")
    config.add_api_route("api.messages.view", r"/messages/{id:\d+}")
    config.add_api_route("api.messages.read", r"/messages/{id:\d+}/actions/read")
    config.add_api_route("api.messages.read_all", "/messages/actions/read")
    config.add_api_route("api.push_subscription", "/push-subscription")
    add_list(config, "api.messages.list", MESSAGES, tag="messages", summary="List my messages", besides=TEXTS)
    config.scan("shuhua_web.messages")
