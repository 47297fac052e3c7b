"""The desk: the first page of everybody, signing in and out, password and language."""

from pyramid.config import Configurator

from .cards import providers
from .service_cards import workflows_in_force


def includeme(config: Configurator) -> None:
    """Routes and views of this room."""
    config.registry.home_cards = providers()
    config.add_request_method(workflows_in_force, reify=True)
    config.add_route("home", "/")
    config.add_route("sign_in", "/sign-in")
    config.add_route("sign_in.code", "/sign-in/code")
    config.add_route("sign_out", "/sign-out")
    config.add_route("password", "/password")
    config.add_route("language", "/language")
    config.scan("shuhua_web.office")
