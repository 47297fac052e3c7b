"""Whether the system lives, is ready, and how it does: for load balancers and Prometheus. docs/api.md tells what they mean."""

from __future__ import annotations

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """The three addresses and what the metrics are counted in."""
    config.include("shuhua_web.health.metrics")
    config.add_route("healthz", "/healthz")
    config.add_route("readyz", "/readyz")
    config.add_route("metrics", "/metrics")
    config.scan("shuhua_web.health")
