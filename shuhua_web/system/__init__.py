"""For the administrator: plugins and their faults, deliveries that were given up, workflow tables in force."""

from __future__ import annotations

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Routes of this room."""
    config.add_route("system.plugins", "/system/plugins")
    config.add_route("users.sees", r"/users/{id:[0-9]{1,18}}/sees")
    config.add_route("persons.find", "/persons")
    config.add_route("persons.export", "/persons/export")
    config.add_route("persons.erase", "/persons/erase")
    config.add_route("system.retry", r"/system/deliveries/{id:\d+}/retry")
    config.scan("shuhua_web.system")
