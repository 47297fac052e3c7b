"""Pages for everybody: a piece of equipment by the code on its label, and a report by its token."""

from __future__ import annotations

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Routes of this room."""
    config.add_route("public.piece", "/q/{code}")
    config.add_route("public.report", "/r/{token}")
    config.add_route("public.report.act", "/r/{token}/{action}")
    config.scan("shuhua_web.public")
