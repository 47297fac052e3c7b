"""The phone: the page that starts the app, its service worker and manifest, and what it needs to go on without a network.

The app is a client of ``/api/v1`` with a bearer token and of nothing else; this room serves its files, and the tables by which it
foresees what its own unsent actions will lead to.
"""

from __future__ import annotations

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Routes of this room."""
    config.add_route("mobile.bare", "/m")
    config.add_route("mobile.app", "/m/")
    config.add_route("mobile.get", "/phone-app")
    config.add_route("mobile.worker", "/m/sw.js")
    config.add_route("mobile.manifest", "/m/manifest.webmanifest")
    config.add_api_route("api.workflows.view", r"/workflows/{name:[a-z_]+}")
    config.add_api_route("api.repairers.list", "/repairers")
    config.scan("shuhua_web.mobile")
