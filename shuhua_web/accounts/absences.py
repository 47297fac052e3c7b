"""Leave and stand-ins: one's own, and those of the people whose accounts one keeps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config
from sqlalchemy import select

from shuhua_core.accounts.absences import AbsenceSchema, AbsenceService, OwnAbsenceSchema
from shuhua_core.accounts.models import Absence, User
from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.scope import visible
from shuhua_web import formats
from shuhua_web.forms import Source, form_for
from shuhua_web.i18n import _
from shuhua_web.layout import crumbs, flash
from shuhua_web.records import PostButton, Table
from shuhua_web.security import SIGNED_IN

VIEW, EDIT = Permission.ACCOUNTS_VIEW, Permission.ACCOUNTS_EDIT


@view_config(route_name="absences.list", permission=VIEW, request_method="GET", renderer="shuhua_web:templates/tables.pt")
def list_absences(request: Request) -> Any:
    """Who is away, or will be."""
    may_edit = request.actor.may(EDIT)
    return {
        "title": _("Leave and stand-ins"),
        "links": [(_("New absence"), request.route_path("absences.new"))] if may_edit else [],
        "tables": [_table(request, request.service(AbsenceService).open(), may_end=may_edit)],
    }


@view_config(route_name="absences.new", permission=EDIT, renderer="shuhua_web:templates/form.pt")
def new_absence(request: Request) -> Any:
    """Somebody will be away."""
    with request.deployment.database.read() as session:
        reach = visible(User, request.actor, EDIT)
        people = session.scalars(select(User).where(User.active, User.kind != "customer", reach).order_by(User.name, User.id))
        options = [(each.id, f"{each.name} ({each.login})") for each in people]
    sources = {"user_id": Source(options=options), "stand_in_id": Source(options=options)}
    form = form_for(AbsenceSchema, request, sources=sources, cancel=request.route_path("absences.list"))

    def save(data: dict[str, Any]) -> str:
        request.service(AbsenceService).create(data)
        return str(request.route_path("absences.list"))

    way = crumbs(request, (_("Leave and stand-ins"), "absences.list"), (_("New absence"), None))
    return form.answer(save, done=_("The absence was entered.")) or form.page(_("New absence"), crumbs=way)


@view_config(route_name="absences.own", permission=SIGNED_IN, renderer="shuhua_web:templates/form.pt")
def own_absence(request: Request) -> Any:
    """One's own leave, with a colleague who stands in."""
    with request.deployment.database.read() as session:
        service = AbsenceService(request.deployment.context(session, request.actor))
        me = session.get_one(User, request.actor.user_id)
        options = [(each.id, each.name) for each in service.colleagues(me)]
        present = [(each.starts_at, each.ends_at) for each in service.own()]
    form = form_for(OwnAbsenceSchema, request, sources={"stand_in_id": Source(options=options)})

    def save(data: dict[str, Any]) -> str:
        request.service(AbsenceService).create_own(data)
        return str(request.route_path("absences.own"))

    zone = request.deployment.settings.timezone
    known = "; ".join(f"{formats.moment(one, zone)} – {formats.moment(other, zone)}" for one, other in present)
    intro = _("Entered already: ${days}", mapping={"days": known}) if known else None
    return form.answer(save, done=_("The absence was entered.")) or form.page(_("My leave"), intro=intro)


@view_config(route_name="absences.end", permission=EDIT, request_method="POST")
def end_absence(request: Request) -> Any:
    """End an absence early, or take it back."""
    request.service(AbsenceService).end(int(request.matchdict["id"]))
    flash(request, _("The absence has ended."))
    return HTTPSeeOther(request.route_path("absences.list"))


def _table(request: Request, absences: Sequence[Absence], *, may_end: bool) -> Table:
    ids = {each.user_id for each in absences} | {each.stand_in_id for each in absences}
    found = request.dbsession.execute(select(User.id, User.name).where(User.id.in_(ids - {None})))
    names = {row.id: row.name for row in found}
    zone = request.deployment.settings.timezone
    rows = [
        (
            (
                names.get(each.user_id),
                names.get(each.stand_in_id) or "–",
                formats.moment(each.starts_at, zone),
                formats.moment(each.ends_at, zone),
                request.tr(_("Away now")) if each.starts_at <= request.ctx.now else request.tr(_("Later")),
            ),
            (PostButton(_("End"), request.route_path("absences.end", id=each.id)),) if may_end else (),
        )
        for each in absences
    ]
    heads = (_("Who is away"), _("Stand-in"), _("From"), _("To"), _("State"))
    return Table(_("Absences"), heads, rows, empty=_("Nobody is away."))
