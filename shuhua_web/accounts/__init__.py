"""Users and organisations, for the administrator."""

from pyramid.config import Configurator

ID = "{id:[0-9]{1,18}}"


def includeme(config: Configurator) -> None:
    """Routes and views of this room."""
    config.add_route("users.list", "/users")
    config.add_route("users.new", "/users/new")
    config.add_route("users.view", f"/users/{ID}")
    config.add_route("users.edit", f"/users/{ID}/edit")
    config.add_route("users.disable", f"/users/{ID}/disable")
    config.add_route("users.enable", f"/users/{ID}/enable")
    config.add_route("users.password", f"/users/{ID}/password")
    config.add_route("organisations.list", "/organisations")
    config.add_route("organisations.new", "/organisations/new")
    config.add_route("organisations.edit", f"/organisations/{ID}/edit")
    config.scan("shuhua_web.accounts")
