"""A :class:`shuhua_web.listing.Listing` as an operation of the API."""

from __future__ import annotations

from typing import Any

import colander
from pyramid.config import Configurator
from pyramid.request import Request

from shuhua_core.kernel.schema import Integer

from ..listing import Listing
from .parameters import LARGEST, Parameter, whole_number
from .resource import ApiView, add_api_view


class _Described(colander.SchemaType):
    """A parameter whose meaning the listing knows: its text is handed on, its schema is what the listing says."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self._schema = schema

    def json_schema(self) -> dict[str, Any]:
        """The value as JSON Schema."""
        return self._schema

    def deserialize(self, node: Any, text: Any) -> Any:
        """The text as it was sent, which the listing reads; the bounds of a number are checked here."""
        if self._schema["type"] == "integer":
            whole_number(node, text, Integer(self._schema.get("minimum", 0), self._schema.get("maximum", LARGEST)))
        return text


def add_list(config: Configurator, route_name: str, listing: Listing, *, tag: str, summary: str) -> None:
    """Make ``GET`` of a route answer with pages of a listing: ``{items, next, total?}``; the office knows the list too."""
    config.add_listing(listing)

    def page(request: Request) -> dict[str, Any]:
        found = listing.api_page(request.ctx, request.GET)
        answer = {"items": found.items, "next": found.next}
        return answer if found.total is None else {**answer, "total": found.total}

    add_api_view(
        config,
        ApiView(
            page,
            route_name,
            "GET",
            listing.permission,
            tag,
            summary,
            answer=_page_schema(listing),
            parameters=tuple(_parameter(each) for each in listing.openapi_parameters()),
        ),
    )


def _page_schema(listing: Listing) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "items": {"type": "array", "items": listing.item_schema()},
            "next": {"type": ["string", "null"], "description": "Cursor of the next page; null on the last one."},
            "total": {"type": "integer", "description": "How many there are in all; only where `total=true` asked for it."},
        },
        "required": ["items", "next"],
        "additionalProperties": False,
    }


def _parameter(described: dict[str, Any]) -> Parameter:
    schema = described["schema"]
    if schema["type"] == "array":
        return Parameter(described["name"], _Described(schema["items"]), many=True)
    return Parameter(described["name"], _Described(schema))
