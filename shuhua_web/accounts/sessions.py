"""Sessions and devices: one's own, and those of a user for the administrator."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config

from shuhua_core.accounts.models import LoginSession
from shuhua_core.accounts.permissions import Permission
from shuhua_core.accounts.sessions import end_session, open_sessions_of
from shuhua_core.accounts.users import UserService
from shuhua_core.kernel.errors import NotFound
from shuhua_web import formats
from shuhua_web.i18n import _
from shuhua_web.layout import crumbs, flash
from shuhua_web.records import PostButton, Table
from shuhua_web.security import SIGNED_IN

VIEW, EDIT = Permission.ACCOUNTS_VIEW, Permission.ACCOUNTS_EDIT
TABLES = "shuhua_web:templates/tables.pt"
KINDS = {"browser": _("Browser"), "device": _("Phone or program")}


@view_config(route_name="sessions", permission=SIGNED_IN, request_method="GET", renderer=TABLES)
def own_sessions(request: Request) -> Any:
    """Where the person is signed in."""
    mine = request.login_session.session_id
    sessions = open_sessions_of(request.dbsession, request.actor.user_id, request.ctx.now)

    def buttons(each: LoginSession) -> Sequence[PostButton]:
        return () if each.id == mine else (PostButton(_("End"), request.route_path("sessions.end", id=each.id)),)

    return {
        "title": _("Where you are signed in"),
        "intro": _("If you do not know one of these, end it and change your password."),
        "links": [
            (_("Change password"), request.route_path("password")),
            (_("Second factor"), request.route_path("second_factor")),
        ],
        "tables": [_table(request, sessions, buttons, mine)],
    }


@view_config(route_name="sessions.end", permission=SIGNED_IN, request_method="POST")
def end_own(request: Request) -> Any:
    """End one of one's own sessions."""
    if not end_session(request.ctx, int(request.matchdict["id"]), revoked=True):
        raise NotFound
    flash(request, _("The session has ended."))
    return HTTPSeeOther(request.route_path("sessions"))


@view_config(route_name="users.sessions", permission=VIEW, request_method="GET", renderer=TABLES)
def sessions_of_user(request: Request) -> Any:
    """Where a user is signed in."""
    user = request.service(UserService).get(int(request.matchdict["id"]))
    sessions = open_sessions_of(request.dbsession, user.id, request.ctx.now)
    may_end = request.actor.may(EDIT)

    def buttons(each: LoginSession) -> Sequence[PostButton]:
        return (PostButton(_("End"), address, fields={"session": str(each.id)}),) if may_end else ()

    address = request.route_path("users.sessions.end", id=user.id)
    buttons_for_all = (PostButton(_("End all"), address, "danger", {"session": "all"}),) if may_end and sessions else ()
    return {
        "title": _("Sessions and devices"),
        "crumbs": crumbs(request, (_("Users"), "users.list"), (user.name, None)),
        "links": [(_("Back to the user"), request.route_path("users.view", id=user.id))],
        "tables": [_table(request, sessions, buttons, all_of=buttons_for_all)],
    }


@view_config(route_name="users.sessions.end", permission=EDIT, request_method="POST")
def end_of_user(request: Request) -> Any:
    """End one session of a user, or all of them."""
    user = request.service(UserService).for_change(int(request.matchdict["id"]))
    named = request.POST.get("session", "")
    open_ones = [str(each.id) for each in open_sessions_of(request.dbsession, user.id, request.ctx.now)]
    chosen = open_ones if named == "all" else [each for each in open_ones if each == named]
    if not chosen and named != "all":
        raise NotFound
    for each in chosen:
        end_session(request.ctx, int(each), user_id=user.id, revoked=True)
    flash(request, _("The session has ended."))
    return HTTPSeeOther(request.route_path("users.sessions", id=user.id))


def _table(
    request: Request,
    sessions: Sequence[LoginSession],
    buttons: Callable[[LoginSession], Sequence[PostButton]],
    mine: int = 0,
    all_of: Sequence[PostButton] = (),
) -> Table:
    zone = request.deployment.settings.timezone
    rows = [
        (
            (
                request.tr(KINDS[each.kind]) + (f" ({request.tr(_('this one'))})" if each.id == mine else ""),
                each.device or "–",
                each.address or "–",
                formats.moment(each.created_at, zone),
                formats.moment(each.last_seen_at, zone),
            ),
            buttons(each),
        )
        for each in sessions
    ]
    if all_of:
        rows.append(((request.tr(_("All of them")), "", "", "", ""), all_of))
    heads = (_("Kind"), _("Device"), _("Network address"), _("Signed in"), _("Last used"))
    return Table(_("Open sessions"), heads, rows, empty=_("Nobody is signed in."))
