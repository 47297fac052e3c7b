"""A request as its page shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup
from pyramid.request import Request

from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.errors import NotFound
from shuhua_core.kernel.scope import covers, get_visible
from shuhua_core.kernel.workflow import Workflow
from shuhua_core.repairs.faults import FAULTS
from shuhua_core.repairs.machine import MACHINE
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.repairs.schema import CHANNELS, SEVERITIES
from shuhua_core.tasks.machine import MACHINE as TASK_MACHINE
from shuhua_core.tasks.models import Task
from shuhua_core.tasks.service import TaskService

from .. import formats
from ..i18n import _
from ..layout import Layout, crumbs
from ..media.pictures import pictures_of
from ..records import Action, Badge, Fact, RecordPart, Related, actions, badge, phone, record_part
from .history import history
from .queries import similar_requests
from .surroundings import Surroundings, piece_facts, place_facts, surroundings

TITLE = _("Repair requests")


def word(options: Mapping[str, tuple[str, str]], value: str | None, locale: str) -> str:
    """The label of a word; the word itself where there is none."""
    zh, en = options.get(value or "", (value or "", value or ""))
    return en if locale == "en" else zh


def warranty(value: bool | None) -> Any:
    """In or out of warranty, in words."""
    return None if value is None else (_("In warranty") if value else _("Out of warranty"))


def fault_facts(request: Request, repair: RepairRequest) -> list[Fact]:
    """What is broken, and what became of it."""
    zone, locale = request.deployment.settings.timezone, request.locale_name
    found = [
        Fact(_("Symptom"), repair.symptom, wide=True),
        Fact(_("Kind of fault"), FAULTS.label(repair.fault, locale)),
        Fact(_("Severity"), severity(repair.severity, locale)),
        Fact(_("Warranty"), warranty(repair.in_warranty)),
        Fact(_("Channel"), word(CHANNELS, repair.channel, locale)),
        Fact(_("Received"), formats.moment(repair.created_at, zone)),
        Fact(_("First action"), formats.moment(repair.first_action_at, zone)),
        Fact(_("Number elsewhere"), repair.external_number),
        Fact(_("Asked back"), repair.question, wide=True),
        Fact(_("Told the reporter"), repair.answer, wide=True),
    ]
    return [fact for fact in found if fact.value]


def severity(value: str | None, locale: str) -> Any:
    """The severity, loud where it has to be."""
    return Markup('<span class="severity-{}">{}</span>').format(value, word(SEVERITIES, value, locale)) if value else None


def caller_facts(request: Request, repair: RepairRequest, reveal_href: str | None) -> list[Fact]:
    """Whom to call, the number masked."""
    number = phone(request, repair.caller_phone, reveal_href)
    return [Fact(_("Contact"), repair.caller_name), Fact(_("Phone"), number)] if repair.caller_name or number else []


def repair_page(request: Request, repair: RepairRequest) -> dict[str, Any]:
    """What ``record.pt`` takes."""
    ctx, locale = request.ctx, request.locale_name
    table = MACHINE.table(ctx, repair)
    around = surroundings(request, repair)
    part = record_part(request, "repair", repair)
    return {
        "title": repair.number,
        "crumbs": crumbs(request, (TITLE, "repairs.list"), (repair.number, None)),
        "badge": badge(table, repair.state, locale),
        "actions": _actions(request, repair, table, part),
        "groups": repair_groups(request, repair, around),
        "pictures": pictures_of(request, {("repair", repair.id): repair.number})["repair", repair.id],
        "relations": [*part.relations, *_relations(request, repair, table)],
        "steps": history(request, "repair", repair, table),
    }


def repair_groups(request: Request, repair: RepairRequest, around: Surroundings) -> list[tuple[Any, list[Fact]]]:
    """All facts under their headings; a heading without facts is left out."""
    caller = caller_facts(request, repair, _reveal(request, repair))
    groups = [
        (_("Fault"), fault_facts(request, repair)),
        (_("Place"), place_facts(request, repair, around)),
        (_("Equipment and customer"), piece_facts(request, around)),
        (_("Contact"), caller),
    ]
    return [(heading, facts) for heading, facts in groups if facts]


def _reveal(request: Request, repair: RepairRequest) -> str | None:
    allowed = covers(repair, request.actor, Permission.PHONES_REVEAL)
    return str(request.route_path("repairs.phone", id=repair.id)) if allowed else None


def may_change(request: Request, repair: RepairRequest, table: Workflow) -> bool:
    """Whether the actor may put facts right now."""
    allowed = (Permission.REPAIRS_REVIEW, Permission.REPAIRS_INTAKE)
    return table.states[repair.state].phase == "open" and any(covers(repair, request.actor, each) for each in allowed)


def _actions(request: Request, repair: RepairRequest, table: Workflow, part: RecordPart) -> list[Action]:
    found = [*part.actions, *actions(request, MACHINE.available(request.ctx, repair), "repairs.act", repair.id)]
    if may_change(request, repair, table):
        found.append(Action(_("Change facts"), request.route_path("repairs.edit", id=repair.id)))
    return found


def _relations(request: Request, repair: RepairRequest, table: Workflow) -> list[Related]:
    found = []
    if repair.merged_into_id is not None:
        found += _target(request, repair.merged_into_id, table)
    tasks = [task for task in TaskService(request.ctx).tasks_of(repair.id) if covers(task, request.actor, Permission.TASKS_VIEW)]
    if tasks:
        found.append(Related(_("Tasks"), (_("Number"), _("State"), _("Deadline")), [_task_row(request, task) for task in tasks]))
    if table.states[repair.state].phase == "open":
        similar = similar_requests(request.ctx, repair)
        if similar:
            found.append(requests_related(request, _("Other open requests for this equipment or place"), similar))
    return found


def _target(request: Request, target_id: int, table: Workflow) -> list[Related]:
    try:
        target = get_visible(request.ctx.session, RepairRequest, request.actor, Permission.REPAIRS_VIEW, target_id)
    except NotFound:
        return []
    return [requests_related(request, _("Merged into"), [target])]


def requests_related(request: Request, title: Any, repairs: Sequence[RepairRequest]) -> Related:
    """A short list of requests."""
    zone, table = request.deployment.settings.timezone, MACHINE.newest(request.ctx)
    rows = [
        (
            record_link(request, "repairs.view", repair.id, repair.number),
            state_tag(badge(table, repair.state, request.locale_name)),
            repair.symptom[:60],
            formats.moment(repair.created_at, zone),
        )
        for repair in repairs
    ]
    return Related(title, (_("Number"), _("State"), _("Symptom"), _("Received")), rows)


def _task_row(request: Request, task: Task) -> tuple[Any, ...]:
    table, zone = TASK_MACHINE.table(request.ctx, task), request.deployment.settings.timezone
    late = table.states[task.state].phase == "open" and task.due_at < request.ctx.now
    due = formats.moment(task.due_at, zone)
    shown = Markup('<span class="overdue">{} {}</span>').format(due, request.tr(_("Overdue"))) if late else due
    return (
        record_link(request, "tasks.view", task.id, task.number),
        state_tag(badge(table, task.state, request.locale_name)),
        shown,
    )


def record_link(request: Request, route: str, record_id: int, text: str) -> Any:
    """A link to a record, which opens beside the list where there is one."""
    if not Layout(request).has_route(route):
        return text
    return Markup('<a href="{}" data-beside="">{}</a>').format(request.route_path(route, id=record_id), text)


def state_tag(shown: Badge) -> Markup:
    """A state as a tag within a table."""
    return Markup('<span class="state state-{}">{}</span>').format(shown.tone, shown.label)
