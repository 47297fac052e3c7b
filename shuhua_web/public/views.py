"""What a member of the public sees: no account, no personal data, two taps to a report."""

from __future__ import annotations

import hashlib
from typing import Any

from pyramid.csrf import get_csrf_token
from pyramid.request import Request
from pyramid.view import view_config
from sqlalchemy import func, select

from shuhua_core.archives.models import ProductModel
from shuhua_core.kernel.errors import NotFound
from shuhua_core.kernel.steps import steps_of
from shuhua_core.repairs.machine import MACHINE
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.repairs.schema import ACTION_SCHEMAS, PublicReport
from shuhua_core.repairs.service import RepairService
from shuhua_core.sites.codes import normalise
from shuhua_core.sites.machine import EQUIPMENT_WORKFLOW
from shuhua_core.sites.models import Equipment, Site

from ..forms import form_for
from ..i18n import _
from ..records import Action, badge, timeline
from ..repairs.public import held_report
from ..security import PUBLIC, derive

NOT_ASKED = ("code", "equipment_id", "site_id", "media_ids", "captured_at", "position", "address")
"""Fields of a public report that this page knows by itself, or that only the phone app fills in."""
DO_NOT_USE = frozenset({"out_of_use", "past_life", "to_scrap", "scrapped", "removed"})
"""States in which the public page says that the piece must not be used."""


def piece_of(request: Request) -> Equipment:
    """The piece whose label carries the code in the path. Raises NotFound."""
    code = normalise(request.matchdict["code"])
    piece = request.dbsession.scalars(select(Equipment).where(Equipment.code == code)).one_or_none()
    if piece is None:
        raise NotFound(_("There is no such code. Check the label and type it again."))
    return piece


def open_reports(request: Request, piece: Equipment) -> int:
    """How many reports about the piece are being dealt with."""
    states = MACHINE.newest(request.ctx).open_states
    counted = select(func.count()).where(RepairRequest.equipment_id == piece.id, RepairRequest.state.in_(states))
    return request.dbsession.scalar(counted) or 0


@view_config(route_name="public.piece", request_method=("GET", "POST"), permission=PUBLIC, renderer="templates/piece.pt")
def piece(request: Request) -> Any:
    """The piece with its state in large characters, how to use it, what is reported already, and the form to report."""
    found = piece_of(request)
    form = form_for(PublicReport, request, submit=_("Report a fault"), omit=NOT_ASKED)

    def save(data: dict[str, Any]) -> str:
        visitor = f"form:{get_csrf_token(request)}"
        token = derive(request.deployment.settings.secret, "report", visitor, form.key)
        space = hashlib.sha256(visitor.encode()).hexdigest()
        request.service(RepairService).report_public({**data, "code": found.code}, token=token, space=space)
        return request.route_path("public.report", token=token)

    answer = form.answer(save, done=_("Thank you. Your report has arrived. Keep this page to follow it."))
    if answer is not None:
        return answer
    model = request.dbsession.get_one(ProductModel, found.model_id)
    place = request.dbsession.scalar(select(Site.name).where(Site.id == found.site_id)) if found.site_id else None
    return {
        "title": model.name_en if request.locale_name == "en" and model.name_en else found.name,
        "place": place,
        "badge": badge(EQUIPMENT_WORKFLOW, found.state, request.locale_name),
        "do_not_use": found.state in DO_NOT_USE,
        "usage": model.usage,
        "reports": open_reports(request, found),
        "code": found.code,
        "form": form,
    }


@view_config(route_name="public.report", request_method="GET", permission=PUBLIC, renderer="templates/report.pt")
def report(request: Request) -> dict[str, Any]:
    """The reporter's own page: how far it is, and what they can do."""
    repair = held_report(request)
    table = MACHINE.table(request.ctx, repair)
    steps = steps_of(request.dbsession, "repair", repair.id)
    offered = [
        Action(
            row.label(request.locale_name),
            request.route_path("public.report.act", token=request.matchdict["token"], action=row.action),
            row.tone,
        )
        for row in MACHINE.available(request.ctx, repair)
    ]
    return {
        "title": repair.number,
        "badge": badge(table, repair.state, request.locale_name),
        "repair": repair,
        "actions": offered,
        "steps": timeline(request, table, steps, {}),
    }


@view_config(
    route_name="public.report.act", request_method=("GET", "POST"), permission=PUBLIC, renderer="shuhua_web:templates/form.pt"
)
def act(request: Request) -> Any:
    """Supply, confirm, dispute, withdraw or reopen, by a small form."""
    repair = held_report(request)
    action = request.matchdict["action"]
    row = next((row for row in MACHINE.available(request.ctx, repair) if row.action == action), None)
    if row is None:
        raise NotFound
    omit = ("media_ids", "captured_at")
    form = form_for(
        ACTION_SCHEMAS[row.schema or "Note"], request, submit=row.label(request.locale_name), tone=row.tone, omit=omit
    )

    def save(data: dict[str, Any]) -> str:
        request.service(RepairService).act(repair.id, action, data)
        return request.route_path("public.report", token=request.matchdict["token"])

    title = f"{repair.number} · {row.label(request.locale_name)}"
    return form.answer(save, done=_("Done.")) or {"title": title, "form": form}
