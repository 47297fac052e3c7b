"""Teams of organisations."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config
from sqlalchemy import select

from shuhua_core.accounts.models import Organisation, User
from shuhua_core.accounts.permissions import Permission
from shuhua_core.accounts.teams import TeamSchema, TeamService
from shuhua_core.kernel.scope import visible
from shuhua_web.forms import Source, form_for
from shuhua_web.i18n import _
from shuhua_web.layout import crumbs, flash
from shuhua_web.records import PostButton, Table

VIEW, EDIT = Permission.ACCOUNTS_VIEW, Permission.ACCOUNTS_EDIT
FORM = "shuhua_web:templates/form.pt"


@view_config(route_name="teams.list", permission=VIEW, request_method="GET", renderer="shuhua_web:templates/tables.pt")
def list_teams(request: Request) -> Any:
    """All teams within reach."""
    may_edit, rows = request.actor.may(EDIT), []
    for team, organisation, names in request.service(TeamService).all():
        name = (
            Markup('<a href="{}">{}</a>').format(request.route_path("teams.edit", id=team.id), team.name)
            if may_edit
            else team.name
        )
        remove = PostButton(_("Remove"), request.route_path("teams.remove", id=team.id), "danger")
        rows.append(((name, organisation.label(request.locale_name), ", ".join(names) or "–"), (remove,) if may_edit else ()))
    links = [(_("New team"), request.route_path("teams.new"))] if may_edit else []
    table = Table(_("Teams"), (_("Team"), _("Organisation"), _("Members")), rows)
    return {"title": _("Teams"), "links": links, "tables": [table]}


@view_config(route_name="teams.new", permission=EDIT, renderer=FORM)
def new_team(request: Request) -> Any:
    """Put a team together."""
    return _edit(request, None, _("New team"), {})


@view_config(route_name="teams.edit", permission=EDIT, renderer=FORM)
def edit_team(request: Request) -> Any:
    """Change a team."""
    team_id = int(request.matchdict["id"])
    options: dict[str, Any] = {}
    with request.deployment.database.read() as session:
        service = TeamService(request.deployment.context(session, request.actor))
        team = service.get(team_id, EDIT)
        initial = {"organisation_id": team.organisation_id, "name": team.name, "members": service.members_of(team.id)}
        options = {"initial": initial, "version": team.version}
    return _edit(request, team_id, _("Change team"), options)


@view_config(route_name="teams.remove", permission=EDIT, request_method="POST")
def remove_team(request: Request) -> Any:
    """Remove a team."""
    request.service(TeamService).remove(int(request.matchdict["id"]))
    flash(request, _("The team was removed."))
    return HTTPSeeOther(request.route_path("teams.list"))


def _edit(request: Request, team_id: int | None, title: Any, options: dict[str, Any]) -> Any:
    form = form_for(TeamSchema, request, sources=_sources(request), cancel=request.route_path("teams.list"), **options)

    def save(data: dict[str, Any]) -> str:
        request.service(TeamService).save(data, team_id, expected_version=form.version)
        return str(request.route_path("teams.list"))

    way = crumbs(request, (_("Teams"), "teams.list"), (title, None))
    return form.answer(save, done=_("The team was saved.")) or form.page(title, crumbs=way)


def _sources(request: Request) -> dict[str, Source]:
    locale = request.locale_name
    with request.deployment.database.read() as session:
        reach = visible(Organisation, request.actor, EDIT)
        query = select(Organisation).where(Organisation.active, Organisation.kind != "host_unit", reach)
        organisations = session.scalars(query.order_by(Organisation.path)).all()
        names = {each.id: each.label(locale) for each in organisations}
        people = session.execute(
            select(User.id, User.name, User.organisation_id)
            .where(User.active, User.organisation_id.in_(names))
            .order_by(User.organisation_path, User.name)
        ).all()
    return {
        "organisation_id": Source(options=list(names.items())),
        "members": Source(options=[(each.id, f"{each.name} ({names[each.organisation_id]})") for each in people]),
    }
