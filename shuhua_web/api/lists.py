"""A :class:`shuhua_web.listing.Listing` as an operation of the API."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import colander
from pyramid.config import Configurator
from pyramid.request import Request

from shuhua_core.kernel.context import Context
from shuhua_core.kernel.errors import Invalid
from shuhua_core.kernel.paging import DEFAULT_LIMIT
from shuhua_core.kernel.schema import Integer, Text

from ..i18n import _
from ..listing import Listing
from .parameters import LARGEST, Parameter, whole_number
from .resource import ApiView, add_api_view

NEAR_RADIUS = 2000
"""Metres around a position, where nothing else is asked for."""


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


@dataclass(frozen=True)
class Around:
    """A list that can be asked for what is around a position: ``near`` and ``radius``, nearest first, with ``distance``."""

    find: Callable[[Context, float, float, int], list[tuple[int, int]]]
    """(id, metres) of the records around (longitude, latitude) within a radius that the actor may see, nearest first."""

    parameters: ClassVar[tuple[Parameter, ...]] = (
        Parameter(
            "near",
            Text(40, pattern=r"-?[0-9]{1,3}(\.[0-9]{1,10})?,-?[0-9]{1,2}(\.[0-9]{1,10})?"),
            "Longitude and latitude in WGS-84: nearest first, each with its `distance` in metres, in one page.",
        ),
        Parameter("radius", Integer(1, 50_000), "In metres; 2000 where `near` comes without it."),
    )

    def page(self, request: Request, listing: Listing) -> dict[str, Any]:
        """What is near, among what the filters leave. Raises Invalid."""
        longitude, latitude = (float(each) for each in request.arguments["near"].split(","))
        if abs(longitude) > 180 or abs(latitude) > 85:
            raise Invalid({"near": _("Send longitude and latitude, such as 119.30,26.08.")})
        values = {name: request.GET.getall(name) for name in request.GET}
        refused = {name: _("This does not go together with near.") for name in ("cursor", "sort", "total") if name in values}
        if refused:
            raise Invalid(refused)
        radius = request.arguments["radius"] or NEAR_RADIUS
        distances = dict(self.find(request.ctx, longitude, latitude, radius))
        narrowed = {name: each for name, each in values.items() if name not in {"near", "radius", "limit"}}
        conditions = [*listing.conditions(request.ctx, narrowed), listing.model.id.in_(distances)]
        rows = {row.id: row for row in request.ctx.session.execute(listing.query(request.ctx, conditions))}
        near = [number for number in distances if number in rows][: int(request.arguments["limit"] or DEFAULT_LIMIT)]
        return {"items": [{**listing.item(rows[each]), "distance": distances[each]} for each in near], "next": None}


@dataclass(frozen=True)
class Besides:
    """What items of a list carry besides its columns, such as a text in the caller's language."""

    properties: Mapping[str, dict[str, Any]]
    """Name -> JSON Schema of the value."""
    read: Callable[[Request, Sequence[int]], Mapping[int, Mapping[str, Any]]]
    """The values of the records of a page by their ids, read with one statement."""

    def added(self, request: Request, items: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """The items with what they carry besides."""
        found = self.read(request, [item["id"] for item in items]) if items else {}
        return [{**item, **found[item["id"]]} for item in items]


def add_list(
    config: Configurator,
    route_name: str,
    listing: Listing,
    *,
    tag: str,
    summary: str,
    around: Around | None = None,
    besides: Besides | None = None,
) -> None:
    """Make ``GET`` of a route answer with pages of a listing: ``{items, next, total?}``; the office knows the list too."""
    config.add_listing(listing)

    def page(request: Request) -> dict[str, Any]:
        if around is not None:
            if request.arguments["near"] is not None:
                return around.page(request, listing)
            if request.arguments["radius"] is not None:
                raise Invalid({"near": _("Send longitude and latitude, such as 119.30,26.08.")})
        found = listing.api_page(request.ctx, request.GET)
        items = found.items if besides is None else besides.added(request, found.items)
        answer = {"items": items, "next": found.next}
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
            answer=_page_schema(listing, around, besides),
            parameters=(
                *(_parameter(each) for each in listing.openapi_parameters()),
                *(around.parameters if around is not None else ()),
            ),
        ),
    )


def _page_schema(listing: Listing, around: Around | None, besides: Besides | None) -> dict[str, Any]:
    item = listing.item_schema()
    if besides is not None:
        item["properties"] = {**item["properties"], **besides.properties}
        item["required"] = [*item["required"], *besides.properties]
    if around is not None:
        item["properties"] = {**item["properties"], "distance": {"type": "integer", "description": "Metres; with `near` alone."}}
    return {
        "type": "object",
        "properties": {
            "items": {"type": "array", "items": item},
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
