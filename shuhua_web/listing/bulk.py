"""What can be done with many rows at once: each on its own, in a transaction of its own, with a list of what became of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyramid.request import Request

from shuhua_core.kernel import idempotency
from shuhua_core.kernel.context import Context
from shuhua_core.kernel.errors import Invalid, ServiceError
from shuhua_core.kernel.schema import InputSchema, instance

from ..i18n import _
from ..logging import REQUEST_ID

MOST_ROWS = 200
"""Rows that one bulk action takes; more are found by filters and done in turns."""


def _nothing(_request: Request, _ctx: Context, _ids: Sequence[int]) -> dict[str, Any]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkAction:
    """One action for the rows that are ticked; ``config.add_bulk_action("tasks", ALLOCATE)`` offers it."""

    name: str
    title: Any
    icon: str
    permission: str
    """Who holds it sees the button; whether a row allows it, the service says of each."""
    schema: type[InputSchema]
    run: Callable[[Context, int, dict[str, Any]], Any]
    """Does it with one record by the room's service: ``run(ctx, id, data)``, raising the errors of the catalogue."""
    options: Callable[[Request, Context, Sequence[int]], dict[str, Any]] = _nothing
    """Options of :func:`shuhua_web.forms.form_for`, such as ``sources``. To read from is the context, which is for reading:
    the request's own session would keep the transactions of the rows waiting for ever."""
    convert: Callable[[dict[str, Any]], dict[str, Any]] = dict
    """Turns what the form gives into what ``run`` takes; may raise Invalid."""

    def address(self, request: Request, listing: str) -> str:
        """Where its form is."""
        return str(request.route_path("lists.bulk", list=listing, action=self.name))


@dataclass(frozen=True, slots=True, kw_only=True)
class TickedAction:
    """Something that a page of the room does with the ticked rows together, which ``route`` takes as ``ids=1,2``."""

    name: str
    title: Any
    icon: str
    permission: str
    route: str

    def address(self, request: Request, _listing: str) -> str:
        """Where its page is."""
        return str(request.route_path(self.route))


def edit_fields(
    service: Any,
    schema: type[InputSchema],
    names: Sequence[str],
    *,
    permission: str,
    options: Callable[[Request], Mapping[str, Any]] | None = None,
) -> BulkAction:
    """Change some fields of many records by ``service(ctx).edit(id, data)``; what is left empty stays as it is."""
    fields = {}
    for name in names:
        fields[name] = instance(schema)[name].clone()  # type: ignore[arg-type]
        fields[name].missing = None
    narrow = type(f"Bulk{schema.__name__}", (InputSchema,), fields)

    def convert(data: dict[str, Any]) -> dict[str, Any]:
        named = {name: value for name, value in data.items() if value is not None}
        if not named:
            raise Invalid({names[0]: _("Fill in at least one field. What you leave empty stays as it is.")})
        return named

    def controls(request: Request, _ctx: Context, _ids: Sequence[int]) -> dict[str, Any]:
        found = options(request) if options is not None else {}
        parts: dict[str, Any] = {
            part: {name: each for name, each in found.get(part, {}).items() if name in names} for part in ("sources", "widgets")
        }
        return parts | {"omit": [name for name in found.get("omit", ()) if name in names]}

    return BulkAction(
        name="change",
        title=_("Change fields"),
        icon="edit",
        permission=permission,
        schema=narrow,
        run=lambda ctx, record_id, data: service(ctx).edit(record_id, data),
        options=controls,
        convert=convert,
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row: ``refused`` is the reason, None when it was done."""

    record_id: int
    refused: Any = None


def chosen_ids(values: Sequence[str]) -> list[int]:
    """Ids from ``ids=1,2&ids=3``, each once, in order; what is no id is left out."""
    parts = (part for value in values for part in value.split(","))
    ids = dict.fromkeys(int(part) for part in parts if part.isascii() and part.isdigit() and len(part) <= 18)
    return list(ids)[: MOST_ROWS + 1]


def carry_out(request: Request, action: BulkAction, ids: Sequence[int], data: Mapping[str, Any], key: str) -> list[Outcome]:
    """Do it with each record. One that refuses stops no other; the same form sent again does nothing twice."""
    sent = hashlib.sha256(json.dumps(data, sort_keys=True, default=str).encode()).digest()
    return [Outcome(record_id, _one(request, action, record_id, dict(data), key, sent)) for record_id in ids]


def _one(request: Request, action: BulkAction, record_id: int, data: dict[str, Any], key: str, sent: bytes) -> Any:  # noqa: PLR0917
    deployment, actor = request.deployment, request.actor
    one_key = hashlib.sha256(f"{key}:{record_id}".encode()).hexdigest()[:36]
    space, mark = f"bulk:{actor.user_id}", idempotency.fingerprint("POST", f"{request.path}#{record_id}", sent)
    try:
        with deployment.database.write() as session:
            session.info["request_id"] = request.environ.get(REQUEST_ID)
            ctx = deployment.context(session, actor)
            if idempotency.claim(session, space, one_key, mark) is not None:
                return None
            action.run(ctx, record_id, data)
            idempotency.store(session, space, one_key, mark, idempotency.Answer(200, {}), ctx.now)
    except Invalid as error:
        return "; ".join(request.tr(message) for message in error.errors.values())
    except ServiceError as error:
        return request.tr(error.message)
    return None
