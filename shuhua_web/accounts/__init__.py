"""Users and organisations, for the administrator."""

from pyramid.config import Configurator

from .listing import USERS

ID = "{id:[0-9]{1,18}}"


def includeme(config: Configurator) -> None:
    """Routes and views of this room."""
    config.add_route("users.list", "/users")
    config.add_route("users.new", "/users/new")
    config.add_route("users.import", "/users/import")
    config.add_route("users.import.template", "/users/import/template")
    config.add_route("users.import.errors", "/users/import/errors")
    config.add_route("users.view", f"/users/{ID}")
    config.add_route("users.edit", f"/users/{ID}/edit")
    config.add_route("users.disable", f"/users/{ID}/disable")
    config.add_route("users.enable", f"/users/{ID}/enable")
    config.add_route("users.password", f"/users/{ID}/password")
    config.add_route("users.delete", f"/users/{ID}/delete")
    config.add_route("users.phone", f"/users/{ID}/phone")
    config.add_route("users.divisions", f"/users/{ID}/divisions")
    config.add_route("users.link", f"/users/{ID}/link")
    config.add_route("users.sessions", f"/users/{ID}/sessions")
    config.add_route("users.sessions.end", f"/users/{ID}/sessions/end")
    config.add_route("users.second_factor", f"/users/{ID}/second-factor")
    config.add_route("sessions", "/sessions")
    config.add_route("sessions.end", f"/sessions/{ID}/end")
    config.add_route("second_factor", "/second-factor")
    config.add_route("password.forgotten", "/password/forgotten")
    config.add_route("account.link", "/account/{token:[A-Za-z0-9_-]{20,100}}")
    config.add_api_route("api.password_reset", "/password-reset")
    config.add_route("roles.list", "/roles")
    config.add_route("roles.new", "/roles/new")
    config.add_route("roles.edit", f"/roles/{ID}")
    config.add_route("roles.remove", f"/roles/{ID}/remove")
    config.add_route("teams.list", "/teams")
    config.add_route("teams.new", "/teams/new")
    config.add_route("teams.edit", f"/teams/{ID}")
    config.add_route("teams.remove", f"/teams/{ID}/remove")
    config.add_route("absences.list", "/absences")
    config.add_route("absences.new", "/absences/new")
    config.add_route("absences.end", f"/absences/{ID}/end")
    config.add_route("absences.own", "/absence")
    config.add_route("organisations.list", "/organisations")
    config.add_route("organisations.new", "/organisations/new")
    config.add_route("organisations.edit", f"/organisations/{ID}/edit")
    config.add_listing(USERS)
    config.scan("shuhua_web.accounts")
