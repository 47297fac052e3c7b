"""A task as its page shows it: everything that the repair needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from pyramid.request import Request
from sqlalchemy import select

from shuhua_core.accounts.models import Organisation, User
from shuhua_core.accounts.permissions import Permission
from shuhua_core.followups.models import STATES as FOLLOWUP_STATES
from shuhua_core.followups.models import Followup
from shuhua_core.kernel.choices import CodeList
from shuhua_core.kernel.scope import covers, visible
from shuhua_core.kernel.workflow import Workflow
from shuhua_core.repairs.faults import FAULTS
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.tasks.machine import MACHINE
from shuhua_core.tasks.models import Task
from shuhua_core.tasks.schema import CAUSES, CONSENTS, HOLD_REASONS, REMEDIES, RESULTS
from shuhua_core.tasks.service import TaskService

from .. import formats
from ..i18n import _
from ..layout import crumbs
from ..media.pictures import pictures_of
from ..records import Action, Fact, Picture, RecordPart, Related, actions, badge, phone, record_part
from ..repairs.facts import record_link, severity, warranty, word
from ..repairs.history import history
from ..repairs.surroundings import Surroundings, piece_facts, place_facts, surroundings
from .completion import completion_of, parts_text

TITLE = _("Tasks")
AT_HAND = 2
"""Actions that stand under the thumb on a phone."""


@dataclass(frozen=True, slots=True)
class ServedRequest:
    """A request that the task serves: its facts and pictures."""

    title: Any
    facts: Sequence[Fact]
    pictures: Sequence[Picture]


def task_page(request: Request, task: Task) -> dict[str, Any]:
    """What ``tasks/templates/view.pt`` takes."""
    ctx = request.ctx
    table = MACHINE.table(ctx, task)
    around = surroundings(request, task)
    repairs = TaskService(ctx).repairs_of(task.id)
    pictures = pictures_of(
        request, {("task", task.id): task.number, **{("repair", repair.id): repair.number for repair in repairs}}
    )
    part = record_part(request, "task", task)
    first, others = _split(_actions(request, task, table, part))
    return {
        "title": task.number,
        "crumbs": crumbs(request, (TITLE, "tasks.list"), (task.number, None)),
        "badge": badge(table, task.state, request.locale_name),
        "overdue": is_late(request, task, table),
        "at_hand": first,
        "actions": others,
        "papers": [
            (_("Dispatch sheet"), request.route_path("tasks.sheet", id=task.id)),
            (_("Service sheet"), request.route_path("tasks.service_sheet", id=task.id)),
        ],
        "groups": task_groups(request, task, around),
        "requests": [_served(request, task, repair, pictures["repair", repair.id]) for repair in repairs],
        "pictures": pictures["task", task.id],
        "relations": [*part.relations, *_followups(request, task)],
        "steps": history(request, "task", task, table),
        "place_href": _place_href(around),
    }


def is_late(request: Request, task: Task, table: Workflow) -> bool:
    """Whether the task is past its deadline while there is still work to do."""
    return table.states[task.state].phase == "open" and task.due_at < request.ctx.now


def task_groups(request: Request, task: Task, around: Surroundings) -> list[tuple[Any, list[Fact]]]:
    """The facts under their headings; a heading without facts is left out."""
    groups = [
        (_("Task"), work_facts(request, task)),
        (_("Place"), place_facts(request, task, around)),
        (_("Equipment and customer"), piece_facts(request, around)),
        (_("Result of the repair"), result_facts(request, task)),
    ]
    return [(heading, facts) for heading, facts in groups if facts]


def work_facts(request: Request, task: Task) -> list[Fact]:
    """What is to be done, by whom, until when."""
    zone, locale = request.deployment.settings.timezone, request.locale_name
    unit = request.ctx.session.get(Organisation, task.unit_id) if task.unit_id else None
    repairer = request.ctx.session.get(User, task.repairer_id) if task.repairer_id else None
    due = formats.moment(task.due_at, zone)
    late = is_late(request, task, MACHINE.table(request.ctx, task))
    found = [
        Fact(_("Symptom"), task.symptom, wide=True),
        Fact(_("Kind of fault"), FAULTS.label(task.fault, locale)),
        Fact(_("Severity"), severity(task.severity, locale)),
        Fact(_("Warranty"), warranty(task.in_warranty)),
        Fact(_("Quotation"), word(CONSENTS, task.consent, locale) if task.consent != "not_needed" else None),
        Fact(_("Deadline"), Markup('<span class="overdue">{} {}</span>').format(due, request.tr(_("Overdue"))) if late else due),
        Fact(_("Appointment"), formats.moment(task.appointed_at, zone)),
        Fact(_("Unit"), unit.label(locale) if unit else None),
        Fact(_("Repairer"), repairer.name if repairer else None),
        Fact(_("On hold because"), word(HOLD_REASONS, task.hold_reason, locale)),
        Fact(_("Checked by the host unit"), _("Yes") if task.check_asked else None),
        Fact(_("Urged"), _("${n} times", mapping={"n": task.urged}) if task.urged else None),
    ]
    return [fact for fact in found if fact.value]


def said(words: CodeList, code: str | None, text: str | None, locale: str) -> str:
    """A cause or remedy: its code's word and what was said beside it."""
    return (": " if locale == "en" else "：").join(each for each in (words.label(code, locale), text) if each)


