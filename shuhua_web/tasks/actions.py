"""What the forms of a task's actions have beyond their schemas."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from pyramid.request import Request
from sqlalchemy import func, select

from shuhua_core.accounts.models import UNIT_KINDS, Organisation
from shuhua_core.accounts.organisations import carriers
from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.scope import prefix_range
from shuhua_core.kernel.workflow import Row
from shuhua_core.places.queries import full_names
from shuhua_core.repairs.faults import FAULTS
from shuhua_core.tasks.machine import MACHINE
from shuhua_core.tasks.models import Task
from shuhua_core.tasks.proposal import Proposal, propose
from shuhua_core.tasks.schema import CAUSES, REMEDIES
from shuhua_core.tasks.service import TaskService

from ..i18n import _
from ..repairs.acting import Controls, Kind
from ..repairs.cards import Card, CardGroup, CardsWidget, two_buttons
from ..repairs.surroundings import surroundings
from ..widgets import ChoiceWidget, choice_widget
from .completion import PartsWidget
from .facts import TITLE, contact_facts, task_groups
from .schema import Receiver

SCORES = [(5, "5"), (4, "4"), (3, "3"), (2, "2"), (1, "1")]


class ScoreWidget(ChoiceWidget):
    """Five buttons."""

    def __init__(self) -> None:
        super().__init__(SCORES, radios=True)

    def parsed(self, text: str) -> Any:
        """The score, or the text."""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 3 else text


def task_controls(request: Request, task: Task, row: Row) -> Controls:
    """By action; most forms need nothing but their schema."""
    if row.action == "allocate":
        widget = CardsWidget(request, lambda: _receivers(request, task), words=True)
        best = propose(request.ctx, task, limit=1)
        initial = {"receiver": f"unit:{best[0].unit.id}"} if best else {}
        return Controls(initial=initial, widgets={"receiver": widget}, schema=Receiver, convert=_allocation)
    if row.action == "assign":
        return Controls(widgets={"repairer_id": CardsWidget(request, lambda: _repairers(request, task))})
    if row.action == "appoint":
        return Controls(initial={"appointed_at": (task.appointed_at or _next_morning(request)).isoformat()})
    if row.action == "follow_up":
        scores = {name: ScoreWidget() for name in ("response_score", "manner_score", "quality_score")}
        return Controls(initial={"way": "phone"}, widgets={**scores, "repaired": two_buttons(_("Yes"), _("No"))})
    if row.action == "complete":
        return Controls(initial={"result": "repaired", "fault": task.fault}, widgets=_completion_widgets(request, task))
    return Controls()


def _completion_widgets(request: Request, task: Task) -> dict[str, Any]:
    """Codes that fit the type of the piece, and parts as lines."""
    around = surroundings(request, task)
    fitting = around.model.type if around.model else None
    lists = {"fault": FAULTS, "cause_code": CAUSES, "remedy_code": REMEDIES}
    codes = {name: choice_widget(words, request.locale_name, fitting) for name, words in lists.items()}
    return {**codes, "parts": PartsWidget()}


def _next_morning(request: Request) -> datetime:
    zone = request.deployment.settings.timezone
    return datetime.combine(request.ctx.now.astimezone(zone).date() + timedelta(days=1), time(9), zone)


def _allocation(data: dict[str, Any]) -> dict[str, Any]:
    kind, _colon, number = data["receiver"].partition(":")
    name = "unit_id" if kind == "unit" else "repairer_id"
    return {name: int(number), "note": data.get("note")}


def task_panel(request: Request, task: Task, _row: Row) -> dict[str, Any]:
    """The facts of the task; over a dialog they can be seen already."""
    if request.headers.get("HX-Request") == "true":
        return {"groups": []}
    contacts = [fact for repair in TaskService(request.ctx).repairs_of(task.id) for fact in contact_facts(request, task, repair)]
    groups = task_groups(request, task, surroundings(request, task))
    return {"groups": [(_("Contact"), contacts), *groups] if contacts else groups}


# Whom to give it to ------------------------------------------------------------------------------------------------------


def _receivers(request: Request, task: Task) -> list[CardGroup]:
    """Proposals with their reasons, then all other units, then people directly."""
    locale = request.locale_name
    proposals = propose(request.ctx, task)
    proposed = [
        Card(f"unit:{each.unit.id}", each.unit.label(locale), [" · ".join(_reasons(request, each))]) for each in proposals
    ]
    known = {each.unit.id for each in proposals}
    loads = _loads(request, task.branch_path, Task.unit_id)
    units = request.ctx.session.scalars(
        select(Organisation)
        .where(
            Organisation.kind.in_(UNIT_KINDS),
            Organisation.active,
            prefix_range(Organisation.path, task.branch_path),
            Organisation.id.not_in(known),
        )
        .order_by(Organisation.name, Organisation.id)
    )
    others = [Card(f"unit:{unit.id}", unit.label(locale), [_load(loads, unit.id)]) for unit in units]
    by_person = _loads(request, task.branch_path, Task.repairer_id)
    people = [
        Card(f"person:{user.id}", user.name, [_load(by_person, user.id)], unit.label(locale))
        for user, unit in carriers(request.ctx.session, task.branch_path)
    ]
    return [
        CardGroup(_("Proposed"), proposed),
        CardGroup(_("Other units"), others, folded=bool(proposed)),
        CardGroup(_("Directly to a person"), people, folded=True),
    ]


def _reasons(request: Request, proposal: Proposal) -> list[str]:
    """Why the unit fits, with the names of divisions instead of their codes."""
    codes = [(getattr(reason, "mapping", None) or {}).get("prefix") for reason in proposal.reasons]
    names = full_names(request.ctx.session, codes, request.locale_name)
    return [
        request.tr(reason % {"prefix": names.get(code, code)} if code else reason)
        for reason, code in zip(proposal.reasons, codes, strict=True)
    ]


def _repairers(request: Request, task: Task) -> list[CardGroup]:
    """Who carries tasks out for the unit, the one with the least to do first."""
    loads = _loads(request, task.organisation_path, Task.repairer_id)
    people = sorted(carriers(request.ctx.session, task.organisation_path), key=lambda pair: loads.get(pair[0].id, (0, 0))[0])
    return [
        CardGroup(
            None, [Card(user.id, user.name, [_load(loads, user.id)], unit.label(request.locale_name)) for user, unit in people]
        )
    ]


def _loads(request: Request, path: str, by: Any) -> dict[int, tuple[int, int]]:
    """(open tasks, urgent ones) by unit or person."""
    states = MACHINE.newest(request.ctx).open_states
    rows = request.ctx.session.execute(
        select(by, func.count(), func.count().filter(Task.severity == "urgent"))
        .where(Task.state.in_(states), by.is_not(None), prefix_range(Task.organisation_path, path))
        .group_by(by)
    )
    return {holder: (total, urgent) for holder, total, urgent in rows}


def _load(loads: dict[int, tuple[int, int]], holder: int) -> Any:
    total, urgent = loads.get(holder, (0, 0))
    return _("${total} open tasks, ${urgent} of them urgent", mapping={"total": total, "urgent": urgent})


TASK = Kind("tasks", TITLE, MACHINE, Permission.TASKS_VIEW, task_controls, task_panel)
