"""The sheet of a follow-up (回访单): what was repaired, and what the customer says of it."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from shuhua_core.accounts.models import User
from shuhua_core.accounts.permissions import Permission
from shuhua_core.followups.models import Followup
from shuhua_core.kernel.scope import get_visible
from shuhua_core.kernel.steps import steps_of
from shuhua_core.plugins.builtin.sheets import FOLLOWUP
from shuhua_core.plugins.contracts import Field, ReportData
from shuhua_core.tasks.models import Task
from shuhua_core.tasks.schema import WAYS
from shuhua_core.tasks.service import TaskService

from .. import formats
from ..api import record_id
from ..i18n import _
from ..paper import answer, head, photos
from ..repairs.facts import word
from ..repairs.surroundings import surroundings
from ..tasks.sheet import work_values

PHOTOS = 3
SHARED = ("date", "customer", "contact", "site", "address", "equipment_number", "model", "fault")
"""Fields that the sheet of a task has as well."""


@view_config(route_name="followups.sheet", permission=Permission.FOLLOWUPS_VIEW, request_method="GET")
def followup_sheet(request: Request) -> Response:
    """The follow-up as PDF: filled in where it is done, else with space to write."""
    followup = get_visible(request.ctx.session, Followup, request.actor, Permission.FOLLOWUPS_VIEW, record_id(request))
    return answer(request, FOLLOWUP.name, followup_data(request, followup))


def followup_data(request: Request, followup: Followup) -> ReportData:
    """Everything that the sheet shows, phones masked."""
    task = request.ctx.session.get(Task, followup.task_id) if followup.task_id else None
    values = {**_work(request, followup, task), **_asked(request, followup), "number": followup.number}
    shown = {("followup", followup.id): request.tr(_("Follow-up"))}
    if task is not None:
        shown = {("task", task.id): request.tr(_("After")), **shown}
    return ReportData(
        **head(request, _("Follow-up sheet"), followup.number, "followups.view", followup.id),
        fields=[Field(key, value) for key, value in values.items()],
        photos=photos(request, shown, PHOTOS),
    )


def _work(request: Request, followup: Followup, task: Task | None) -> dict[str, Any]:
    """What was repaired; of a visit without a task, the place and the piece."""
    zone = request.deployment.settings.timezone
    record = task or followup
    around = surroundings(request, record)
    if task is not None:
        shared = work_values(request, task, around, TaskService(request.ctx).repairs_of(task.id))
        completed = formats.moment(task.completed_at, zone)
        return {key: shared[key] for key in SHARED} | {
            "task": task.number,
            "completed_at": completed,
            "remedy": task.remedy or "",
        }
    piece, model = around.piece, around.model
    return {
        "date": formats.day(request.ctx.now.astimezone(zone).date()),
        "customer": around.customer.name if around.customer else "",
        "site": around.site.name if around.site else "",
        "address": formats.address(around.division, around.site.address) if around.site else "",
        "equipment_number": f"{piece.number} {piece.name}" if piece else "",
        "model": f"{model.number} {model.name}" if model else "",
    }


def _asked(request: Request, followup: Followup) -> dict[str, str]:
    tr, zone = request.tr, request.deployment.settings.timezone
    clerk = request.ctx.session.get(User, followup.clerk_id) if followup.clerk_id else None
    answered: dict[bool | None, str] = {True: tr(_("Yes")), False: tr(_("No")), None: ""}
    scores = (
        (_("Response"), followup.response_score),
        (_("Manner"), followup.manner_score),
        (_("Quality"), followup.quality_score),
    )
    return {
        "way": word(WAYS, followup.way, request.locale_name) if followup.way else "",
        "asked_at": formats.moment(followup.captured_at or followup.done_at, zone),
        "person": followup.person or "",
        "clerk": clerk.name if clerk else "",
        "repaired": answered[followup.repaired],
        "rework": answered[_sent_back(request, followup)],
        "scores": "    ".join(f"{tr(label)}: {'' if score is None else score} / 5" for label, score in scores),
        "opinion": followup.opinion or "",
    }


def _sent_back(request: Request, followup: Followup) -> bool | None:
    """Whether the task went to rework after it was asked about; None while nobody has asked."""
    steps = steps_of(request.ctx.session, "task", followup.task_id) if followup.task_id else ()
    if any(step.action == "rework" and step.at >= followup.created_at for step in steps):
        return True
    return False if followup.done_at is not None else None
