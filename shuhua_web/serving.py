"""What an application holds of the deployment that it serves. All else in it is the same for every deployment.

Tests build one application and let it serve the deployment of one test after the other, since building takes longer than most
tests do; so what a part keeps of its deployment has to be declared here, or it would still be there in the next test.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyramid.config import Configurator

from shuhua_core.kernel.deployment import Deployment

Maker = Callable[[Deployment], Any]


def serve(registry: Any, deployment: Deployment) -> None:
    """Let the application of ``registry`` serve ``deployment``, with everything in it made anew that belongs to one.

    Not while it answers requests. Routes that the settings decide on (``shuhua.verification_path``) stay as they were built.
    """
    registry.deployment = deployment
    for name, make in registry.of_deployment.items():
        setattr(registry, name, make(deployment))


def add_of_deployment(config: Configurator, name: str, make: Maker) -> None:
    """Keep what ``make(deployment)`` gives as ``registry.<name>``, for as long as that deployment is served."""
    config.registry.of_deployment[name] = make
    setattr(config.registry, name, make(config.registry.deployment))


def includeme(config: Configurator) -> None:
    """Before everything that keeps something of its deployment; ``registry.deployment`` is there already."""
    config.registry.of_deployment = {}
    config.add_directive("add_of_deployment", add_of_deployment)
