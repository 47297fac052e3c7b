"""Pages for everybody: a piece of equipment by the code on its label, a report by its token, sites nearby.

They are made by the server, work in every browser and without script, and are laid out for a phone in one hand.
"""

from __future__ import annotations

from pyramid.config import Configurator

from .pages import error_page
from .verification import add_verification


def includeme(config: Configurator) -> None:
    """Routes of this room. What has a fixed name comes before the codes."""
    add_verification(config)
    for prefix in ("/q/", "/r/"):
        config.registry.error_pages[prefix] = error_page
    config.add_route("public.find", "/q/")
    config.add_route("public.site", r"/q/sites/{id:\d+}")
    config.add_route("public.site.piece", r"/q/sites/{id:\d+}/{piece:\d+}")
    config.add_route("public.picture", r"/q/pictures/{piece:\d+}/{id:\d+}")
    config.add_route("public.piece", "/q/{code}")
    config.add_route("public.join", r"/q/{code}/me-too/{id:\d+}")
    config.add_route("public.report", "/r/{token}")
    config.add_route("public.contact", "/r/{token}/contact")
    config.add_route("public.quotation.sheet", r"/r/{token}/quotations/{id:\d+}/sheet.pdf")
    config.add_route("public.quotation.act", r"/r/{token}/quotations/{id:\d+}/{action:[a-z_]+}")
    config.add_route("public.report.act", "/r/{token}/{action}")
    config.scan("shuhua_web.public")
