"""What a phone keeps so that it can go on without a network: tables of states and actions, and whom a manager may assign."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyramid.request import Request

from shuhua_core.accounts.models import Organisation
from shuhua_core.accounts.organisations import carriers
from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.errors import NotFound
from shuhua_core.kernel.transition import Machine
from shuhua_core.quotations.machine import MACHINE as QUOTATIONS
from shuhua_core.repairs.machine import MACHINE as REPAIRS
from shuhua_core.sites.effects import MACHINE as EQUIPMENT
from shuhua_core.tasks.machine import MACHINE as TASKS

from ..api import Out, Serializer, api_view
from ..api.schemas import input_schema
from ..security import SIGNED_IN

MACHINES: Mapping[str, Machine] = {machine.workflow: machine for machine in (REPAIRS, TASKS, QUOTATIONS, EQUIPMENT)}

WORDS = (Out("zh", "string", description="In Chinese, for whoever changes the language without a network."), Out("en", "string"))
STATE = Serializer(
    "WorkflowState",
    [
        Out("name", "string"),
        Out("label", "string", description="In the caller's language."),
        *WORDS,
        Out("phase", "string", description="`open`, `ended` or `final`."),
        Out("tone", "string", description="How loud screens show it."),
    ],
)
ROW = Serializer(
    "WorkflowRow",
    [
        Out("action", "string"),
        Out("label", "string", description="In the caller's language."),
        *WORDS,
        Out("sources", ["string"]),
        Out("target", "string", description="A state, `same`, or `previous`: the state before the present one."),
        Out("guard", "string", nullable=True, description="A further condition, which the server decides."),
        Out("tone", "string"),
        Out("input", {"type": "object"}, description="JSON Schema of the body."),
    ],
)
WORKFLOW = Serializer(
    "Workflow",
    [Out("name", "string"), Out("version", "integer"), Out("states", [STATE]), Out("rows", [ROW])],
    description="The newest version of a table, with the rows whose permission the caller holds.",
)
REPAIRER = Serializer("Repairer", [Out("id", "integer"), Out("name", "string"), Out("unit", "string")])
REPAIRERS = Serializer("Repairers", [Out("items", [REPAIRER])])


@api_view(
    route_name="api.workflows.view",
    method="GET",
    permission=SIGNED_IN,
    tag="workflows",
    summary="Read a table of states and actions",
    description=(
        "`repairs`, `tasks`, `quotations` or `equipment`: what a client needs to show what its own unsent actions will lead to."
    ),
    answer=WORKFLOW,
)
def view(request: Request) -> dict[str, Any]:
    """The newest table."""
    machine = MACHINES.get(request.matchdict["name"])
    if machine is None:
        raise NotFound
    table, locale = machine.newest(request.ctx), request.locale_name
    rows = [row for row in table.rows if row.permission != "system" and request.actor.may(row.permission)]
    empty = {"type": "object", "properties": {}, "additionalProperties": False}
    return WORKFLOW.one(
        table,
        states=[STATE.one(state, label=state.label(locale)) for state in table.states.values()],
        rows=[
            ROW.one(
                row,
                label=row.label(locale),
                sources=list(row.sources),
                input=input_schema(machine.schemas[row.schema]) if row.schema else empty,
            )
            for row in rows
        ],
    )


@api_view(
    route_name="api.repairers.list",
    method="GET",
    permission=Permission.TASKS_ASSIGN,
    tag="tasks",
    summary="List whom the caller may assign",
    answer=REPAIRERS,
)
def repairers(request: Request) -> dict[str, Any]:
    """The active repairers of the caller's own unit and below."""
    ctx = request.ctx
    unit = ctx.session.get(Organisation, request.actor.organisation_id) if request.actor.organisation_id else None
    found = carriers(ctx.session, unit.path) if unit else []
    locale = request.locale_name
    return {"items": [REPAIRER.one(user, unit=own.label(locale)) for user, own in found]}
