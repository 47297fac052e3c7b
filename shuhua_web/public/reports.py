"""The status page behind a report's link: how far it is, and what its reporter, or who met the fault too, can do."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from typing import Any

from pyramid.request import Request
from pyramid.view import view_config
from sqlalchemy import select

from shuhua_core.kernel.errors import NotFound, TooMany
from shuhua_core.kernel.steps import Step, steps_of
from shuhua_core.repairs.faults import fault_label
from shuhua_core.repairs.follower_models import Follower
from shuhua_core.repairs.followers import FollowerService
from shuhua_core.repairs.machine import MACHINE
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.repairs.schema import ACTION_SCHEMAS, Contact
from shuhua_core.repairs.service import RepairService
from shuhua_core.sites.models import Equipment
from shuhua_core.tasks.machine import MACHINE as TASKS
from shuhua_core.tasks.models import RepairTask, Task

from .. import formats
from ..forms import Upload, form_for
from ..i18n import _
from ..layout import TONES
from ..limits import limit_reports
from ..media.pictures import FIELD, SentPictures
from ..records import timeline
from ..repairs.public import held_report
from ..security import PUBLIC
from ..widgets import ChoiceWidget
from .pages import page, visitor
from .quotations import shown_quotations

TOLD_OF_TASKS = frozenset({"accept", "assign", "appoint", "depart", "arrive", "start", "complete", "rework"})
"""Steps of the work that its reporter is told of: what happens and when, never who or why."""
WITH_PICTURES = frozenset({"supply"})

SCORES = (("5", _("5, very")), ("4", _("4, mostly")), ("3", _("3, so so")), ("2", _("2, hardly")), ("1", _("1, not at all")))


class ScoreWidget(ChoiceWidget):
    """A whole number out of a few."""

    def parsed(self, text: str) -> Any:
        """The number, or what was sent instead."""
        return int(text) if re.fullmatch(r"[0-9]{1,3}", text) else text


def followed(request: Request) -> tuple[Follower, RepairRequest] | None:
    """Who follows by the token in the path, and the request that they follow."""
    return request.service(FollowerService).by_token(request.matchdict["token"])


@view_config(route_name="public.report", request_method="GET", permission=PUBLIC, renderer="templates/report.pt")
def report(request: Request) -> dict[str, Any]:
    """How far it is. Who only joined sees the course of it, and no words of the reporter or to them."""
    joined = followed(request)
    repair = joined[1] if joined else held_report(request)
    token = request.matchdict["token"]
    table = MACHINE.table(request.ctx, repair)
    state = table.states[repair.state]
    offered = [] if joined else MACHINE.available(request.ctx, repair)
    phone = joined[0].phone if joined else repair.caller_phone
    settings = request.deployment.settings
    return page(
        request,
        repair.number,
        state=state.label(request.locale_name),
        tone=TONES.get(state.tone, "ended"),
        fault=fault_label(repair.fault, request.locale_name) if joined else None,
        symptom=None if joined else repair.symptom,
        question=repair.question if any(row.action == "supply" for row in offered) else None,
        answer=None if joined else repair.answer,
        actions=[
            {
                "label": row.label(request.locale_name),
                "href": request.route_path("public.report.act", token=token, action=row.action),
                "tone": row.tone,
            }
            for row in offered
        ],
        steps=_steps(request, repair, words=joined is None),
        piece=_piece_href(request, repair),
        quotations=[] if joined else shown_quotations(request),
        joined=joined is not None,
        people=1 + request.service(FollowerService).counts([repair.id]).get(repair.id, 0),
        contact=request.route_path("public.contact", token=token) if state.phase == "open" else None,
        phone=formats.masked_phone(phone) if phone else None,
        link=f"{settings.origin.rstrip('/')}{request.path}",
    )


def _steps(request: Request, repair: RepairRequest, *, words: bool) -> list[Any]:
    """The steps of the request and of the work on it, newest first, without names, places, and the words of staff about work."""
    session = request.dbsession
    table = MACHINE.table(request.ctx, repair)
    own = steps_of(session, "repair", repair.id)
    shown = list(zip(reversed(own), timeline(request, table, own, {}), strict=True))
    tasks = session.scalars(
        select(Task).join(RepairTask, RepairTask.task_id == Task.id).where(RepairTask.repair_id == repair.id)
    ).all()
    for task in tasks:
        steps = [each for each in steps_of(session, "task", task.id) if each.action in TOLD_OF_TASKS]
        shown += zip(reversed(steps), timeline(request, TASKS.table(request.ctx, task), steps, {}), strict=True)
    shown.sort(key=lambda pair: (pair[0].at, pair[0].id), reverse=True)
    return [_entry(request, step, line, words=words) for step, line in shown]


def _entry(request: Request, step: Step, line: Any, *, words: bool) -> dict[str, Any]:
    of_request = step.record_kind == "repair"
    appointed = (step.input or {}).get("appointed_at") if step.action == "appoint" else None
    zone = request.deployment.settings.timezone
    return {
        "what": _("Reported") if step.action == "create" else line.what,
        "state": line.after if of_request and line.moved else None,
        "at": line.at,
        "at_iso": line.at_iso,
        "note": line.note if of_request and words else None,
        "appointed": formats.moment(datetime.fromisoformat(appointed), zone) if appointed else None,
    }


def _piece_href(request: Request, repair: RepairRequest) -> str | None:
    code = request.dbsession.scalar(select(Equipment.code).where(Equipment.id == repair.equipment_id))
    return request.route_path("public.piece", code=code) if code else None


@view_config(route_name="public.report.act", request_method=("GET", "POST"), permission=PUBLIC, renderer="templates/form.pt")
def act(request: Request) -> Any:
    """Supply, confirm with a rating, dispute, withdraw or reopen, by a small form."""
    refused, sent = _count_and_keep(request)
    repair = held_report(request)
    action = request.matchdict["action"]
    row = next((row for row in MACHINE.available(request.ctx, repair) if row.action == action), None)
    if row is None:
        raise NotFound
    address = request.route_path("public.report", token=request.matchdict["token"])
    form = form_for(
        ACTION_SCHEMAS[row.schema or "Note"],
        request,
        submit=row.label(request.locale_name),
        tone=row.tone,
        cancel=address,
        omit=("media_ids", "captured_at"),
        widgets={"score": ScoreWidget(SCORES, radios=True)},
        uploads=(Upload(FIELD, _("Pictures")),) if action in WITH_PICTURES else (),
    )

    def save(data: dict[str, Any]) -> str:
        space = hashlib.sha256(visitor(request).encode()).hexdigest()
        request.ctx.session.info["reporter_space"] = space
        values = sent.join(request, data, space=space) if action in WITH_PICTURES else data
        request.service(RepairService).act(repair.id, action, values)
        return address

    return _answer(request, form, refused, save, f"{repair.number} · {row.label(request.locale_name)}")


@view_config(route_name="public.contact", request_method=("GET", "POST"), permission=PUBLIC, renderer="templates/form.pt")
def contact(request: Request) -> Any:
    """Leave a number, to be told how it goes on. Sending it is the consent, which the page says."""
    refused, _sent = _count_and_keep(request)
    joined = followed(request)
    repair = joined[1] if joined else held_report(request)
    address = request.route_path("public.report", token=request.matchdict["token"])
    form = form_for(Contact, request, submit=_("You may call me about this report."), cancel=address)

    def save(data: dict[str, Any]) -> str:
        if joined:
            request.service(FollowerService).leave_contact(joined[0], repair, data)
        else:
            request.service(RepairService).leave_contact(repair.id, data)
        return address

    return _answer(request, form, refused, save, f"{repair.number} · {request.tr(_('Tell me how it goes on'))}")


def _count_and_keep(request: Request) -> tuple[TooMany | None, SentPictures]:
    if request.method != "POST":
        return None, SentPictures()
    try:
        limit_reports(request)
    except TooMany as error:
        return error, SentPictures()
    return None, SentPictures.of(request)


def _answer(request: Request, form: Any, refused: TooMany | None, save: Any, title: str) -> Any:
    if refused is not None:
        form.read()
        form.refuse(refused)
        return page(request, title, form=form)
    return form.answer(save, done=_("Done.")) or page(request, title, form=form)
