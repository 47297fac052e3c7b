"""Actions of a workflow in the API: what a record offers now, and one operation an action in the document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pyramid.request import Request

from shuhua_core.kernel.schema import InputSchema
from shuhua_core.kernel.workflow import Row

from .outputs import Out, Serializer
from .resource import Variant
from .schemas import input_schema

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
