"""Shuhua on the web. :func:`main` is the table of contents."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from logging import getLogger
from typing import Any

from pyramid.config import Configurator

from shuhua_core.audit.running import LOGGER, keep_running_log
from shuhua_core.house import open_deployment
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.kernel.settings import from_mapping
from shuhua_core.plugins.manager import Plugins, build_plugin_manager

PLUMBING = (
    "shuhua_web.routing",
    "pyramid_chameleon",
    "shuhua_web.logging",
    "shuhua_web.headers",
    "shuhua_web.security",
    "shuhua_web.context",
    "shuhua_web.errors",
    "shuhua_web.layout",
    "shuhua_web.records",
    "shuhua_web.paper",
    "shuhua_web.listing",
    "shuhua_web.health",
    "shuhua_web.api",
)

ROOMS = (
    "shuhua_web.office",
    "shuhua_web.accounts",
    "shuhua_web.audit",
    "shuhua_web.media",
    "shuhua_web.quarantine",
    "shuhua_web.choices",
    "shuhua_web.places",
    "shuhua_web.archives",
    "shuhua_web.sites",
    "shuhua_web.imports",
    "shuhua_web.repairs",
    "shuhua_web.tasks",
    "shuhua_web.quotations",
    "shuhua_web.inspections",
    "shuhua_web.followups",
    "shuhua_web.parts",
    "shuhua_web.messages",
    "shuhua_web.articles",
    "shuhua_web.public",
    "shuhua_web.mobile",
    "shuhua_web.map",
    "shuhua_web.reports",
    "shuhua_web.system",
)


def main(global_config: dict[str, Any], **settings: Any) -> Any:
    """The WSGI application of the deployment that an ini file's section and the environment describe."""
    deployment = open_deployment(from_mapping(settings, os.environ))
    app = make_app(deployment, settings)
    keep_running_log(deployment)
    getLogger(LOGGER).info("a web process begins")
    return app


def make_app(deployment: Deployment, settings: Mapping[str, Any] | None = None, rooms: Iterable[str] = ROOMS) -> Any:
    """The WSGI application of a deployment that is open already; tests bring their own."""
    config = Configurator(settings=dict(settings or {}))
    config.registry.deployment = deployment
    config.include("shuhua_web.serving")
    config.add_of_deployment("plugins", _plugins)
    for part in (*PLUMBING, *rooms):
        config.include(part)
    return config.make_wsgi_app()


def _plugins(deployment: Deployment) -> Plugins:
    return build_plugin_manager(deployment.settings)
