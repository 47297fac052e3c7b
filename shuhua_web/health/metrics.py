"""Metrics in a registry of their own: requests and durations by route, the outbox's backlog at the moment of asking.

Each process counts for itself. Where several stand behind one address, let Prometheus scrape each; the backlog is read from
the database, so it is the same for all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from pyramid.config import Configurator
from sqlalchemy.exc import SQLAlchemyError

from shuhua_core.kernel.deployment import Deployment
from shuhua_core.kernel.outbox import backlog

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
METHODS = frozenset({"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"})


class Backlog(Collector):
    """Events that wait for the worker, and those that were given up."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment

    def describe(self) -> Iterable[Metric]:
        """Nothing: registering must not need the database."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """The present backlog; no values where the database cannot be asked."""
        now = self._deployment.clock.now()
        try:
            with self._deployment.database.read() as session:
                waiting, given_up, oldest = backlog(session, now)
        except SQLAlchemyError:
            return
        age = (now - oldest).total_seconds() if oldest else 0.0
        yield GaugeMetricFamily("shuhua_outbox_waiting", "Events that wait for the worker.", value=waiting)
        yield GaugeMetricFamily("shuhua_outbox_given_up", "Events whose delivery was given up.", value=given_up)
        yield GaugeMetricFamily("shuhua_outbox_oldest_seconds", "Age of the oldest event that waits.", value=age)


class Metrics:
    """The metrics of one application."""

    def __init__(self, deployment: Deployment) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter("shuhua_requests", "Requests answered.", ("route", "method", "status"), registry=self.registry)
        self._durations = Histogram(
            "shuhua_request_seconds", "Time to answer.", ("route",), buckets=BUCKETS, registry=self.registry
        )
        self.registry.register(Backlog(deployment))

    def observe(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one answered request; unknown methods are one, since a label must not take what clients invent."""
        self._requests.labels(route, method if method in METHODS else "other", str(status)).inc()
        self._durations.labels(route).observe(seconds)


def includeme(config: Configurator) -> None:
    """Count every request of this application."""
    registry: Any = config.registry
    config.add_of_deployment("metrics", Metrics)

    def observe_request(route: str, method: str, status: int, seconds: float) -> None:
        registry.metrics.observe(route, method, status, seconds)

    registry.observe_request = observe_request
