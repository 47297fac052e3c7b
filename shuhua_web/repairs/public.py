"""The anonymous reporter: whoever holds the token of a status page owns that one request."""

from __future__ import annotations

import hashlib
from typing import Any

from pyramid.request import Request
from sqlalchemy import select
from sqlalchemy.orm import Session

from shuhua_core.kernel.errors import NotAllowed, NotFound, TooMany, WrongState
from shuhua_core.kernel.transition import Machine
from shuhua_core.repairs.machine import MACHINE
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.repairs.service import RepairService

from ..api import Out, Serializer, Variant, api_view, key_space
from ..api.actions import ACTION, actions_of, variants_of
from ..api.timeline import STEP, timeline
from ..limits import limit_reports
from ..security import PUBLIC

REPORTER_PERMISSIONS = frozenset({"repairs.supply", "repairs.withdraw", "repairs.confirm", "repairs.reopen"})


def reporter_space(request: Request) -> str:
    """The hash of the anonymous client's secret, under which their pictures wait."""
    return hashlib.sha256(key_space(request).encode()).hexdigest()


def held_reports(request: Request, session: Session) -> list[tuple[str, int]]:
    """The request whose status page the path names by its token."""
    token = (request.matchdict or {}).get("token")
    if not token:
        return []
    digest = hashlib.sha256(token.encode(errors="replace")).hexdigest()
    found = session.scalar(select(RepairRequest.id).where(RepairRequest.token_hash == digest))
    return [] if found is None else [("repair", found)]


def held_report(request: Request) -> RepairRequest:
    """The request of the token in the path, as its reporter may see it. Raises NotFound."""
    held = [record_id for kind, record_id in request.actor.holds if kind == "repair"]
    if not held:
        raise NotFound
    return request.service(RepairService).get(held[0])


REPORT_STATUS = Serializer(
    "ReportStatus",
    [
        Out("number", "string"),
        Out("state", "string"),
        Out("state_label", "string"),
        Out("version", "integer"),
        Out("symptom", "string"),
        Out("question", "string", nullable=True),
        Out("answer", "string", nullable=True),
        Out("created_at", "moment"),
        Out("updated_at", "moment"),
        Out("steps", [STEP]),
        Out("actions", [ACTION]),
    ],
    description="What an anonymous reporter sees of their report.",
)


def status(request: Request, repair: RepairRequest, machine: Machine = MACHINE) -> dict[str, Any]:
    """The report with its steps, without the names of staff."""
    table = machine.table(request.ctx, repair)
    steps = [{**step, "who": None} for step in timeline(request, "repair", repair.id, table)["items"]]
    return REPORT_STATUS.one(
        repair,
        state_label=table.states[repair.state].label(request.locale_name),
        steps=steps,
        actions=actions_of(request, machine.available(request.ctx, repair), machine.schemas),
    )


def _reporter_actions(request: Request) -> dict[str, Variant]:
    with request.deployment.database.read() as session:
        table = request.deployment.workflows.newest(session, MACHINE.workflow)
    return variants_of([row for row in table.rows if row.permission in REPORTER_PERMISSIONS], MACHINE.schemas)


@api_view(
    route_name="api.reports.view",
    method="GET",
    permission=PUBLIC,
    tag="public",
    summary="Follow a report by its token",
    answer=REPORT_STATUS,
)
def view(request: Request) -> dict[str, Any]:
    """State and steps of the report."""
    return status(request, held_report(request))


@api_view(
    route_name="api.reports.act",
    method="POST",
    permission=PUBLIC,
    tag="public",
    summary="Act on a report by its token",
    variants=_reporter_actions,
    answer=REPORT_STATUS,
    idempotent=True,
    versioned="optional",
    errors=(NotAllowed, TooMany, WrongState),
    require_csrf=False,
    limited=limit_reports,
)
def act(request: Request, body: dict[str, Any]) -> dict[str, Any]:
    """Supply, confirm, dispute, withdraw or reopen."""
    repair = held_report(request)
    request.ctx.session.info["reporter_space"] = reporter_space(request)
    request.service(RepairService).act(repair.id, request.matchdict["action"], body, expected_version=request.seen_version)
    return status(request, repair)
