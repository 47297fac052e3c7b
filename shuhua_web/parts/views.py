"""The screens of replaced parts: list, page, actions."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.view import view_config

from shuhua_core.accounts.models import User
from shuhua_core.accounts.permissions import Permission
from shuhua_core.parts.machine import MACHINE, PART_TABLE
from shuhua_core.parts.models import ReturnedPart
from shuhua_core.parts.schema import FINDINGS
from shuhua_core.parts.service import PartService
from shuhua_core.tasks.models import Task

from .. import formats
from ..api import record_id
from ..api.timeline import names_of
from ..i18n import _
from ..layout import crumbs
from ..listing import RowAction, Tool
from ..media.pictures import SentPictures
from ..records import Fact, actions, badge, timeline
from ..repairs.acting import Controls, Kind, action_page
from ..repairs.facts import word
from ..repairs.surroundings import link, piece_facts, place_facts, surroundings
from ..tasks.facts import result_facts
from .listing import PARTS


@view_config(
    route_name="parts.list", permission=Permission.PARTS_VIEW, request_method="GET", renderer="shuhua_web:templates/list.pt"
)
def list_parts(request: Request) -> dict[str, Any]:
    """All parts within reach; who judges finds what is to be done in the row."""
    held = {row.permission for row in PART_TABLE.rows if request.actor.may(row.permission)}

    def row_actions(row: Any) -> list[RowAction]:
        rows = [each for each in PART_TABLE.leaving(row.state) if each.permission in held and each.tone != "secondary"]
        return [
            RowAction(each.label(request.locale_name), request.route_path("parts.act", id=row.id, action=each.action))
            for each in rows
        ]

    toolbar = [Tool(_("Faults by model, part and cause"), "parts.faults", "chart-bar")]
    return PARTS.page(request, row_actions=row_actions, toolbar=toolbar)


@view_config(
    route_name="parts.view", permission=Permission.PARTS_VIEW, request_method="GET", renderer="shuhua_web:templates/record.pt"
)
def view(request: Request) -> dict[str, Any]:
    """One part with the task that replaced it, its way, and what may be done with it."""
    service = request.service(PartService)
    part = service.get(record_id(request))
    steps = service.timeline(part)
    task = request.ctx.session.get_one(Task, part.task_id)
    around = surroundings(request, task)
    return {
        "title": part.number,
        "crumbs": crumbs(request, (PARTS.title, "parts.list"), (part.number, None)),
        "papers": [(_("Sheet of returned parts"), request.route_path("parts.sheet", id=part.id))],
        "badge": badge(PART_TABLE, part.state, request.locale_name),
        "actions": actions(request, service.actions(part), "parts.act", part.id),
        "groups": [
            (_("Part"), _facts(request, part, task)),
            (_("Result of the repair"), [Fact(_("Symptom"), task.symptom, wide=True), *result_facts(request, task)]),
            (_("Place"), [fact for fact in place_facts(request, task, around) if fact.value]),
            (_("Equipment and customer"), piece_facts(request, around)),
        ],
        "pictures": [],
        "steps": timeline(request, PART_TABLE, steps, names_of(request, steps)),
    }


def _facts(request: Request, part: ReturnedPart, task: Task) -> list[Fact]:
    zone = request.deployment.settings.timezone
    sender = request.ctx.session.get(User, part.repairer_id) if part.repairer_id else None
    covered = {True: _("Yes"), False: _("No"), None: None}[part.in_warranty]
    found = [
        Fact(_("Part"), part.name),
        Fact(_("Number of the old part"), part.old_number),
        Fact(_("Number of the new part"), part.new_number),
        Fact(_("In warranty"), covered),
        Fact(_("Task"), task.number, link(request, "tasks.view", task, Permission.TASKS_VIEW)),
        Fact(_("Repairer"), sender.name if sender else None),
        Fact(_("Carrier"), part.carrier),
        Fact(_("Tracking number"), part.tracking),
        Fact(_("Sent at"), formats.moment(part.sent_at, zone)),
        Fact(_("Received at"), formats.moment(part.received_at, zone)),
        Fact(_("Finding"), word(FINDINGS, part.finding, request.locale_name) if part.finding else None),
        Fact(_("What was found out"), part.finding_note, wide=True),
    ]
    return [fact for fact in found if fact.value]


def _controls(_request: Request, _part: ReturnedPart, _row: Any) -> Controls:
    return Controls()


def _panel(request: Request, part: ReturnedPart, _row: Any) -> dict[str, Any]:
    """What the part is; over a dialog it can be seen already."""
    if request.headers.get("HX-Request") == "true":
        return {"groups": []}
    return {"groups": [(_("Part"), _facts(request, part, request.ctx.session.get_one(Task, part.task_id)))]}


PART = Kind("parts", PARTS.title, MACHINE, Permission.PARTS_VIEW, _controls, _panel)


@view_config(route_name="parts.act", permission=Permission.PARTS_VIEW, renderer="shuhua_web:repairs/templates/act.pt")
def act(request: Request) -> Any:
    """An action of the table of parts."""
    sent = SentPictures.of(request)
    service, number, action = request.service(PartService), record_id(request), request.matchdict["action"]
    return action_page(request, PART, service.get(number), lambda data: service.act(number, action, data), sent)
