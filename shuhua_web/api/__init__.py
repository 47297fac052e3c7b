"""The API: how its views are declared, its document, signing in of devices, the feed of changes, uploads."""

from __future__ import annotations

from pyramid.config import Configurator

from . import changes
from .exactly_once import key_space, key_token
from .outputs import Out, PageOf, Serializer
from .parameters import Parameter, list_parameters, record_id
from .resource import ApiView, Reply, Variant, add_api_route, api_view

__all__ = [
    "ApiView",
    "Out",
    "PageOf",
    "Parameter",
    "Reply",
    "Serializer",
    "Variant",
    "api_view",
    "key_space",
    "list_parameters",
    "record_id",
]


def includeme(config: Configurator) -> None:
    """Directives for the rooms, and the API's own routes."""
    config.registry.api_views = []
    config.add_directive("add_api_route", add_api_route)
    config.add_directive("add_feed_kind", changes.add_feed_kind)
    config.add_request_method(key_token)
    config.registry.feed_kinds = {}
    config.add_of_deployment("openapi", lambda _deployment: None)
    config.add_api_route("api.index", "/")
    config.add_api_route("api.openapi", "/openapi.json")
    config.add_api_route("api.docs", "/docs")
    config.add_api_route("api.session", "/session")
    config.add_api_route("api.changes", "/changes")
    config.scan("shuhua_web.api")
