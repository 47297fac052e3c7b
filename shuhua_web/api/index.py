"""The root of the API, its document, and a page to read it."""

from __future__ import annotations

import json
import re
from importlib.metadata import version
from typing import Any

from markupsafe import Markup, escape
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from ..security import PUBLIC
from . import openapi, problems
from .outputs import Out, Serializer
from .resource import PREFIX, Reply, api_view

_CODE = re.compile("`([^`]*)`")

INDEX = Serializer(
    "Index",
    [
        Out("version", "string"),
        Out("capabilities", "object", description="What the installed plugins offer."),
        Out("links", {"type": "object", "additionalProperties": {"type": "string"}}),
    ],
)


@api_view(
    route_name="api.index", method="GET", permission=PUBLIC, tag="index", summary="Version, capabilities and links", answer=INDEX
)
def read_index(request: Request) -> dict[str, Any]:
    """Where a client begins."""
    return {"version": version("shuhua"), "capabilities": request.registry.plugins.capabilities(), "links": _links(request)}


def _links(request: Request) -> dict[str, str]:
    """The addresses of all lists: routes without a part to fill in."""
    patterns = {
        view.route_name: request.registry.introspector.get("routes", view.route_name)["pattern"]
        for view in request.registry.api_views
    }
    found = {
        pattern.removeprefix(f"{PREFIX}/"): pattern
        for pattern in patterns.values()
        if "{" not in pattern and pattern != f"{PREFIX}/"
    }
    return {"documentation": f"{PREFIX}/docs", **dict(sorted(found.items()))}


@api_view(
    route_name="api.openapi", method="GET", permission=PUBLIC, tag="index", summary="This document", answer={"type": "object"}
)
def read_openapi(request: Request) -> Reply:
    """The OpenAPI document."""
    return Reply(Response(body=openapi.current(request).body, content_type="application/json", charset=None))


@view_config(route_name="api.docs", request_method="GET", permission=PUBLIC, renderer="shuhua_web:api/templates/docs.pt")
def read_docs(request: Request) -> dict[str, Any]:
    """The document as a page."""
    document = openapi.current(request).document
    return {
        "title": "Shuhua API",
        "document": document,
        "groups": openapi.grouped(document),
        "errors": problems.error_table(),
        "brief": brief,
        "prose": prose,
        "as_json": lambda value: json.dumps(value, ensure_ascii=False, indent=2),
    }


def prose(text: str) -> Markup:
    """Paragraphs with ``code`` between backticks, which is all the Markdown that our descriptions use."""
    parts = [f"<p>{' '.join(part.split())}</p>" for part in str(escape(text)).split("\n\n")]
    return Markup(_CODE.sub(r"<code>\1</code>", "".join(parts)))  # noqa: S704 - escaped before


def brief(schema: dict[str, Any]) -> str:
    """A schema in a few words: its name, or its type with its bounds."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " | ".join(brief(each) for each in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(str(each) for each in schema["enum"])
    kind = schema.get("type", "any")
    kinds = kind if isinstance(kind, list) else [kind]
    words = [f"{brief(schema['items'])}[]" if each == "array" else each for each in kinds]
    bounds = [
        f"{name} {schema[name]}"
        for name in ("format", "pattern", "minLength", "maxLength", "minimum", "maximum")
        if name in schema
    ]
    return ", ".join([" | ".join(words), *bounds])
