"""Customers, projects and product models: office screens and API."""

from __future__ import annotations

from pyramid.config import Configurator

from shuhua_web.archives.customers import CUSTOMER_MERGING, CUSTOMERS
from shuhua_web.archives.merging import add_merging
from shuhua_web.archives.pages import add_archive
from shuhua_web.archives.product_models import MODELS
from shuhua_web.archives.projects import PROJECTS
from shuhua_web.archives.twins import add_twins


def includeme(config: Configurator) -> None:
    """Routes of this room."""
    for archive in (CUSTOMERS, PROJECTS, MODELS):
        add_archive(config, archive)
    add_merging(config, CUSTOMER_MERGING)
    add_twins(config, CUSTOMER_MERGING)
    config.add_route("customers.phone", r"/customers/{id:\d+}/phone")
    config.add_api_route("api.customers.phone", r"/customers/{id:\d+}/phone")
    config.add_api_route("api.callers.list", "/callers")
    config.scan("shuhua_web.archives")
