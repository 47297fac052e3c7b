"""The sheets of a task: what the dispatcher sends along (派工单), and what the repairer brings back (维修单)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from shuhua_core.accounts.models import Organisation, User
from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.steps import Step, steps_of
from shuhua_core.plugins.builtin.sheets import DISPATCH, SERVICE
from shuhua_core.plugins.contracts import Field, ReportData
from shuhua_core.repairs.faults import FAULTS
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.repairs.schema import SEVERITIES
from shuhua_core.tasks.models import Task
from shuhua_core.tasks.schema import CAUSES, REMEDIES, RESULTS
from shuhua_core.tasks.service import TaskService

from .. import formats
from ..api import record_id
from ..i18n import _
from ..paper import answer, head, photos, signatures
from ..paper.sheets import photos_of_files
from ..repairs.facts import word
from ..repairs.surroundings import Surroundings, surroundings
from .completion import completion, parts_text, pictures
from .facts import said

PHOTOS = 3
"""Pictures of the fault on a dispatch sheet: one row."""
SERVICE_PHOTOS = 6
"""Before and after on a service sheet."""


@view_config(route_name="tasks.sheet", permission=Permission.TASKS_VIEW, request_method="GET")
def dispatch_sheet(request: Request) -> Response:
    """The dispatch sheet as PDF."""
    return answer(request, DISPATCH.name, dispatch_data(request, request.service(TaskService).get(record_id(request))))


@view_config(route_name="tasks.service_sheet", permission=Permission.TASKS_VIEW, request_method="GET")
def service_sheet(request: Request) -> Response:
    """The service sheet as PDF."""
    return answer(request, SERVICE.name, service_data(request, request.service(TaskService).get(record_id(request))))


def dispatch_data(request: Request, task: Task) -> ReportData:
    """Everything that the dispatch sheet shows, in the reader's language; phones masked, since paper is left lying about."""
    zone = request.deployment.settings.timezone
    repairs = TaskService(request.ctx).repairs_of(task.id)
    values = {
        **work_values(request, task, surroundings(request, task), repairs),
        "arrive_by": formats.moment(task.appointed_at, zone),
        "finish_by": formats.moment(task.due_at, zone),
    }
    fault = request.tr(_("Fault"))
    shown = {("task", task.id): fault, **{("repair", repair.id): f"{fault} {repair.number}" for repair in repairs}}
    return ReportData(
        **head(request, _("Dispatch sheet"), task.number, "tasks.view", task.id),
        fields=_fields(values),
        photos=photos(request, shown, PHOTOS),
    )


def service_data(request: Request, task: Task) -> ReportData:
    """Everything that the service sheet shows: the work, when and how it was done, and pictures before and after."""
    zone, locale, tr = request.deployment.settings.timezone, request.locale_name, request.tr
    repairs = TaskService(request.ctx).repairs_of(task.id)
    steps = steps_of(request.ctx.session, "task", task.id)
    entered = completion(steps)
    values = {
        **work_values(request, task, surroundings(request, task), repairs),
        "arrived_at": formats.moment(_last(steps, "arrive"), zone),
        "left_at": formats.moment(_last(steps, "complete"), zone),
        "result": word(RESULTS, task.result, locale) if task.result else "",
        "cause": said(CAUSES, task.cause_code, task.cause, locale),
        "remedy": said(REMEDIES, task.remedy_code, task.remedy, locale),
        "replaced": parts_text(request, entered),
        "opinion": _opinion(steps),
    }
    before, after = tr(_("Before")), tr(_("After"))
    reported = photos(request, {("repair", repair.id): f"{before} {repair.number}" for repair in repairs}, SERVICE_PHOTOS // 2)
    taken = pictures(request, task, entered, before, after)
    return ReportData(
        **head(request, _("Service sheet"), task.number, "tasks.view", task.id),
        fields=_fields(values),
        photos=[*reported, *photos_of_files(request, taken, SERVICE_PHOTOS - len(reported))],
        signatures=signatures(request, [("customer", entered.get("signature_media_id"), _last(steps, "complete"))]),
    )


def work_values(request: Request, task: Task, around: Surroundings, repairs: Sequence[RepairRequest]) -> dict[str, str]:
    """What is to be repaired where, for whom, by whom: the fields that several sheets share."""
    session, locale, zone = request.ctx.session, request.locale_name, request.deployment.settings.timezone
    site, piece, model = around.site, around.piece, around.model
    unit = session.get(Organisation, task.unit_id) if task.unit_id else None
    repairer = session.get(User, task.repairer_id) if task.repairer_id else None
    contacts = [f"{each.caller_name or ''} {formats.masked_phone(each.caller_phone)}".strip() for each in repairs]
    address = task.address or (site.address if site else None) or ""
    told = (FAULTS.label(task.fault, locale), task.symptom, *(each.symptom for each in repairs))
    return {
        "number": task.number,
        "date": formats.day(request.ctx.now.astimezone(zone).date()),
        "customer": around.customer.name if around.customer else "",
        "contact": "; ".join(dict.fromkeys(each for each in contacts if each)),
        "site": site.name if site else "",
        "address": formats.address(around.division, address),
        "equipment_number": f"{piece.number} {piece.name}" if piece else "",
        "model": f"{model.number} {model.name}" if model else "",
        "batch": (piece.batch or "") if piece else "",
        "installed_on": formats.day(piece.installed_on) if piece else "",
        "warranty_until": formats.day(piece.warranty_to) if piece else "",
        "safe_life_until": formats.day(piece.safe_life_to) if piece else "",
        "fault": "\n".join(dict.fromkeys(each for each in told if each)),
        "severity": word(SEVERITIES, task.severity, locale),
        "repairer": repairer.name if repairer else "",
        "unit": unit.label(locale) if unit else "",
    }


def _fields(values: Mapping[str, Any]) -> list[Field]:
    return [Field(key, value) for key, value in values.items()]


def _last(steps: Sequence[Step], action: str) -> Any:
    """When the action was taken last, as the phone says or as it came in."""
    return next((step.captured_at or step.at for step in reversed(steps) if step.action == action), None)


def _opinion(steps: Sequence[Step]) -> str:
    """What the customer said when the work ended the last time, and at the check of it."""
    ended = next((place for place in range(len(steps) - 1, -1, -1) if steps[place].action == "complete"), 0)
    said = [step.input.get("opinion") for step in steps[ended:] if step.action in {"complete", "pass_check", "fail_check"}]
    return "\n".join(text for text in said if text)
