"""Quarantine: refused requests of people whose rights have ended, and what managers decide on them."""

from __future__ import annotations

from pyramid.config import Configurator

from .listing import HELD
from .refusing import quarantined


def includeme(config: Configurator) -> None:
    """Routes of this room, and its say in what a refused phone is answered."""
    config.add_refusal(quarantined)
    config.add_route("quarantine.list", "/quarantine")
    config.add_route("quarantine.view", r"/quarantine/{id:\d+}")
    config.add_route("quarantine.apply", r"/quarantine/{id:\d+}/apply")
    config.add_route("quarantine.discard", r"/quarantine/{id:\d+}/discard")
    config.add_listing(HELD, "quarantine.list")
    config.scan("shuhua_web.quarantine")
