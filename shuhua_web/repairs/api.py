"""Repair requests over the API."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request

from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.errors import NotAllowed, TooMany, WrongState
from shuhua_core.kernel.schema import Boolean, field
from shuhua_core.kernel.scope import covers
from shuhua_core.media.service import MediaService
from shuhua_core.repairs.machine import MACHINE
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.repairs.schema import Change, Intake
from shuhua_core.repairs.service import RepairService
from shuhua_core.sites.models import Equipment
from shuhua_core.tasks.service import TaskService

from ..api import Out, Reply, Serializer, api_view, record_id
from ..api.actions import ACTION, Acting, actions_of
from ..formats import masked_phone
from ..i18n import _
from ..limits import limit_reports
from ..media.items import MEDIA, media_item
from ..security import PUBLIC, SIGNED_IN
from .actions import proposed_warranty
from .public import reporter_space

TAG = "repairs"

POSITION = Serializer(
    "Position",
    [
        Out("longitude", "number"),
        Out("latitude", "number"),
        Out("accuracy", "number", nullable=True),
        Out("source", "string", lambda record: record.position_source, nullable=True),
    ],
    description="WGS-84.",
)
TASK_LINK = Serializer(
    "TaskLink", [Out("id", "integer"), Out("number", "string"), Out("state", "string"), Out("due_at", "moment")]
)
REPAIR = Serializer(
    "Repair",
    [
        Out("id", "integer"),
        Out("number", "string"),
        Out("state", "string"),
        Out("state_label", "string", description="In the caller's language."),
        Out("version", "integer"),
        Out("channel", "string"),
        Out("symptom", "string"),
        Out("fault", "string", nullable=True),
        Out("severity", "string", nullable=True),
        Out("in_warranty", "boolean", nullable=True),
        Out(
            "warranty_proposed",
            "boolean",
            nullable=True,
            description="What the piece's warranty says for the day of the report, for who reviews it; null where nobody knows.",
        ),
        Out("site_id", "integer", nullable=True),
        Out("equipment_id", "integer", nullable=True),
        Out("customer_id", "integer", nullable=True),
        Out("division_code", "string", nullable=True),
        Out("address", "string", nullable=True),
        Out("position", POSITION, lambda repair: repair if repair.longitude is not None else None, nullable=True),
        Out("caller_name", "string", nullable=True),
        Out("caller_phone", "string", lambda repair: masked_phone(repair.caller_phone), nullable=True, description="Masked."),
        Out("merged_into_id", "integer", nullable=True),
        Out("question", "string", nullable=True),
        Out("answer", "string", nullable=True),
        Out("score", "integer", nullable=True, description="How content the reporter was, 1 to 5."),
        Out("created_at", "moment"),
        Out("updated_at", "moment"),
        Out("first_action_at", "moment", nullable=True),
        Out("resolved_at", "moment", nullable=True),
        Out("ended_at", "moment", nullable=True),
        Out("tasks", [TASK_LINK]),
        Out("media", [MEDIA]),
        Out("actions", [ACTION]),
        Out("links", {"type": "object", "additionalProperties": {"type": "string"}}),
    ],
    description="A repair request.",
)
NEW_REPAIR = REPAIR.extended(
    "NewRepair",
    Out("token", "string", nullable=True, description="Of an anonymous reporter: opens `/r/{token}`. It cannot be had again."),
)


def repair_item(request: Request, repair: Any, *, new: bool = False, files: bool = True) -> dict[str, Any]:
    """A request, or its columns, with what the caller may do now; a ``new`` one has no tasks yet, and perhaps no ``files``."""
    table = MACHINE.table(request.ctx, repair)
    tasks = [] if new else TaskService(request.ctx).tasks_of(repair.id)
    media = MediaService(request.ctx).of_records({"repair": [repair.id]})["repair", repair.id] if files else []
    return REPAIR.one(
        repair,
        state_label=table.states[repair.state].label(request.locale_name),
        warranty_proposed=_proposed(request, repair),
        tasks=TASK_LINK.many(tasks),
        media=[media_item(request, each) for each in media],
        actions=actions_of(request, MACHINE.available(request.ctx, repair), MACHINE.schemas),
        links={
            "self": request.route_path("api.repairs.view", id=repair.id),
            "timeline": request.route_path("api.repairs.timeline", id=repair.id),
        },
    )


def _proposed(request: Request, repair: RepairRequest) -> bool | None:
    if repair.equipment_id is None or not covers(repair, request.actor, Permission.REPAIRS_REVIEW):
        return None
    return proposed_warranty(request, repair, request.ctx.session.get(Equipment, repair.equipment_id))


class NewRequest(Intake):
    """Everything that a new request may carry; which of it, depends on who sends it."""

    consent = field(Boolean(), _("You may call me about this report."), default=False)


@api_view(
    route_name="api.repairs.list",
    method="POST",
    permission=PUBLIC,
    tag=TAG,
    summary="Report a fault",
    description=(
        "With an account: any of equipment, installation point, code, division, position. Staff who take calls name the caller "
        "and his phone; he is kept as a contact. Without an account: the `code` of the piece's label, `fault` or symptom, "
        "address, position, pictures, caller (a phone only with `consent`); the answer then carries the token of a status page."
    ),
    body=NewRequest,
    answer=NEW_REPAIR,
    status=201,
    idempotent=True,
    errors=(NotAllowed, TooMany),
    secrets={"token": "report"},
    limited=limit_reports,
    example={"symptom": "摆腿松动", "code": "2345ABCD"},
)
def create(request: Request, body: dict[str, Any]) -> Reply:
    """A new request: of a caller, of the caller's own, or of a member of the public."""
    service, actor, token = request.service(RepairService), request.actor, None
    if actor.may(Permission.REPAIRS_INTAKE):
        repair = service.intake(body)
    elif actor.kind == "user":
        repair = service.report(body)
    else:
        token = request.key_token("report")
        repair = service.report_public(body, token=token, space=reporter_space(request))
    location = request.route_path("api.repairs.view", id=repair.id)
    if token is not None:
        location = request.route_path("api.reports.view", token=token)
    item = repair_item(request, repair, new=True, files=bool(body.get("media_ids")))
    return Reply({**item, "token": token}, location=location)


@api_view(
    route_name="api.repairs.view",
    method="GET",
    permission=Permission.REPAIRS_VIEW,
    tag=TAG,
    summary="Read a repair request",
    answer=REPAIR,
)
def view(request: Request) -> dict[str, Any]:
    """A request and what the caller may do with it."""
    return repair_item(request, request.service(RepairService).read(record_id(request)))


@api_view(
    route_name="api.repairs.view",
    method="PATCH",
    permission=SIGNED_IN,
    tag=TAG,
    summary="Put facts of a request right",
    body=Change,
    answer=REPAIR,
    versioned="required",
    idempotent=False,
    errors=(NotAllowed, WrongState),
)
def change(request: Request, body: dict[str, Any]) -> dict[str, Any]:
    """Facts put right, by those who review requests or take them in."""
    repair = request.service(RepairService).change(record_id(request), body, expected_version=request.seen_version)
    return repair_item(request, repair)


REPAIR_ACTING = Acting(
    name=TAG,
    about="a repair request",
    service=RepairService,
    machine=MACHINE,
    view=Permission.REPAIRS_VIEW,
    door=PUBLIC,
    answer=REPAIR,
    item=repair_item,
)
