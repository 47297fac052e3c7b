"""Entering a request: for a caller, who is looked up by phone while it is typed, or for oneself."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config
from sqlalchemy import ColumnElement, or_

from shuhua_core.accounts.permissions import Permission
from shuhua_core.archives.contacts import Caller, find_callers, reveal_contact
from shuhua_core.archives.phones import normalise
from shuhua_core.archives.service import CustomerService
from shuhua_core.kernel.errors import Invalid, NotFound
from shuhua_core.repairs.machine import MACHINE
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.repairs.service import RepairService
from shuhua_core.sites.models import Equipment, Site

from .. import formats
from ..i18n import _
from ..layout import crumbs
from ..listing.filters import clean_text
from ..media.pictures import SentPictures
from ..records import Badge, badge
from .facts import TITLE
from .forms import ArrangedForm, intake_form, place_box, report_form
from .queries import find_pieces, pieces_of_customer, recent_requests, sites_by_text

Requests = Sequence[tuple[RepairRequest, Badge, str]]
"""Each with its state and the moment of its report."""
Places = Sequence[tuple[Site | None, Sequence[Equipment]]]
SHOWN_IN_FULL = 4
"""Callers whose equipment and requests are shown; who answers to more should type more digits."""


@view_config(route_name="repairs.intake", permission=Permission.REPAIRS_INTAKE, renderer="shuhua_web:repairs/templates/intake.pt")
def intake(request: Request) -> Any:
    """Enter a request for a caller."""
    return _enter(request, intake_form, lambda data: request.service(RepairService).intake(data), _("Request by phone"))


@view_config(route_name="repairs.new", permission=Permission.REPAIRS_CREATE, renderer="shuhua_web:repairs/templates/intake.pt")
def report(request: Request) -> Any:
    """Report a fault for oneself."""
    return _enter(request, report_form, lambda data: request.service(RepairService).report(data), _("Report a fault"))


def _enter(request: Request, make: Any, enter: Any, title: Any) -> Any:
    sent = SentPictures.of(request)
    initial = {
        name: int(value)
        for name in ("equipment_id", "site_id")
        if (value := request.GET.get(name, "")).isdigit() and len(value) < 19
    }
    form: ArrangedForm = make(
        request, submit=_("Enter the request"), cancel=request.route_path("repairs.list"), initial=initial, action=request.path_qs
    )

    def save(data: dict[str, Any]) -> str:
        repair = enter(sent.join(request, data))
        return str(request.route_path("repairs.view", id=repair.id))

    way = crumbs(request, (TITLE, "repairs.list"), (title, None))
    return form.answer(save, done=_("The request was entered.")) or form.page(title, crumbs=way)


# Looking callers up ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KnownCaller:
    """Somebody whom the number stands for, with their equipment and what they reported before."""

    name: str
    phone: str
    customer: str | None
    contact_id: int | None
    customer_id: int | None
    pieces: Places
    requests: Requests

    def vals(self, **more: int) -> str:
        """What a click on them sends, as JSON."""
        ids = {"contact_id": self.contact_id, "customer_id": self.customer_id, **more}
        return json.dumps({name: value for name, value in ids.items() if value is not None})


@view_config(
    route_name="repairs.callers",
    permission=Permission.REPAIRS_INTAKE,
    request_method="GET",
    renderer="shuhua_web:repairs/templates/callers.pt",
)
def callers(request: Request) -> dict[str, Any]:
    """Whom the typed number may stand for."""
    typed = request.GET.get("caller_phone", "")[:40]
    try:
        found = find_callers(request.ctx, typed)
    except Invalid:
        return {"callers": (), "requests": (), "hint": _("Type the whole phone number, or its last four digits.")}
    whole = normalise(typed)
    if not found:
        # Who reported in the app or by a label is no contact, and calls to ask how it goes.
        by_phone = RepairRequest.caller_phone == whole if whole else RepairRequest.caller_tail == typed.strip()
        hint = _("Nobody is known by this number yet. The caller will be kept as a new contact.")
        return {"callers": (), "requests": _requests(request, by_phone), "hint": hint}
    known = [_known(request, each, whole=whole, in_full=index < SHOWN_IN_FULL) for index, each in enumerate(found)]
    return {"callers": known, "requests": (), "hint": None}


def _known(request: Request, caller: Caller, *, whole: str | None, in_full: bool) -> KnownCaller:
    pieces = pieces_of_customer(request.ctx, caller.customer_id) if in_full and caller.customer_id else ()
    shown = formats.phone(caller.phone) if caller.phone == whole else formats.masked_phone(caller.phone)
    return KnownCaller(
        caller.name,
        shown,
        caller.customer_name,
        caller.contact_id,
        caller.customer_id,
        by_site(pieces),
        _earlier(request, caller) if in_full else (),
    )


def _earlier(request: Request, caller: Caller) -> Requests:
    theirs = [RepairRequest.caller_phone == caller.phone]
    theirs += [RepairRequest.customer_id == caller.customer_id] if caller.customer_id else []
    return _requests(request, or_(*theirs))


def _requests(request: Request, condition: ColumnElement[bool]) -> Requests:
    table, zone = MACHINE.newest(request.ctx), request.deployment.settings.timezone
    return [
        (each, badge(table, each.state, request.locale_name), formats.moment(each.created_at, zone))
        for each in recent_requests(request.ctx, condition)[:6]
    ]


def by_site(rows: Iterable[tuple[Equipment, Site | None]]) -> Places:
    """Pieces under their installation points, in the order that they come in."""
    found: list[tuple[Site | None, Sequence[Equipment]]] = []
    for _site_id, group in groupby(rows, key=lambda row: row[0].site_id):
        together = list(group)
        found.append((together[0][1], [piece for piece, _site in together]))
    return found


@view_config(
    route_name="repairs.fill",
    permission=Permission.REPAIRS_INTAKE,
    request_method="POST",
    renderer="shuhua_web:repairs/templates/filled.pt",
)
def fill(request: Request) -> dict[str, Any]:
    """Put a known caller, and perhaps a piece, into the form; all else that was typed stays. Showing a number is logged."""
    ids = {name: _id(request.POST.get(name)) for name in ("contact_id", "customer_id", "equipment_id")}
    typed = normalise(request.POST.get("caller_phone", "")[:40])
    name, number = _caller(request, ids["contact_id"], ids["customer_id"], typed)
    form = intake_form(request, initial={"caller_name": name, "caller_phone": number, "customer_id": ids["customer_id"]})
    place = place_box(request, ids["equipment_id"], None, oob=True) if ids["equipment_id"] else None
    return {"form": form, "part": form.parts[0], "place": place}


def _caller(request: Request, contact_id: int | None, customer_id: int | None, typed: str | None) -> tuple[str, str | None]:
    """(name, whole number). Who typed the number knows it already; else the log has it before it is shown."""
    if typed is not None:
        for each in find_callers(request.ctx, typed):
            if (each.contact_id, each.customer_id) == (contact_id, customer_id):
                return each.name, each.phone
    if contact_id is not None:
        contact = reveal_contact(request.ctx, contact_id)
        return contact.name, contact.phone
    if customer_id is None:
        raise NotFound
    customers = request.service(CustomerService)
    number = customers.reveal_phone(customer_id)
    customer = customers.get(customer_id)
    return customer.contact_name or customer.name, number


# Choosing the place ------------------------------------------------------------------------------------------------------


@view_config(
    route_name="repairs.places",
    permission=Permission.EQUIPMENT_VIEW,
    request_method="GET",
    renderer="shuhua_web:repairs/templates/places.pt",
)
def places(request: Request) -> dict[str, Any]:
    """Pieces and installation points by what was typed."""
    text = clean_text("q", request.GET.get("q", "")[:100])
    if not text:
        return {"groups": ()}
    groups = list(by_site(find_pieces(request.ctx, text)))
    known = {site.id for site, _pieces in groups if site is not None}
    groups += [(site, ()) for site in sites_by_text(request.ctx, text) if site.id not in known]
    return {"groups": groups}


@view_config(route_name="repairs.place", permission=Permission.EQUIPMENT_VIEW, request_method="GET")
def place(request: Request) -> Response:
    """The place that was chosen, or the search anew."""
    return Response(place_box(request, _id(request.GET.get("equipment_id")), _id(request.GET.get("site_id"))))


def _id(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None
