"""The sheet of a returned part (旧件返还单): it travels in the parcel, and the maker writes the finding on it."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from shuhua_core.accounts.models import User
from shuhua_core.accounts.permissions import Permission
from shuhua_core.parts.models import ReturnedPart
from shuhua_core.parts.schema import FINDINGS
from shuhua_core.parts.service import PartService
from shuhua_core.plugins.builtin.sheets import PART_RETURN
from shuhua_core.plugins.contracts import Column, Field, ReportData
from shuhua_core.tasks.models import Task

from .. import formats
from ..api import record_id
from ..i18n import _
from ..paper import answer, head
from ..repairs.facts import word
from ..repairs.surroundings import surroundings


@view_config(route_name="parts.sheet", permission=Permission.PARTS_VIEW, request_method="GET")
def part_sheet(request: Request) -> Response:
    """The sheet as PDF."""
    return answer(request, PART_RETURN.name, part_data(request, request.service(PartService).get(record_id(request))))


def part_data(request: Request, part: ReturnedPart) -> ReportData:
    """Everything that the sheet shows; the finding has space to write until there is one."""
    tr = request.tr
    covered: dict[bool | None, str] = {True: tr(_("Yes")), False: tr(_("No")), None: ""}
    return ReportData(
        **head(request, _("Sheet of returned parts"), part.number, "parts.view", part.id),
        fields=[Field(key, value) for key, value in _values(request, part).items()],
        columns=[
            Column(tr(_("Part")), width=30),
            Column(tr(_("Number of the old part")), width=30),
            Column(tr(_("Number of the new part")), width=30),
            Column(tr(_("In warranty")), width=12),
        ],
        rows=[(part.name, part.old_number or "", part.new_number or "", covered[part.in_warranty])],
    )


def _values(request: Request, part: ReturnedPart) -> dict[str, Any]:
    session, zone = request.ctx.session, request.deployment.settings.timezone
    task = session.get_one(Task, part.task_id)
    around = surroundings(request, task)
    site, piece, model = around.site, around.piece, around.model
    sender = session.get(User, part.repairer_id) if part.repairer_id else None
    finding = word(FINDINGS, part.finding, request.locale_name) if part.finding else ""
    return {
        "number": part.number,
        "date": formats.day((part.sent_at or request.ctx.now).astimezone(zone).date()),
        "task": task.number,
        "sender": sender.name if sender else "",
        "receiver": request.deployment.settings.maker,
        "carrier": part.carrier or "",
        "tracking": part.tracking or "",
        "customer": around.customer.name if around.customer else "",
        "site": f"{site.name} {site.number}" if site else "",
        "equipment_number": f"{piece.number} {piece.name}" if piece else "",
        "model": f"{model.number} {model.name}" if model else "",
        "batch": (piece.batch if piece else None) or "",
        "finding": "\n".join(each for each in (finding, part.finding_note) if each),
    }
