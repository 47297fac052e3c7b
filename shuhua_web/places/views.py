"""Searching divisions."""

from __future__ import annotations

from typing import Any

from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from shuhua_core.kernel.schema import Integer, Text
from shuhua_core.places.queries import children, full_names, search
from shuhua_web.api import Out, Parameter, Serializer, api_view
from shuhua_web.forms import options_fragment
from shuhua_web.security import SIGNED_IN

OFFERED = 30

DIVISION = Serializer(
    "Division",
    [
        Out("code", "string", description="GB/T 2260 in China; begins with the code of every division that it lies in."),
        Out("level", "string"),
        Out("name", "string", description="Its own name, in the caller's language."),
        Out("full_name", "string", description="With the names of the divisions above it."),
    ],
)
DIVISIONS = Serializer("Divisions", [Out("items", [DIVISION])])


@view_config(route_name="divisions.options", permission=SIGNED_IN, request_method="GET")
def division_options(request: Request) -> Response:
    """Options for a search field of the office."""
    found = search(request.ctx.session, request.GET.get("q", "")[:60], limit=OFFERED)
    names = full_names(request.ctx.session, [each.code for each in found], request.locale_name)
    # Its own name first: the rest may not fit into a narrow field.
    options = [(each.code, f"{each.name(request.locale_name)} {each.code} · {names[each.code]}") for each in found]
    return options_fragment(request, options)


@api_view(
    route_name="api.divisions.list",
    method="GET",
    permission=SIGNED_IN,
    tag="places",
    summary="Search divisions",
    description="By the beginning of a name or code (`q`), or those directly below `parent`; without both the topmost.",
    parameters=(
        Parameter("q", Text(60), "Beginning of a name or a code."),
        Parameter("parent", Text(20, pattern=r"[0-9A-Z][0-9A-Z-]*"), "Code of the division above."),
        Parameter("limit", Integer(1, 100), "How many at most, of a search.", 20),
    ),
    answer=DIVISIONS,
)
def list_divisions(request: Request) -> dict[str, Any]:
    """Divisions with their full names, in two statements."""
    asked, session = request.arguments, request.ctx.session
    if asked["q"]:
        found = search(session, asked["q"], under=asked["parent"] or "", limit=asked["limit"])
    else:
        found = children(session, asked["parent"])
    names = full_names(session, [each.code for each in found], request.locale_name)
    return {"items": [DIVISION.one(each, name=each.name(request.locale_name), full_name=names[each.code]) for each in found]}
