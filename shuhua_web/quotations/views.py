"""The screens of quotations: list, page, form, actions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pyramid.request import Request
from pyramid.view import view_config

from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.errors import NotAllowed, WrongState
from shuhua_core.quotations.machine import MACHINE, today
from shuhua_core.quotations.models import Quotation
from shuhua_core.quotations.schema import Draft, Reason
from shuhua_core.quotations.service import QuotationService
from shuhua_core.tasks.models import Task
from shuhua_core.tasks.service import TaskService

from ..api import record_id
from ..forms import OfficeForm, Source, form_for
from ..i18n import _
from ..layout import crumbs
from ..media.pictures import SentPictures
from ..repairs.acting import Controls, Kind, action_page
from .facts import TITLE, lines_table, quantity, quotation_facts, quotation_page
from .lines import BLANK, LinesWidget
from .listing import QUOTATIONS

FORM = "shuhua_web:repairs/templates/act.pt"
FIRST_LINES = tuple({**BLANK, "kind": kind} for kind in ("labour", "part", "travel"))


@view_config(
    route_name="quotations.list",
    permission=Permission.QUOTATIONS_VIEW,
    request_method="GET",
    renderer="shuhua_web:templates/list.pt",
)
def list_quotations(request: Request) -> dict[str, Any]:
    """All quotations within reach."""
    return QUOTATIONS.page(request)


@view_config(
    route_name="quotations.view",
    permission=Permission.QUOTATIONS_VIEW,
    request_method="GET",
    renderer="shuhua_web:templates/record.pt",
)
def view(request: Request) -> dict[str, Any]:
    """One quotation with its lines, its way, and what may be done with it."""
    return quotation_page(request, request.service(QuotationService).get(record_id(request)))


@view_config(route_name="quotations.new", permission=Permission.QUOTATIONS_EDIT, renderer=FORM)
def new(request: Request) -> Any:
    """A quotation for a task out of warranty."""
    service, task = request.service(QuotationService), request.service(TaskService).get(record_id(request))
    if not service.may_quote(task):
        raise NotAllowed(state=task.state)
    until = today(request.ctx) + timedelta(days=request.deployment.settings.quotation_days)
    initial = {"lines": list(FIRST_LINES), "valid_until": until.isoformat()}
    form = _form(request, task, initial=initial, cancel=request.route_path("tasks.view", id=task.id))

    def save(data: dict[str, Any]) -> str:
        return str(request.route_path("quotations.view", id=service.create(task.id, data).id))

    title = _("Write a quotation")
    way = crumbs(request, (TITLE, "quotations.list"), (task.number, None), (title, None))
    return form.answer(save, done=_("The draft was saved. Send it to the customer when it is right.")) or form.page(
        title, crumbs=way, intro=f"{task.number} · {task.symptom[:120]}"
    )


@view_config(route_name="quotations.edit", permission=Permission.QUOTATIONS_EDIT, renderer=FORM)
def edit(request: Request) -> Any:
    """A draft written anew, or a new version of what was sent."""
    service = request.service(QuotationService)
    quotation = service.get(record_id(request))
    task = request.ctx.session.get_one(Task, quotation.task_id)
    if request.method == "GET" and not service.may_change(quotation):
        raise WrongState(state=quotation.state)
    form = _form(
        request,
        task,
        initial=_initial(service, quotation),
        version=quotation.version,
        cancel=request.route_path("quotations.view", id=quotation.id),
    )

    def save(data: dict[str, Any]) -> str:
        made = service.change(quotation.id, data, expected_version=form.version or 0)
        return str(request.route_path("quotations.view", id=made.id))

    is_draft = quotation.sent_at is None
    title = _("Change") if is_draft else _("New version")
    intro = None if is_draft else _("What was sent is withdrawn as it is; this becomes a new version, to be sent again.")
    way = crumbs(request, (TITLE, "quotations.list"), (quotation.number, None), (title, None))
    return form.answer(save, done=_("Saved.")) or form.page(f"{request.tr(title)} · {quotation.number}", crumbs=way, intro=intro)


@view_config(route_name="quotations.waive", permission=Permission.QUOTATIONS_WAIVE, renderer=FORM)
def waive(request: Request) -> Any:
    """The repair is free of charge, for a reason."""
    service, task = request.service(QuotationService), request.service(TaskService).get(record_id(request))
    if request.method == "GET" and not service.may_waive(task):
        raise NotAllowed(state=task.state)
    address = str(request.route_path("tasks.view", id=task.id))
    form = form_for(Reason, request, submit=_("Free of charge"), cancel=address)

    def save(data: dict[str, Any]) -> str:
        service.waive(task.id, data)
        return address

    title = _("Free of charge")
    way = crumbs(request, (TITLE, "quotations.list"), (task.number, None), (title, None))
    intro = _("The repair may begin without the customer's consent. The reason is kept, and the customer is told.")
    return form.answer(save, done=_("Saved.")) or form.page(f"{request.tr(title)} · {task.number}", crumbs=way, intro=intro)


@view_config(route_name="quotations.act", permission=Permission.QUOTATIONS_VIEW, renderer=FORM)
def act(request: Request) -> Any:
    """An action of the table of quotations."""
    sent = SentPictures.of(request)
    service, number, action = request.service(QuotationService), record_id(request), request.matchdict["action"]
    return action_page(request, QUOTATION, service.get(number), lambda data: service.act(number, action, data), sent)


def _form(request: Request, task: Task, **options: Any) -> OfficeForm:
    repairs = [each for each in request.service(TaskService).repairs_of(task.id) if each.in_warranty is False]
    return form_for(
        Draft,
        request,
        submit=_("Save"),
        widgets={"lines": LinesWidget(request.locale_name)},
        sources={"repair_id": Source(options=[(each.id, each.number) for each in repairs])},
        omit=("repair_id",) if len(repairs) < 2 else (),
        **options,
    )


def _initial(service: QuotationService, quotation: Quotation) -> dict[str, Any]:
    lines = [
        {"kind": line.kind, "text": line.text, "quantity": quantity(line), "unit_price": f"{line.unit_price:.2f}"}
        for line in service.lines([quotation.id])[quotation.id]
    ]
    return {
        "repair_id": quotation.repair_id,
        "lines": lines,
        "valid_until": quotation.valid_until.isoformat() if quotation.valid_until else None,
        "warranty_months": quotation.warranty_months,
        "note": quotation.note,
    }


def _controls(request: Request, quotation: Quotation, row: Any) -> Controls:
    """What the customer said is most often said just now."""
    if row.action == "record_call":
        return Controls(initial={"agreed_at": request.ctx.now.isoformat()})
    if row.action == "record_paper":
        return Controls(initial={"signed_on": today(request.ctx).isoformat()})
    return Controls()


def _panel(request: Request, quotation: Quotation, _row: Any) -> dict[str, Any]:
    """What it is about, so that nobody answers blindly; over a dialog it can be seen already."""
    if request.headers.get("HX-Request") == "true":
        return {"groups": []}
    task = request.ctx.session.get_one(Task, quotation.task_id)
    lines = request.service(QuotationService).lines([quotation.id])[quotation.id]
    facts = quotation_facts(request, quotation, task)
    return {"groups": [(_("Quotation"), facts)], "relations": [lines_table(request, quotation, lines)] if lines else []}


QUOTATION = Kind("quotations", TITLE, MACHINE, Permission.QUOTATIONS_VIEW, _controls, _panel)
