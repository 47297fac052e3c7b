"""Where the web leads those who ask for a record that was merged into another one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyramid.request import Request

from shuhua_core.kernel.errors import Merged

from .security import SAFE_METHODS

PAGES = {"customer": "customers.view", "site": "sites.view"}
"""Kind of a record that was merged -> the page of the one that stays."""


def same_address(request: Request, error: Merged) -> str | None:
    """The address that was asked for, of the record that stays, for who only reads.

    A change is not led on: it was meant for what went.
    """
    route, named = getattr(request, "matched_route", None), request.matchdict or {}
    if request.method not in SAFE_METHODS or route is None or named.get("id") != str(error.details["merged_id"]):
        return None
    stays = {**named, "id": error.details["merged_into_id"]}
    return str(request.route_path(route.name, _query=request.GET, **stays))


def page_of(request: Request, details: Mapping[str, Any]) -> str | None:
    """The page of the record that stays, from the details of an error; None where they tell of none."""
    if "merged_into_id" not in details:
        return None
    return str(request.route_path(PAGES[details["kind"]], id=details["merged_into_id"]))
