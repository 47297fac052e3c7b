"""A quotation as pages show it: its own, those of its task and of its request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyramid.request import Request

from shuhua_core.accounts.models import User
from shuhua_core.accounts.permissions import Permission
from shuhua_core.quotations.amounts import capitals
from shuhua_core.quotations.machine import QUOTATION_TABLE
from shuhua_core.quotations.models import Quotation, QuotationLine
from shuhua_core.quotations.schema import KINDS, WAYS
from shuhua_core.quotations.service import QuotationService
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.tasks.models import Task
from shuhua_core.tasks.schema import WITHOUT_CONSENT

from .. import formats
from ..api.timeline import names_of
from ..i18n import _
from ..layout import crumbs
from ..media.pictures import pictures_of
from ..records import Action, Fact, RecordPart, Related, actions, badge, timeline
from ..repairs.facts import record_link, state_tag, word
from ..repairs.history import step_pictures
from ..repairs.surroundings import link, piece_facts, place_facts, surroundings
from .listing import QUOTATIONS

TITLE = QUOTATIONS.title


def quotation_page(request: Request, quotation: Quotation) -> dict[str, Any]:
    """What ``record.pt`` takes."""
    service = request.service(QuotationService)
    task = request.ctx.session.get_one(Task, quotation.task_id)
    steps = service.timeline(quotation)
    around = surroundings(request, task)
    found = actions(request, service.actions(quotation), "quotations.act", quotation.id)
    if service.may_change(quotation) and service.may_quote(task):
        label = _("Change") if quotation.sent_at is None else _("New version")
        found.append(Action(label, request.route_path("quotations.edit", id=quotation.id)))
    lines = service.lines([quotation.id])[quotation.id]
    others = [each for each in service.of_task(task.id) if each.id != quotation.id]
    return {
        "title": quotation.number,
        "crumbs": crumbs(request, (TITLE, "quotations.list"), (quotation.number, None)),
        "badge": badge(QUOTATION_TABLE, quotation.state, request.locale_name),
        "actions": found,
        "papers": [(_("Quotation"), request.route_path("quotations.sheet", id=quotation.id))] if lines else [],
        "groups": [
            (_("Quotation"), quotation_facts(request, quotation, task)),
            (_("Place"), [fact for fact in place_facts(request, task, around) if fact.value]),
            (_("Equipment and customer"), piece_facts(request, around)),
        ],
        "pictures": pictures_of(request, {("quotation", quotation.id): quotation.number})["quotation", quotation.id],
        "relations": [
            *([lines_table(request, quotation, lines)] if lines else []),
            *([quotations_table(request, _("Other quotations of the task"), others)] if others else []),
        ],
        "steps": timeline(request, QUOTATION_TABLE, steps, names_of(request, steps), pictures=step_pictures(request, steps)),
    }


def quotation_facts(request: Request, quotation: Quotation, task: Task) -> list[Fact]:
    """What was offered to whom, and what they said."""
    session, zone, locale = request.ctx.session, request.deployment.settings.timezone, request.locale_name
    repair = session.get_one(RepairRequest, quotation.repair_id)
    author = session.get(User, quotation.author_id) if quotation.author_id else None
    found = [
        Fact(_("Total"), formats.amount(quotation.total)),
        Fact(_("In capital numerals"), capitals(quotation.total)),
        Fact(_("Valid until"), formats.day(quotation.valid_until)),
        Fact(_("Warranty on the repair"), months(quotation.warranty_months)),
        Fact(_("Task"), task.number, link(request, "tasks.view", task, Permission.TASKS_VIEW)),
        Fact(_("Request"), repair.number, link(request, "repairs.view", repair, Permission.REPAIRS_VIEW)),
        Fact(_("Symptom"), task.symptom, wide=True),
        Fact(_("Written by"), author.name if author else None),
        Fact(_("Sent to the customer"), formats.moment(quotation.sent_at, zone)),
        Fact(_("Answered at"), formats.moment(quotation.answered_at, zone)),
        Fact(_("Answered"), word(WAYS, quotation.answered_way, locale) if quotation.answered_way else None),
        Fact(_("Answered by"), quotation.answered_by),
        Fact(_("Reason"), quotation.reason, wide=True),
        Fact(_("Note"), quotation.note, wide=True),
    ]
    return [fact for fact in found if fact.value]


def months(count: int | None) -> Any:
    """So many months; nothing for None."""
    return None if count is None else _("${n} months", mapping={"n": count})


def quantity(line: QuotationLine) -> str:
    """Without noughts at the end."""
    return f"{line.quantity.normalize():f}"


def lines_table(request: Request, quotation: Quotation, lines: Sequence[QuotationLine]) -> Related:
    """The lines with their sum."""
    rows: list[Sequence[Any]] = [
        (
            word(KINDS, line.kind, request.locale_name),
            line.text,
            quantity(line),
            formats.amount(line.unit_price),
            formats.amount(line.amount),
        )
        for line in lines
    ]
    rows.append((request.tr(_("Total")), "", "", "", formats.amount(quotation.total)))
    return Related(_("Lines"), (_("Kind"), _("What for"), _("Quantity"), _("Unit price"), _("Amount")), rows)


def quotations_table(request: Request, title: Any, quotations: Sequence[Quotation]) -> Related:
    """Some quotations with where they stand."""
    zone = request.deployment.settings.timezone
    rows = [
        (
            record_link(request, "quotations.view", each.id, each.number),
            state_tag(badge(QUOTATION_TABLE, each.state, request.locale_name)),
            formats.amount(each.total),
            formats.day(each.valid_until),
            formats.moment(each.sent_at, zone),
            formats.moment(each.answered_at, zone),
            each.reason or "",
        )
        for each in quotations
    ]
    heads = (_("Number"), _("State"), _("Total"), _("Valid until"), _("Sent to the customer"), _("Answered at"), _("Reason"))
    return Related(title, heads, rows)


def task_part(request: Request, task: Task) -> RecordPart:
    """What a task's page shows of quotations: those there are, and the ways to one or to none at all."""
    if task.consent == "not_needed" and task.in_warranty is not False:
        return RecordPart()
    service = request.service(QuotationService)
    found = service.of_task(task.id)
    part = RecordPart(relations=[quotations_table(request, TITLE, found)] if found else [])
    waits = task.consent in WITHOUT_CONSENT
    if service.may_quote(task) and not any(each.state in QUOTATION_TABLE.open_states for each in found):
        tone = "primary" if waits and not found else "secondary"
        part.actions.append(Action(_("Write a quotation"), request.route_path("quotations.new", id=task.id), tone))
    if waits and service.may_waive(task):
        part.actions.append(Action(_("Free of charge"), request.route_path("quotations.waive", id=task.id)))
    return part


def repair_part(request: Request, repair: RepairRequest) -> RecordPart:
    """What a request's page shows of quotations; the one that waits for the reader can be answered there."""
    if repair.in_warranty is not False or not request.actor.may(Permission.QUOTATIONS_VIEW):
        return RecordPart()
    service = request.service(QuotationService)
    found = service.of_repair(repair.id)
    part = RecordPart(relations=[quotations_table(request, TITLE, found)] if found else [])
    for quotation in found:
        rows = [row for row in service.actions(quotation) if row.permission == Permission.QUOTATIONS_CONSENT]
        part.actions.extend(actions(request, rows, "quotations.act", quotation.id))
    return part
