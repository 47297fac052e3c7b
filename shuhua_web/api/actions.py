"""Actions of a workflow in the API: what a record offers now, one operation an action in the document, and its steps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request

from shuhua_core.kernel.errors import NotAllowed, WrongState
from shuhua_core.kernel.schema import InputSchema
from shuhua_core.kernel.transition import Machine
from shuhua_core.kernel.workflow import Row

from .outputs import Out, Serializer
from .parameters import record_id
from .resource import ApiView, Variant, add_api_view
from .schemas import input_schema
from .timeline import TIMELINE, timeline

ACTION = Serializer(
    "Action",
    [
        Out("name", "string", description="Take it with POST …/actions/{name}."),
        Out("label", "string", description="In the caller's language."),
        Out("input", {"type": "object"}, description="JSON Schema of the body."),
    ],
    description="Something that the caller may do with the record now.",
)


def actions_of(request: Request, rows: Iterable[Row], schemas: Mapping[str, type[InputSchema]]) -> list[dict[str, Any]]:
    """The rows that ``Machine.available`` gave, as the API shows them."""
    return [
        {
            "name": row.action,
            "label": row.label(request.locale_name),
            "input": input_schema(schemas[row.schema]) if row.schema else {"type": "object", "additionalProperties": False},
        }
        for row in rows
    ]


def variants_of(rows: Iterable[Row], schemas: Mapping[str, type[InputSchema]]) -> dict[str, Variant]:
    """One variant an action of a table, for the operations of the document."""
    found: dict[str, Variant] = {}
    for row in rows:
        if row.permission != "system":
            found.setdefault(row.action, Variant(schemas[row.schema] if row.schema else None, row.en))
    return found


@dataclass(frozen=True, kw_only=True)
class Acting:
    """Records that run under a table: how the API acts on one and tells its steps. ``name`` begins its routes and addresses."""

    name: str
    about: str
    """What one of them is called in the document: ``a task``."""
    service: Any
    """Its service, with ``get`` and ``act(id, action, data, expected_version=)``."""
    machine: Machine
    view: str
    """Permission to see one."""
    door: str | None = None
    """Permission to act on any at all, where it is not ``view``: the table says who may take which action."""
    answer: Serializer
    item: Callable[[Request, Any], dict[str, Any]]
    """A record as the API gives it."""


def add_acting(config: Configurator, acting: Acting) -> None:
    """Add ``POST /<name>/{id}/actions/{action}`` and ``GET /<name>/{id}/timeline``."""
    name, about = acting.name, acting.about
    config.add_api_route(f"api.{name}.act", rf"/{name}/{{id:\d+}}/actions/{{action}}")
    config.add_api_route(f"api.{name}.timeline", rf"/{name}/{{id:\d+}}/timeline")
    for view in (
        ApiView(
            partial(_act, acting),
            f"api.{name}.act",
            "POST",
            acting.door or acting.view,
            name,
            f"Act on {about}",
            variants=partial(_variants, acting),
            answer=acting.answer,
            idempotent=True,
            versioned="optional",
            errors=(NotAllowed, WrongState),
        ),
        ApiView(
            partial(_steps, acting),
            f"api.{name}.timeline",
            "GET",
            acting.view,
            name,
            f"Read the steps of {about}",
            answer=TIMELINE,
        ),
    ):
        add_api_view(config, view)


def _variants(acting: Acting, request: Request) -> dict[str, Variant]:
    with request.deployment.database.read() as session:
        table = acting.machine.newest(request.deployment.context(session, request.actor))
    return variants_of(table.rows, acting.machine.schemas)


def _act(acting: Acting, request: Request, body: dict[str, Any]) -> dict[str, Any]:
    """The answer shows the record as it is now, also to one who has just given it away."""
    record = request.service(acting.service).act(
        record_id(request), request.matchdict["action"], body, expected_version=request.seen_version
    )
    return acting.item(request, record)


def _steps(acting: Acting, request: Request) -> dict[str, Any]:
    record = request.service(acting.service).get(record_id(request))
    return timeline(request, acting.machine.kind, record.id, acting.machine.table(request.ctx, record))
