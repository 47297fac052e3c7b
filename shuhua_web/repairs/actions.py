"""What the forms of a request's actions have beyond their schemas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyramid.request import Request

from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.scope import covers
from shuhua_core.kernel.workflow import Row
from shuhua_core.repairs.machine import MACHINE
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.repairs.schema import SEVERITIES
from shuhua_core.sites.models import Equipment
from shuhua_core.tasks.machine import MACHINE as TASK_MACHINE
from shuhua_core.tasks.models import Task

from .. import formats
from ..i18n import _
from ..sites.ends import ends_text, in_warranty
from .acting import Controls, Kind
from .cards import Card, CardGroup, CardsWidget, two_buttons
from .facts import TITLE, repair_groups, word
from .queries import joinable_tasks, similar_requests
from .surroundings import surroundings


def repair_controls(request: Request, repair: RepairRequest, row: Row) -> Controls:
    """By action; most forms need nothing but their schema."""
    if row.action == "approve":
        return _approve(request, repair)
    if row.action == "merge":
        return _merge(request, repair)
    if row.action == "supply":
        return Controls(intro=repair.question)
    if row.action == "add_task":
        return Controls(initial={"severity": repair.severity})
    return Controls()


def repair_panel(request: Request, repair: RepairRequest, _row: Row) -> dict[str, Any]:
    """The facts of the request, which whoever decides needs to see."""
    return {"groups": [] if _in_dialog(request) else repair_groups(request, repair, surroundings(request, repair))}


def _in_dialog(request: Request) -> bool:
    """Over a dialog the record itself can be seen already."""
    return request.headers.get("HX-Request") == "true"


def _approve(request: Request, repair: RepairRequest) -> Controls:
    initial: dict[str, Any] = {"severity": repair.severity or "normal"}
    around = surroundings(request, repair)
    covered = proposed_warranty(request, repair, around.piece)
    if covered is not None:
        initial["in_warranty"] = covered
    intro = None
    if around.piece is not None:
        intro = f"{around.piece.number} · {ends_text(request, around.piece)}"
    tasks = CardsWidget(request, lambda: [CardGroup(None, _task_cards(request, repair))], none=_("Make a new task"))
    warranty = two_buttons(_("In warranty"), _("Out of warranty"))
    return Controls(initial=initial, widgets={"task_id": tasks, "in_warranty": warranty}, intro=intro)


def proposed_warranty(request: Request, repair: RepairRequest, piece: Equipment | None) -> bool | None:
    """In or out of warranty on the day of the report: a review that takes its time costs nobody their warranty."""
    return in_warranty(piece, repair.created_at.astimezone(request.deployment.settings.timezone).date())


def _task_cards(request: Request, repair: RepairRequest) -> Sequence[Card]:
    return [task_card(request, task, repair) for task in joinable_tasks(request.ctx, repair)]


def task_card(request: Request, task: Task, beside: Any) -> Card:
    """An open task to join."""
    zone, locale = request.deployment.settings.timezone, request.locale_name
    state = TASK_MACHINE.table(request.ctx, task).states[task.state].label(locale)
    same = (
        _("the same equipment")
        if task.equipment_id is not None and task.equipment_id == beside.equipment_id
        else _("the same place")
    )
    due = _("Deadline ${time}", mapping={"time": formats.moment(task.due_at, zone)})
    lines = (task.symptom[:120], f"{word(SEVERITIES, task.severity, locale)} · {request.tr(due)}")
    return Card(task.id, f"{task.number} · {state}", lines, same, request.route_path("tasks.view", id=task.id))


def _merge(request: Request, repair: RepairRequest) -> Controls:
    widget = CardsWidget(
        request,
        lambda: [
            CardGroup(_("For the same equipment or place"), target_cards(request, similar_requests(request.ctx, repair), repair))
        ],
        search=request.route_path("repairs.targets", id=repair.id),
        search_label=_("Look for another request by number, symptom or address"),
        stray=lambda target_id: _stray_target(request, target_id, repair),
    )
    return Controls(widgets={"target_id": widget})


def target_cards(request: Request, found: Sequence[RepairRequest], beside: RepairRequest) -> list[Card]:
    """Requests to merge into."""
    zone, table, locale = request.deployment.settings.timezone, MACHINE.newest(request.ctx), request.locale_name
    return [
        Card(
            each.id,
            f"{each.number} · {table.states[each.state].label(locale)}",
            (
                each.symptom[:120],
                f"{formats.moment(each.created_at, zone)} {each.caller_name or ''} {each.address or ''}".strip(),
            ),
            _("the same equipment") if each.equipment_id is not None and each.equipment_id == beside.equipment_id else None,
            request.route_path("repairs.view", id=each.id),
        )
        for each in found
    ]


def _stray_target(request: Request, target_id: Any, beside: RepairRequest) -> Card | None:
    found = request.ctx.session.get(RepairRequest, target_id) if isinstance(target_id, int) else None
    if found is None or not covers(found, request.actor, Permission.REPAIRS_REVIEW):
        return None
    return target_cards(request, [found], beside)[0]


REPAIR = Kind("repairs", TITLE, MACHINE, Permission.REPAIRS_VIEW, repair_controls, repair_panel)
