"""The list of inspections and the page of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup
from pyramid.request import Request
from pyramid.view import view_config
from sqlalchemy import select

from shuhua_core.accounts.permissions import Permission
from shuhua_core.archives.models import ProductModel
from shuhua_core.inspections.checklists import ChecklistService, Item, items_of
from shuhua_core.inspections.figures import FAR
from shuhua_core.inspections.models import Checklist, Finding, Inspection, InspectionPlan
from shuhua_core.inspections.service import InspectionService
from shuhua_core.inspections.words import ANSWERS, INSPECTION_TABLE
from shuhua_core.kernel.scope import visible
from shuhua_core.media.models import MediaFile
from shuhua_core.media.service import MediaService
from shuhua_core.places.queries import full_name
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.sites.models import Equipment

from .. import formats
from ..api import record_id
from ..api.timeline import names_of
from ..archives.pages import label, record_link
from ..i18n import _
from ..layout import crumbs
from ..listing import Tool
from ..media.pictures import captioned, picture
from ..records import Fact, Related, badge, timeline
from ..sites.sites import linked, unit_name
from .listing import INSPECTIONS
from .plans import user_name

TITLE = _("Inspections")
TOOLS = (
    Tool(_("Due"), "inspections.due", "calendar", Permission.INSPECTIONS_VIEW),
    Tool(_("Inspection plans"), "plans.list", "calendar-event", Permission.INSPECTIONS_VIEW),
    Tool(_("Checklists"), "checklists.list", "list-check", Permission.INSPECTIONS_VIEW),
    Tool(_("Coverage"), "inspections.coverage", "chart-bar", Permission.INSPECTIONS_VIEW),
    Tool(_("Activity"), "inspections.activity", "users", Permission.INSPECTIONS_VIEW),
    Tool(_("Random spot check"), "inspections.spot_check", "refresh", Permission.INSPECTIONS_SPOT_CHECK),
)


@view_config(
    route_name="inspections.list",
    permission=Permission.INSPECTIONS_VIEW,
    request_method="GET",
    renderer="shuhua_web:templates/list.pt",
)
def list_inspections(request: Request) -> dict[str, Any]:
    """All inspections within the actor's scope."""
    return INSPECTIONS.page(request, toolbar=TOOLS)


@view_config(
    route_name="inspections.view",
    permission=Permission.INSPECTIONS_VIEW,
    request_method="GET",
    renderer="shuhua_web:templates/record.pt",
)
def view(request: Request) -> dict[str, Any]:
    """One inspection with its answers, pictures and what came of it."""
    ctx = request.ctx
    inspection = request.service(InspectionService).get(record_id(request))
    findings = list(request.service(InspectionService).findings(inspection))
    media = MediaService(ctx).of_records({"inspection": [inspection.id]})["inspection", inspection.id]
    by_id = {each.id: each for each in media}
    checklist = ctx.session.get_one(Checklist, inspection.checklist_id)
    items = items_of(ChecklistService(ctx).version(checklist, inspection.checklist_version))
    pieces = _pieces(request, findings)
    steps = request.service(InspectionService).timeline(inspection)
    return {
        "title": inspection.number,
        "crumbs": crumbs(request, (TITLE, "inspections.list"), (inspection.number, None)),
        "badge": badge(INSPECTION_TABLE, inspection.state, request.locale_name),
        "papers": [(_("Inspection sheet"), request.route_path("inspections.sheet", id=inspection.id))],
        "groups": [("", _facts(request, inspection)), (_("Time and place"), _circumstances(request, inspection))],
        "relations": [_abnormal(request, findings, items, pieces, by_id), _answers(request, findings, items, pieces)],
        "pictures": _pictures(request, inspection, media),
        "steps": timeline(
            request, INSPECTION_TABLE, steps, names_of(request, steps), map_href=lambda lon, lat: _on_map(request, lon, lat)
        ),
    }


def _facts(request: Request, inspection: Inspection) -> list[Fact]:
    session, locale = request.ctx.session, request.locale_name
    checklist = session.get_one(Checklist, inspection.checklist_id)
    plan = session.get(InspectionPlan, inspection.plan_id) if inspection.plan_id else None
    asked = f"{checklist.label(locale)} ({inspection.checklist_version})"
    on_time = None if inspection.on_time is None else (_("Yes") if inspection.on_time else _("No"))
    found = [
        linked(request, "sites", inspection.site_id),
        Fact(_("Inspector"), user_name(request, inspection.inspector_id)),
        Fact(_("Pieces", context="inspection"), formats.number(inspection.pieces)),
        Fact(_("Abnormal answers"), formats.number(inspection.abnormal)),
        Fact(_("Put out of use"), formats.number(inspection.stopped)),
        Fact(_("Checklist"), asked, request.route_path("checklists.view", id=checklist.id)),
        Fact(_("Plan"), plan.name, request.route_path("plans.view", id=plan.id)) if plan else None,
        Fact(_("Due on"), formats.day(inspection.due_on)) if inspection.due_on else None,
        Fact(_("In time"), on_time) if on_time else None,
        Fact(_("Responsible unit"), unit_name(request, inspection.unit_id)),
        Fact(_("Division"), full_name(session, inspection.division_code, locale)),
        Fact(_("Note"), inspection.note, wide=True) if inspection.note else None,
    ]
    return [each for each in found if each is not None]


