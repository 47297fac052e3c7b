"""The dispatch sheet of a task: what the report type gets, and the document that it builds."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from pyramid.request import Request

from shuhua_core.accounts.models import Organisation, User
from shuhua_core.media.service import MediaService
from shuhua_core.plugins.contracts import Field, Photo, ReportData
from shuhua_core.plugins.runner import PluginRunner
from shuhua_core.repairs.schema import SEVERITIES
from shuhua_core.tasks.models import Task
from shuhua_core.tasks.service import TaskService

from .. import formats
from ..i18n import _
from ..repairs.facts import word
from ..repairs.surroundings import surroundings

REPORT_TYPE = "task_sheet"
PHOTOS = 3


def build_sheet(request: Request, task: Task) -> bytes:
    """The sheet as the plugin that offers it makes it. Raises PermanentFailure or PluginFailed."""
    data = sheet_data(request, task)
    out = BytesIO()
    with PluginRunner(request.registry.plugins, clock=request.deployment.clock) as runner:
        runner.build(REPORT_TYPE, data, out)
    return out.getvalue()


def sheet_data(request: Request, task: Task) -> ReportData:
    """Everything that the sheet shows, in the reader's language; phone numbers masked, since paper is left lying about."""
    session, locale, zone = request.ctx.session, request.locale_name, request.deployment.settings.timezone
    around = surroundings(request, task)
    repairs = TaskService(request.ctx).repairs_of(task.id)
    site, piece, model = around.site, around.piece, around.model
    unit = session.get(Organisation, task.unit_id) if task.unit_id else None
    repairer = session.get(User, task.repairer_id) if task.repairer_id else None
    contacts = [f"{each.caller_name or ''} {formats.masked_phone(each.caller_phone)}".strip() for each in repairs]
    address = task.address or (site.address if site else None) or ""
    values: dict[str, Any] = {
        "number": task.number,
        "date": formats.day(request.ctx.now.astimezone(zone).date()),
        "customer": around.customer.name if around.customer else "",
        "contact": "; ".join(dict.fromkeys(each for each in contacts if each)),
        "site": site.name if site else "",
        "address": f"{around.division} {address}".strip(),
        "equipment_number": f"{piece.number} {piece.name}" if piece else "",
        "model": f"{model.number} {model.name}" if model else "",
        "batch": (piece.batch or "") if piece else "",
        "installed_on": formats.day(piece.installed_on) if piece else "",
        "warranty_until": formats.day(piece.warranty_to) if piece else "",
        "safe_life_until": formats.day(piece.safe_life_to) if piece else "",
        "fault": "\n".join(dict.fromkeys([task.symptom, *(each.symptom for each in repairs)])),
        "severity": word(SEVERITIES, task.severity, locale),
        "repairer": repairer.name if repairer else "",
        "arrive_by": formats.moment(task.appointed_at, zone),
        "finish_by": formats.moment(task.due_at, zone),
        "unit": unit.label(locale) if unit else "",
        "parts": "",
    }
    return ReportData(
        title=request.tr(_("Dispatch sheet")),
        locale=locale,
        printed_at=request.ctx.now.astimezone(zone),
        printed_by=request.actor.name,
        organisation=request.deployment.settings.maker,
        number=task.number,
        qr_text=request.route_url("tasks.view", id=task.id, _app_url=request.deployment.settings.origin.rstrip("/")),
        fields=[Field(key, value) for key, value in values.items()],
        photos=_photos(request, [("task", task.id), *(("repair", repair.id) for repair in repairs)]),
    )


def _photos(request: Request, records: list[tuple[str, int]]) -> list[Photo]:
    wanted: dict[str, list[int]] = {}
    for kind, record_id in records:
        wanted.setdefault(kind, []).append(record_id)
    files = [each for media in MediaService(request.ctx).of_records(wanted).values() for each in media]
    found = [each for each in files if each.kind == "photo"][:PHOTOS]
    store = request.registry.media_store
    paths = [store.path(each.key, "display") for each in found]
    return [Photo(path.read_bytes()) for path in paths if path.is_file()]
