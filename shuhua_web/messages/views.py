"""A person's inbox in the office."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.renderers import render
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from shuhua_core.accounts.permissions import Permission
from shuhua_core.inspections.models import Inspection, InspectionPlan
from shuhua_core.kernel.errors import NotFound
from shuhua_core.kernel.scope import get_visible
from shuhua_core.messages.compose import body, subject
from shuhua_core.messages.models import Message
from shuhua_core.messages.service import MessageService
from shuhua_core.quotations.models import Quotation
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.sites.models import Equipment
from shuhua_core.tasks.models import Task

from .. import formats
from ..api import record_id
from ..i18n import _
from ..layout import Layout, crumbs, flash
from .listing import MESSAGES

TITLE = _("Messages")
RECORDS: Mapping[str, tuple[Any, str, str]] = {
    "equipment": (Equipment, Permission.EQUIPMENT_VIEW, "equipment.view"),
    "inspection": (Inspection, Permission.INSPECTIONS_VIEW, "inspections.view"),
    "plan": (InspectionPlan, Permission.INSPECTIONS_VIEW, "plans.view"),
    "quotation": (Quotation, Permission.QUOTATIONS_VIEW, "quotations.view"),
    "repair": (RepairRequest, Permission.REPAIRS_VIEW, "repairs.view"),
    "task": (Task, Permission.TASKS_VIEW, "tasks.view"),
}
"""Kind of record -> its class, who may see it, and where."""


def unread(request: Request) -> int:
    """How many messages the person has not read, for the menu."""
    return request.service(MessageService).unread() if request.actor.may(Permission.MESSAGES_VIEW) else 0


@view_config(
    route_name="messages.list",
    permission=Permission.MESSAGES_VIEW,
    request_method="GET",
    renderer="shuhua_web:templates/list.pt",
)
def list_messages(request: Request) -> dict[str, Any]:
    """All messages, the newest first."""
    button = Markup(render("shuhua_web:messages/templates/read-all.pt", {}, request=request))  # noqa: S704 - escaped by its template
    return {**MESSAGES.page(request), "beside": button if unread(request) else None}


@view_config(
    route_name="messages.view",
    permission=Permission.MESSAGES_VIEW,
    request_method="GET",
    renderer="shuhua_web:messages/templates/view.pt",
)
def view(request: Request) -> Any:
    """Mark it as read and lead on to what it is about; who may no longer see that gets the message itself."""
    number = record_id(request)
    deployment = request.deployment
    with deployment.database.read() as session:
        is_new = MessageService(deployment.context(session, request.actor)).get(number).read_at is None
    if is_new:
        with deployment.database.write() as session:
            MessageService(deployment.context(session, request.actor)).read(number)
    message = request.service(MessageService).get(number)
    address = _address(request, message)
    return HTTPSeeOther(address) if address else _page(request, message)


def _address(request: Request, message: Message) -> str | None:
    if message.record_kind == "article":
        # Its own page says who may read it.
        return str(request.route_path("news.view", id=message.record_id))
    known = RECORDS.get(message.record_kind)
    if known is None or not Layout(request).has_route(known[2]):
        return None
    model, permission, route = known
    try:
        get_visible(request.ctx.session, model, request.actor, permission, message.record_id)
    except NotFound:
        return None
    return str(request.route_path(route, id=message.record_id))


def _page(request: Request, message: Message) -> dict[str, Any]:
    zone = request.deployment.settings.timezone
    title = subject(message, request.locale_name)
    return {
        "title": title,
        "crumbs": crumbs(request, (TITLE, "messages.list"), (message.number or "", None)),
        "text": body(message, request.locale_name, zone),
        "at": formats.moment(message.created_at, zone),
    }


@view_config(route_name="messages.read_all", permission=Permission.MESSAGES_VIEW, request_method="POST")
def read_all(request: Request) -> Response:
    """Mark all as read."""
    count = request.service(MessageService).read_all()
    flash(request, _("${n} messages were marked as read.", mapping={"n": count}))
    return HTTPSeeOther(request.route_path("messages.list"))
