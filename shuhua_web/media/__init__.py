"""Photos, videos and sound: upload at once or in pieces, and download by those who may see the record that they hang on."""

from __future__ import annotations

from pyramid.config import Configurator

from shuhua_core.media.store import MediaStore


def includeme(config: Configurator) -> None:
    """Routes of this room; the store is ``request.registry.media_store``."""
    config.add_of_deployment("media_store", lambda deployment: MediaStore(deployment.settings))
    config.add_api_route("api.media.list", "/media")
    config.add_api_route("api.media.view", "/media/{id}")
    config.add_api_route("api.media.file", "/media/{id}/{variant}")
    config.add_api_route("api.uploads.list", "/uploads")
    config.add_api_route("api.uploads.view", r"/uploads/{upload:[A-Za-z0-9_-]+}")
    config.add_route("media.pictures", r"/media/pictures/{oid:[A-Za-z0-9_-]+}")
    config.scan("shuhua_web.media")
