"""For the administrator: plugins and their faults, what could not be delivered, jobs, settings, personal data on request."""

from __future__ import annotations

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Routes of this room."""
    config.add_route("system.plugins", "/system/plugins")
    config.add_route("users.sees", r"/users/{id:[0-9]{1,18}}/sees")
    config.add_route("persons.find", "/persons")
    config.add_route("persons.export", "/persons/export")
    config.add_route("persons.erase", "/persons/erase")
    config.add_route("system.jobs", "/system/jobs")
    config.add_route("system.jobs.run", "/system/jobs/{name:[a-z_.]{1,60}}/run")
    config.add_route("system.settings", "/system/settings")
    config.add_route("system.messages.retry", r"/system/messages/{id:\d+}/retry")
    config.add_route("system.links.retry", r"/system/links/{id:\d+}/retry")
    config.add_route("system.retry", r"/system/deliveries/{id:\d+}/retry")
    config.scan("shuhua_web.system")