def _circumstances(request: Request, inspection: Inspection) -> list[Fact]:
    zone = request.deployment.settings.timezone
    facts = [
        Fact(_("Captured at"), formats.moment(inspection.captured_at, zone)),
        Fact(_("Received", context="inspection"), formats.moment(inspection.received_at, zone)),
    ]
    if inspection.skewed:
        facts.append(Fact(_("Clock in doubt"), _("The phone's clock cannot be right.")))
    if inspection.longitude is None or inspection.latitude is None:
        return [*facts, Fact(_("Position"), _("None was sent."))]
    where = f"{inspection.longitude:.6f}, {inspection.latitude:.6f}"
    facts.append(Fact("WGS-84", where, _on_map(request, inspection.longitude, inspection.latitude)))
    facts.append(Fact(_("Accuracy in metres"), formats.number(inspection.accuracy)))
    if inspection.distance is not None:
        far = _("${n}, far from the installation point", mapping={"n": formats.number(inspection.distance)})
        facts.append(Fact(_("Distance in metres"), far if inspection.distance > FAR else formats.number(inspection.distance)))
    return facts


def _on_map(request: Request, longitude: float, latitude: float) -> str:
    return str(request.route_path("map", _query={"at": f"{longitude},{latitude}"}))


def _pieces(request: Request, findings: list[Finding]) -> dict[int, Any]:
    """What the answers are about: id, number, name and type of each piece, by its id."""
    ids = {each.equipment_id for each in findings if each.equipment_id is not None}
    query = select(Equipment.id, Equipment.number, Equipment.name, ProductModel.type).join(
        ProductModel, ProductModel.id == Equipment.model_id
    )
    return {row.id: row for row in request.ctx.session.execute(query.where(Equipment.id.in_(ids)))}


def _about(request: Request, finding: Finding, pieces: Mapping[int, Any]) -> Any:
    """The piece of an answer with the way to its page."""
    row = pieces.get(finding.equipment_id or 0)
    if row is None:
        return request.tr(_("The site"))
    text = f"{row.number} {row.name}"
    return record_link(request, "equipment.view", row.id, text) if request.actor.may(Permission.EQUIPMENT_VIEW) else text


def _asked(request: Request, finding: Finding, items: Mapping[str, Item]) -> str:
    item = items.get(finding.item)
    return item.label(request.locale_name) if item else finding.item


def _abnormal(
    request: Request,
    findings: list[Finding],
    items: Mapping[str, Item],
    pieces: Mapping[int, Any],
    media: Mapping[int, MediaFile],
) -> Related:
    """What was abnormal, with its pictures and the request that it made."""
    repairs = _repairs(request, findings)
    rows = [
        (
            _about(request, each, pieces),
            _asked(request, each, items),
            each.note or "",
            Markup("").join(_thumbnail(request, media[one]) for one in each.media_ids if one in media),
            repairs.get(each.repair_id or 0, ""),
            request.tr(_("Put out of use")) if each.stopped else "",
        )
        for each in findings
        if each.result == "abnormal"
    ]
    heads = (_("Equipment"), _("Item", context="inspection"), _("Note"), _("Pictures"), _("Repair request"), "")
    return Related(_("Abnormal"), heads, rows, empty=_("Nothing was found."))


def _thumbnail(request: Request, media: MediaFile) -> Markup:
    shown = picture(request, media)
    if not shown.thumbnail:
        return Markup("")
    return Markup(
        '<a class="me-1" href="{}" target="_blank" rel="noopener"><img src="{}" alt="{}" width="56" loading="lazy"></a>'
    ).format(shown.href, shown.thumbnail, request.tr(_("Picture")))


def _repairs(request: Request, findings: list[Finding]) -> dict[int, Any]:
    """Links to the requests that the person may see, by their ids."""
    ids = {each.repair_id for each in findings if each.repair_id is not None}
    if not ids or not request.actor.may(Permission.REPAIRS_VIEW):
        return {}
    seen = visible(RepairRequest, request.actor, Permission.REPAIRS_VIEW)
    query = select(RepairRequest.id, RepairRequest.number).where(RepairRequest.id.in_(ids), seen)
    return {each.id: record_link(request, "repairs.view", each.id, each.number) for each in request.ctx.session.execute(query)}


def _answers(request: Request, findings: list[Finding], items: Mapping[str, Item], pieces: Mapping[int, Any]) -> Related:
    rows = [
        (
            _about(request, each, pieces),
            _asked(request, each, items),
            label(ANSWERS, each.result, request.locale_name),
            each.note or "",
        )
        for each in findings
    ]
    return Related(
        _("All answers"), (_("Equipment"), _("Item", context="inspection"), _("Result", context="inspection"), _("Note")), rows
    )


def _pictures(request: Request, inspection: Inspection, media: list[MediaFile]) -> list[Any]:
    """All pictures, the signature last."""
    signature = [each for each in media if each.id == inspection.signature_media_id]
    shown = captioned(request, [each for each in media if each not in signature], inspection.number)
    return [*shown, *(picture(request, each, _("Signature")) for each in signature)]
