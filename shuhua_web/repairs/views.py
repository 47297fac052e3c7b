"""The screens of repair requests: list, page, actions, facts put right."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.errors import NotAllowed
from shuhua_core.kernel.scope import covers
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.repairs.service import RepairService

from .. import formats
from ..api import record_id
from ..i18n import _
from ..layout import crumbs
from ..listing import Tool
from ..listing.filters import clean_text
from ..media.pictures import SentPictures
from .acting import action_page
from .actions import REPAIR, target_cards
from .cards import cards_found
from .facts import TITLE, repair_page
from .forms import change_form
from .listing import REPAIRS
from .queries import find_targets

TOOLBAR = (
    Tool(_("New by phone"), "repairs.intake", "phone-call", Permission.REPAIRS_INTAKE, primary=True),
    Tool(_("Report a fault"), "repairs.new", "plus", Permission.REPAIRS_CREATE, primary=True),
)


@view_config(
    route_name="repairs.list", permission=Permission.REPAIRS_VIEW, request_method="GET", renderer="shuhua_web:templates/list.pt"
)
def list_repairs(request: Request) -> dict[str, Any]:
    """All requests within reach."""
    return REPAIRS.page(request, toolbar=TOOLBAR)


@view_config(
    route_name="repairs.view", permission=Permission.REPAIRS_VIEW, request_method="GET", renderer="shuhua_web:templates/record.pt"
)
def view(request: Request) -> dict[str, Any]:
    """One request with its facts, pictures, tasks, history, and what may be done with it."""
    return repair_page(request, request.service(RepairService).get(record_id(request)))


@view_config(route_name="repairs.act", permission=Permission.REPAIRS_VIEW, renderer="shuhua_web:repairs/templates/act.pt")
def act(request: Request) -> Any:
    """An action of the table of requests."""
    sent = SentPictures.of(request)
    service, number, action = request.service(RepairService), record_id(request), request.matchdict["action"]
    repair = service.get(number)
    return action_page(request, REPAIR, repair, lambda data: service.act(number, action, data), sent)


@view_config(route_name="repairs.edit", permission=Permission.REPAIRS_VIEW, renderer="shuhua_web:repairs/templates/intake.pt")
def edit(request: Request) -> Any:
    """Put facts right."""
    number = record_id(request)
    repair = request.service(RepairService).get(number)
    if not any(covers(repair, request.actor, each) for each in (Permission.REPAIRS_REVIEW, Permission.REPAIRS_INTAKE)):
        raise NotAllowed(state=repair.state)
    initial = {name: getattr(repair, name) for name in ("symptom", "fault", "equipment_id", "site_id", "address")}
    address = request.route_path("repairs.view", id=number)
    form = change_form(request, number, initial=initial, version=repair.version, cancel=address, action=request.path_qs)

    def save(data: dict[str, Any]) -> str:
        request.service(RepairService).change(number, data, expected_version=form.version)
        return str(address)

    title = _("Change ${name}", mapping={"name": repair.number})
    way = crumbs(request, (TITLE, "repairs.list"), (repair.number, None), (_("Change facts"), None))
    return form.answer(save, done=_("Saved.")) or form.page(title, crumbs=way)


@view_config(route_name="repairs.phone", permission=Permission.PHONES_REVEAL, request_method="POST")
def reveal_phone(request: Request) -> Response:
    """The whole phone number in place of the masked one; the log has it before it is shown."""
    number = request.service(RepairService).reveal_phone(record_id(request))
    return Response(formats.phone(number), content_type="text/plain")


@view_config(route_name="repairs.targets", permission=Permission.REPAIRS_REVIEW, request_method="GET")
def targets(request: Request) -> Response:
    """Requests to merge into, by what was typed."""
    repair: RepairRequest = request.service(RepairService).get(record_id(request))
    found = find_targets(request.ctx, clean_text("q", request.GET.get("q", "")[:100]), repair.id)
    return Response(cards_found(request, "target_id", target_cards(request, found, repair)))
