"""Tasks over the API."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request

from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.errors import NotAllowed, WrongState
from shuhua_core.media.service import MediaService
from shuhua_core.tasks.machine import MACHINE
from shuhua_core.tasks.proposal import propose
from shuhua_core.tasks.schema import Create, MoveDeadline
from shuhua_core.tasks.service import TaskService

from ..api import Out, Reply, Serializer, api_view, record_id
from ..api.actions import ACTION, Acting, actions_of
from ..archives.customers import PHONE
from ..formats import masked_phone
from ..media.items import MEDIA, media_item

TAG = "tasks"

REQUEST_OF_TASK = Serializer(
    "RequestOfTask",
    [
        Out("id", "integer"),
        Out("number", "string"),
        Out("state", "string"),
        Out("symptom", "string"),
        Out("in_warranty", "boolean", nullable=True),
        Out("address", "string", nullable=True),
        Out("longitude", "number", nullable=True),
        Out("latitude", "number", nullable=True),
        Out("caller_name", "string", nullable=True),
        Out("caller_phone", "string", lambda repair: masked_phone(repair.caller_phone), nullable=True, description="Masked."),
        Out("media", [MEDIA]),
    ],
    description="What the repair needs to know of a request that the task serves.",
)
TASK = Serializer(
    "Task",
    [
        Out("id", "integer"),
        Out("number", "string"),
        Out("state", "string"),
        Out("state_label", "string", description="In the caller's language."),
        Out("version", "integer"),
        Out("overdue", "boolean"),
        Out("symptom", "string"),
        Out("fault", "string", nullable=True, description="A word of the choice list `faults`."),
        Out("severity", "string"),
        Out("in_warranty", "boolean", nullable=True),
        Out(
            "consent",
            "string",
            description="Of the customer to a quotation: `not_needed`, `needed`, `given`, `refused` or `waived`.",
        ),
        Out("check_asked", "boolean"),
        Out("site_id", "integer", nullable=True),
        Out("equipment_id", "integer", nullable=True),
        Out("customer_id", "integer", nullable=True),
        Out("division_code", "string", nullable=True),
        Out("address", "string", nullable=True),
        Out("unit_id", "integer", nullable=True),
        Out("repairer_id", "integer", nullable=True),
        Out("direct", "boolean"),
        Out("due_at", "moment"),
        Out("appointed_at", "moment", nullable=True),
        Out("allocated_at", "moment", nullable=True),
        Out("accepted_at", "moment", nullable=True),
        Out("assigned_at", "moment", nullable=True),
        Out("taken_at", "moment", nullable=True),
        Out("started_at", "moment", nullable=True),
        Out("completed_at", "moment", nullable=True),
        Out("ended_at", "moment", nullable=True),
        Out("hold_reason", "string", nullable=True),
        Out("result", "string", nullable=True),
        Out("cause_code", "string", nullable=True, description="A word of the choice list `causes`."),
        Out("cause", "string", nullable=True, description="In words."),
        Out("remedy_code", "string", nullable=True, description="A word of the choice list `remedies`."),
        Out("remedy", "string", nullable=True, description="In words."),
        Out("followup_attempts", "integer"),
        Out("urged", "integer"),
        Out("created_at", "moment"),
        Out("updated_at", "moment"),
        Out("requests", [REQUEST_OF_TASK]),
        Out("media", [MEDIA]),
        Out("actions", [ACTION]),
        Out("links", {"type": "object", "additionalProperties": {"type": "string"}}),
    ],
    description="A task.",
)
PROPOSAL = Serializer(
    "Proposal",
    [
        Out("unit_id", "integer", lambda proposal: proposal.unit.id),
        Out("name", "string"),
        Out("score", "number"),
        Out("reasons", ["string"], description="In the caller's language."),
        Out("open_tasks", "integer"),
        Out("urgent_tasks", "integer"),
    ],
)
PROPOSALS = Serializer("Proposals", [Out("items", [PROPOSAL])], description="Units that fit, best first.")


def task_item(request: Request, task: Any) -> dict[str, Any]:
    """A whole task, or its columns, with what the caller may do now."""
    ctx = request.ctx
    table = MACHINE.table(ctx, task)
    state = table.states[task.state]
    repairs = TaskService(ctx).requests_of(task.id)
    media = MediaService(ctx).of_records({"repair": [repair.id for repair in repairs], "task": [task.id]})
    return TASK.one(
        task,
        state_label=state.label(request.locale_name),
        overdue=state.phase == "open" and task.due_at < ctx.now,
        requests=[
            REQUEST_OF_TASK.one(repair, media=[media_item(request, each) for each in media["repair", repair.id]])
            for repair in repairs
        ],
        media=[media_item(request, each) for each in media["task", task.id]],
        actions=actions_of(request, MACHINE.available(ctx, task), MACHINE.schemas),
        links={
            "self": request.route_path("api.tasks.view", id=task.id),
            "timeline": request.route_path("api.tasks.timeline", id=task.id),
        },
    )


@api_view(
    route_name="api.tasks.list",
    method="POST",
    permission=Permission.REPAIRS_ADD_TASK,
    tag=TAG,
    summary="Make a task for requests in progress",
    body=Create,
    answer=TASK,
    status=201,
    idempotent=True,
    errors=(NotAllowed, WrongState),
)
def create(request: Request, body: dict[str, Any]) -> Reply:
    """A further task, by the dispatcher."""
    task = request.service(TaskService).create(body)
    return Reply(task_item(request, task), location=request.route_path("api.tasks.view", id=task.id))


@api_view(
    route_name="api.tasks.view", method="GET", permission=Permission.TASKS_VIEW, tag=TAG, summary="Read a task", answer=TASK
)
def view(request: Request) -> dict[str, Any]:
    """A task and what the caller may do with it."""
    return task_item(request, request.service(TaskService).read(record_id(request)))


@api_view(
    route_name="api.tasks.view",
    method="PATCH",
    permission=Permission.TASKS_DEADLINE,
    tag=TAG,
    summary="Change the deadline of a task",
    body=MoveDeadline,
    answer=TASK,
    versioned="required",
    errors=(NotAllowed, WrongState),
)
def move_deadline(request: Request, body: dict[str, Any]) -> dict[str, Any]:
    """A new deadline, with its reason."""
    task = request.service(TaskService).move_deadline(record_id(request), body, expected_version=request.seen_version)
    return task_item(request, task)


@api_view(
    route_name="api.tasks.proposals",
    method="GET",
    permission=Permission.TASKS_ALLOCATE,
    tag=TAG,
    summary="Whom to allocate a task to",
    answer=PROPOSALS,
)
def proposals(request: Request) -> dict[str, Any]:
    """The units that fit best, with the reasons."""
    task = request.service(TaskService).get(record_id(request))
    found = propose(request.ctx, task)
    return {
        "items": [
            PROPOSAL.one(each, name=each.unit.label(request.locale_name), reasons=[request.tr(reason) for reason in each.reasons])
            for each in found
        ]
    }


@api_view(
    route_name="api.tasks.phone",
    method="POST",
    permission=Permission.PHONES_REVEAL,
    tag=TAG,
    summary="Show the whole phone number of the caller of a request that the task serves",
    description="The whole number; that it was shown is logged.",
    answer=PHONE,
    errors=(NotAllowed,),
)
def show_phone(request: Request) -> dict[str, Any]:
    """The number, to be dialled; the log has it before it is shown."""
    number = request.service(TaskService).reveal_phone(record_id(request), record_id(request, "repair_id"))
    return PHONE.one(number)


TASK_ACTING = Acting(
    name=TAG, about="a task", service=TaskService, machine=MACHINE, view=Permission.TASKS_VIEW, answer=TASK, item=task_item
)
