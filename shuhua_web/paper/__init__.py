"""Paper: the sheets of records as PDF, and any record's page as one with ``?paper=1``."""

from __future__ import annotations

from pyramid.config import Configurator
from pyramid.events import ContextFound

from .record import PARAMETER, record_renderer
from .sheets import answer, build, head, photos, signatures

__all__ = ["PARAMETER", "answer", "build", "head", "photos", "signatures"]


def includeme(config: Configurator) -> None:
    """The renderer of records on paper, and what chooses it."""
    config.add_renderer("record_paper", record_renderer)
    config.add_subscriber(_choose, ContextFound)


def _choose(event: ContextFound) -> None:
    request = event.request
    route = request.matched_route
    if route is not None and route.name.endswith((".view", ".record")) and request.method == "GET" and PARAMETER in request.GET:
        request.override_renderer = "record_paper"
