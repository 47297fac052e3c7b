"""The sheet of an inspection (巡查表): item by item what was found, and what was done about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config
from sqlalchemy import select

from shuhua_core.accounts.models import Organisation, User
from shuhua_core.accounts.permissions import Permission
from shuhua_core.inspections.checklists import items_of
from shuhua_core.inspections.models import ChecklistVersion, Finding, Inspection, InspectionPlan
from shuhua_core.inspections.service import InspectionService
from shuhua_core.inspections.words import ANSWERS
from shuhua_core.kernel.scope import get_visible
from shuhua_core.places.queries import full_name
from shuhua_core.plugins.builtin.sheets import INSPECTION
from shuhua_core.plugins.contracts import Column, Field, ReportData
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.sites.models import Equipment, Site

from .. import formats
from ..api import record_id
from ..i18n import _
from ..paper import answer, head, photos, signatures
from ..repairs.facts import word

PHOTOS = 9


@view_config(route_name="inspections.sheet", permission=Permission.INSPECTIONS_VIEW, request_method="GET")
def inspection_sheet(request: Request) -> Response:
    """The inspection as PDF."""
    found = get_visible(request.ctx.session, Inspection, request.actor, Permission.INSPECTIONS_VIEW, record_id(request))
    return answer(request, INSPECTION.name, inspection_data(request, found))


def inspection_data(request: Request, inspection: Inspection) -> ReportData:
    """Everything that the sheet shows."""
    session, tr = request.ctx.session, request.tr
    findings: Sequence[Finding] = InspectionService(request.ctx).findings(inspection)
    version = session.get_one(ChecklistVersion, (inspection.checklist_id, inspection.checklist_version))
    pieces = _named(request, Equipment, {each.equipment_id for each in findings})
    repairs = _named(request, RepairRequest, {each.repair_id for each in findings})
    shown = {("inspection", inspection.id): tr(_("Inspection"))}
    shown |= {("repair", repair.id): repair.number for repair in repairs.values()}
    return ReportData(
        **head(request, _("Inspection sheet"), inspection.number, "inspections.view", inspection.id),
        fields=[Field(key, value) for key, value in _values(request, inspection, findings, repairs).items()],
        photos=photos(request, shown, PHOTOS),
        signatures=signatures(request, [("inspector", inspection.signature_media_id, inspection.captured_at)]),
        columns=[
            Column(tr(_("Equipment")), width=24),
            Column(tr(_("Item")), width=34),
            Column(tr(_("Result", context="inspection")), width=10),
            Column(tr(_("Note")), width=26),
        ],
        rows=_rows(request, findings, items_of(version), pieces),
    )


def _values(
    request: Request, inspection: Inspection, findings: Sequence[Finding], repairs: dict[int, RepairRequest]
) -> dict[str, str]:
    session, zone, locale, tr = request.ctx.session, request.deployment.settings.timezone, request.locale_name, request.tr
    site = session.get_one(Site, inspection.site_id)
    host = session.get(Organisation, inspection.host_unit_id) if inspection.host_unit_id else None
    inspector = session.get(User, inspection.inspector_id) if inspection.inspector_id else None
    plan = session.get(InspectionPlan, inspection.plan_id) if inspection.plan_id else None
    placed = inspection.longitude is not None and inspection.latitude is not None
    stopped = sum(1 for each in findings if each.stopped)
    done = [tr(_("Repair request ${number}", mapping={"number": repair.number})) for repair in repairs.values()]
    if stopped:
        done.append(tr(_("Put out of use: ${count}", mapping={"count": stopped})))
    return {
        "number": inspection.number,
        "date": formats.moment(inspection.captured_at, zone),
        "site": f"{site.name} {site.number}",
        "address": formats.address(full_name(session, site.division_code, locale), site.address),
        "host_unit": host.label(locale) if host else "",
        "inspector": inspector.name if inspector else "",
        "plan": plan.name if plan else "",
        "due_on": formats.day(inspection.due_on),
        "position": f"{inspection.latitude:.5f}, {inspection.longitude:.5f}" if placed else "",
        "distance": f"{inspection.distance} m" if inspection.distance is not None else "",
        "done": "\n".join(done),
        "note": inspection.note or "",
    }


def _rows(request: Request, findings: Sequence[Finding], items: Any, pieces: dict[int, Equipment]) -> Iterator[Sequence[str]]:
    whole = request.tr(_("The site as a whole"))
    for each in findings:
        piece = pieces.get(each.equipment_id or 0)
        item = items.get(each.item)
        yield (
            f"{piece.name} {piece.number}" if piece else whole,
            item.label(request.locale_name) if item else each.item,
            word(ANSWERS, each.result, request.locale_name),
            each.note or "",
        )


def _named(request: Request, model: Any, ids: set[int | None]) -> dict[int, Any]:
    """Records by their ids, in one statement."""
    wanted = sorted(each for each in ids if each is not None)
    return {each.id: each for each in request.ctx.session.scalars(select(model).where(model.id.in_(wanted)))} if wanted else {}