def result_facts(request: Request, task: Task) -> list[Fact]:
    """How it ended."""
    zone = request.deployment.settings.timezone
    entered = completion_of(request, task)
    score = f"{task.satisfaction / 100:.1f}" if task.satisfaction is not None else None
    found = [
        Fact(_("Result of the repair"), word(RESULTS, task.result, request.locale_name)),
        Fact(_("Completed"), formats.moment(task.completed_at, zone)),
        Fact(_("Satisfaction, of 5"), score),
        Fact(_("Attempts to follow up"), task.followup_attempts or None),
        Fact(_("Cause"), said(CAUSES, task.cause_code, task.cause, request.locale_name), wide=True),
        Fact(_("Remedy"), said(REMEDIES, task.remedy_code, task.remedy, request.locale_name), wide=True),
        Fact(_("Parts replaced"), parts_text(request, entered), wide=True),
        Fact(_("Customer's opinion"), entered.get("opinion"), wide=True),
        Fact(_("Customer's signature"), _("Signed on the phone") if entered.get("signature_media_id") else None),
    ]
    return [fact for fact in found if fact.value]


def _split(found: list[Action]) -> tuple[list[Action], list[Action]]:
    """The next steps of the work, and everything else, what gives the task away last."""
    onward = [action for action in found if action.tone in {"primary", "success"}][:AT_HAND]
    others = [action for action in found if action not in onward]
    return onward, sorted(others, key=lambda action: action.tone == "danger")


def _actions(request: Request, task: Task, table: Workflow, part: RecordPart) -> list[Action]:
    found = [*actions(request, MACHINE.available(request.ctx, task), "tasks.act", task.id), *part.actions]
    if table.states[task.state].phase == "open" and covers(task, request.actor, Permission.TASKS_DEADLINE):
        found.append(Action(_("Change the deadline"), request.route_path("tasks.deadline", id=task.id)))
    return found


def contact_facts(request: Request, task: Task, repair: RepairRequest) -> list[Fact]:
    """Whom to call about a request that the task serves, the number masked."""
    reveal = request.route_path("tasks.phone", id=task.id, repair_id=repair.id)
    number = phone(request, repair.caller_phone, reveal if covers(task, request.actor, Permission.PHONES_REVEAL) else None)
    return [fact for fact in (Fact(_("Contact"), repair.caller_name), Fact(_("Phone"), number)) if fact.value]


def _served(request: Request, task: Task, repair: RepairRequest, pictures: Sequence[Picture]) -> ServedRequest:
    zone = request.deployment.settings.timezone
    may_see = covers(repair, request.actor, Permission.REPAIRS_VIEW)
    facts = [
        *contact_facts(request, task, repair),
        Fact(_("Received"), formats.moment(repair.created_at, zone)),
        Fact(_("Address"), repair.address if repair.address != task.address else None),
        Fact(_("Symptom"), repair.symptom if repair.symptom != task.symptom else None, wide=True),
    ]
    title = record_link(request, "repairs.view", repair.id, repair.number) if may_see else repair.number
    return ServedRequest(title, [fact for fact in facts if fact.value], pictures)


def _followups(request: Request, task: Task) -> list[Related]:
    if not request.actor.may(Permission.FOLLOWUPS_VIEW):
        return []
    zone = request.deployment.settings.timezone
    query = select(Followup).where(Followup.task_id == task.id, visible(Followup, request.actor, Permission.FOLLOWUPS_VIEW))
    rows = [
        (
            record_link(request, "followups.view", each.id, each.number),
            word(FOLLOWUP_STATES, each.state, request.locale_name),
            formats.moment(each.done_at, zone),
            each.opinion or "",
        )
        for each in request.ctx.session.scalars(query.order_by(Followup.id.desc()))
    ]
    heads = (_("Number"), _("State"), _("Followed up"), _("Customer's opinion"))
    return [Related(_("Follow-ups"), heads, rows)] if rows else []


def _place_href(around: Surroundings) -> str | None:
    """An address that a phone's navigation opens."""
    site = around.site
    if site is None or site.longitude is None or site.latitude is None:
        return None
    return f"geo:{site.latitude:.6f},{site.longitude:.6f}"
