"""The notice of a piece that is out of use (停用告示), to be printed and stuck on it."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from shuhua_core.accounts.models import Organisation
from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.errors import WrongState
from shuhua_core.kernel.steps import steps_of
from shuhua_core.plugins.builtin.stop_notice import StopNotice
from shuhua_core.plugins.contracts import Field, ReportData
from shuhua_core.sites.equipment import EquipmentService
from shuhua_core.sites.models import Equipment, Site

from .. import formats
from ..api import record_id
from ..i18n import _
from ..paper import answer, head

STOPPED = "out_of_use"


@view_config(route_name="equipment.stop_notice", permission=Permission.EQUIPMENT_VIEW, request_method="GET")
def stop_notice(request: Request) -> Response:
    """The notice as PDF; WrongState for a piece that may be used."""
    piece = request.service(EquipmentService).get(record_id(request))
    if piece.state != STOPPED:
        raise WrongState(_("Only a piece that is out of use has a notice."), state=piece.state)
    return answer(request, StopNotice.name, notice_data(request, piece))


def notices(request: Request, piece: Equipment) -> list[tuple[Any, str]]:
    """What can be printed of a piece in its present state: label and address."""
    if piece.state != STOPPED:
        return []
    return [(_("Out-of-use notice"), request.route_path("equipment.stop_notice", id=piece.id))]


def notice_data(request: Request, piece: Equipment) -> ReportData:
    """Everything that the notice says; its QR leads to the public page of the piece."""
    session, settings = request.ctx.session, request.deployment.settings
    site = session.get(Site, piece.site_id) if piece.site_id else None
    unit = session.get(Organisation, site.organisation_id) if site is not None and site.organisation_id else None
    stops = [step for step in steps_of(session, "equipment", piece.id) if step.after == STOPPED]
    values = {
        "equipment": f"{piece.name} {piece.number}",
        "site": site.name if site else "",
        "reason": (stops[-1].note or "") if stops else "",
        "since": formats.moment(piece.state_at, settings.timezone),
        "unit": unit.label(request.locale_name) if unit else settings.maker,
        "phone": formats.phone((unit.phone if unit is not None else None) or settings.hotline),
    }
    common = head(request, _("Out-of-use notice"), piece.number, "equipment.view", piece.id)
    if piece.code:
        common["qr_text"] = f"{settings.origin.rstrip('/')}/q/{piece.code}"
    return ReportData(**common, fields=[Field(key, value) for key, value in values.items() if value])
