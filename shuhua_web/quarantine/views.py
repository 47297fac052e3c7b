"""The office's pages of the quarantine."""

from __future__ import annotations

import json
from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.renderers import render_to_response
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from shuhua_core.accounts.models import User
from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.errors import Invalid, NotAllowed, NotSignedIn, ServiceError
from shuhua_core.kernel.scope import covers
from shuhua_core.media.models import HELD as HELD_FILES
from shuhua_core.media.service import MediaService
from shuhua_core.quarantine.keeping import named_media
from shuhua_core.quarantine.models import REASONS, STATES, HeldRequest
from shuhua_core.quarantine.service import QuarantineService

from .. import formats
from ..api import record_id
from ..i18n import _
from ..layout import crumbs, flash
from ..media.pictures import CAPTIONS, picture
from ..records import Badge, Fact, Picture
from .carrying_out import carry_out, office_address
from .listing import HELD

VIEW, DECIDE = Permission.QUARANTINE_VIEW, Permission.QUARANTINE_DECIDE
PAGE = "shuhua_web:quarantine/templates/held.pt"
MEANT = {"signature_media_id": _("Signature"), "before_media_ids": _("Photo before"), "after_media_ids": _("Photo after")}
"""What files are called by the member that names them; others are numbered by their kind."""
TONES = {"waiting": "waiting", "applied": "done", "discarded": "ended", "resent": "ended"}


@view_config(route_name="quarantine.list", permission=VIEW, request_method="GET", renderer="shuhua_web:templates/list.pt")
def list_held(request: Request) -> dict[str, Any]:
    """What is in quarantine, the newest first."""
    return HELD.page(request)


@view_config(route_name="quarantine.view", permission=VIEW, request_method="GET", renderer=PAGE)
def view(request: Request) -> dict[str, Any]:
    """One request with all that was sent."""
    return _page(request, request.service(QuarantineService).get(record_id(request)))


@view_config(route_name="quarantine.apply", permission=DECIDE, request_method="POST")
def apply(request: Request) -> Any:
    """Carry it out as the manager who asks for it. What cannot be carried out now stays, and the page says why."""
    service, number = request.service(QuarantineService), record_id(request)
    service.get(number)
    address = request.route_path("quarantine.view", id=number)
    try:
        with request.dbsession.begin_nested():
            service.apply(number, lambda held: carry_out(request, held))
    except NotSignedIn:
        raise
    except ServiceError as error:
        _say_why(request, error)
    else:
        flash(request, _("It was carried out in your name; the log says for whom."))
    return HTTPSeeOther(address)


def _say_why(request: Request, error: ServiceError) -> None:
    if isinstance(error, NotAllowed):
        request.note_security("authz.function_denied")
    told = [request.tr(type(error).default)]
    if error.message != type(error).default:
        told.append(request.tr(error.message))
    if isinstance(error, Invalid):
        told += [f"{name[:100]}: {request.tr(message)}" for name, message in error.errors.items()]
    flash(request, _("It was not carried out: ${why}", mapping={"why": " ".join(told)[:1000]}), "danger")


@view_config(route_name="quarantine.discard", permission=DECIDE, request_method="POST")
def discard(request: Request) -> Any:
    """Decide that it is not carried out, with a reason."""
    service, number = request.service(QuarantineService), record_id(request)
    reason = str(request.POST.get("reason", ""))
    try:
        service.discard(number, {"reason": reason})
    except Invalid as error:
        page = _page(request, service.get(number), reason=reason, problem=error.errors.get("reason"))
        response: Response = render_to_response(PAGE, page, request=request)
        response.status_int = 422
        return response
    flash(request, _("It was discarded."))
    return HTTPSeeOther(request.route_path("quarantine.view", id=number))


def _page(request: Request, held: HeldRequest, reason: str = "", problem: Any = None) -> dict[str, Any]:
    session, zone, locale = request.dbsession, request.deployment.settings.timezone, request.locale_name
    person = session.get_one(User, held.user_id)
    decider = session.get(User, held.decided_by_id) if held.decided_by_id else None
    zh, en = STATES[held.state]
    why = REASONS[held.reason][locale == "en"]
    facts = [
        Fact(_("Who"), f"{person.name} · {person.login}"),
        Fact(_("Device"), held.device),
        Fact(_("Reason of refusal"), why),
        Fact(_("Captured at"), formats.moment(held.captured_at, zone)),
        Fact(_("Received"), formats.moment(held.received_at, zone)),
        Fact(_("Sent to"), held.path),
        Fact(_("What came of it"), held.location, office_address(held.location)),
        Fact(_("Decided by"), decider.name if decider else None),
        Fact(_("Decided at"), formats.moment(held.decided_at, zone)),
        Fact(_("Reason"), held.note, wide=True),
    ]
    decides = covers(held, request.actor, DECIDE) and held.user_id != request.actor.user_id
    return {
        "title": _("Held request ${id}", mapping={"id": held.id}),
        "crumbs": crumbs(request, (_("Quarantine"), "quarantine.list"), (str(held.id), None)),
        "badge": Badge(en if locale == "en" else zh, TONES[held.state]),
        "facts": [fact for fact in facts if fact.value],
        "sent": json.dumps(_masked(held.body), ensure_ascii=False, indent=2),
        "held": held,
        "pictures": _pictures(request, held) if decides else [],
        "may_decide": decides and held.state == "waiting",
        "reason": reason,
        "problem": problem,
    }


def _pictures(request: Request, held: HeldRequest) -> list[Picture]:
    """The files that came with it, each with what it is meant to be, for those who decide."""
    names, found = named_media(held.body), MediaService(request.ctx).of_records({HELD_FILES: [held.id]})[HELD_FILES, held.id]
    shown = []
    for n, media in enumerate(found, start=1):
        numbered = CAPTIONS[media.kind] % {"n": n, "record": f"#{held.id}"}
        shown.append(picture(request, media, MEANT.get(names.get(media.id, ""), numbered)))
    return shown


def _masked(value: Any, name: str = "") -> Any:
    """What was sent, with its phone numbers masked as everywhere."""
    if isinstance(value, dict):
        return {each: _masked(part, each) for each, part in value.items()}
    if isinstance(value, list):
        return [_masked(each, name) for each in value]
    return formats.masked_phone(value) if "phone" in name and isinstance(value, str) else value
