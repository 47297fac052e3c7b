"""Does what a plugin hands over satisfy its contract? Asked once, at start, so that work meets no surprises."""

import inspect
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from .contracts import NAME, ChannelRules, Label

METHODS: Mapping[str, Mapping[str, int]] = MappingProxyType(
    {
        "channel": {"accepts": 1, "send": 1},
        "map_provider": {"basemap": 0},
        "report_type": {"build": 2},
    }
)
"""Kind of offer → its methods and how many arguments each is called with."""


def problems(kind: str, offer: Any) -> list[str]:
    """What is wrong with an offer, in plain English; empty if it satisfies its contract."""
    return list(_problems(kind, offer))


def _problems(kind: str, offer: Any) -> Iterable[str]:
    name = getattr(offer, "name", None)
    if not isinstance(name, str) or not NAME.fullmatch(name):
        yield f"its name must be lower case letters, digits and _, not {name!r}"
    if not isinstance(getattr(offer, "label", None), Label):
        yield "its label must be a Label"
    if kind == "channel" and not isinstance(getattr(offer, "rules", None), ChannelRules | None):
        yield "its rules must be ChannelRules"
    if kind == "report_type":
        yield from _report_problems(offer)
    for method, arguments in METHODS[kind].items():
        yield from _method_problems(offer, method, arguments)


def _report_problems(offer: Any) -> Iterable[str]:
    if getattr(offer, "kind", None) not in {"sheet", "table"}:
        yield "its kind must be 'sheet' or 'table'"
    media_type = getattr(offer, "media_type", None)
    if not isinstance(media_type, str) or "/" not in media_type:
        yield "its media_type must be a text such as application/pdf"
    extension = getattr(offer, "extension", None)
    if not isinstance(extension, str) or not extension.isalnum():
        yield "its extension must be letters and digits, without a dot"


def _method_problems(offer: Any, method: str, arguments: int) -> Iterable[str]:
    function = getattr(offer, method, None)
    if not callable(function):
        yield f"it has no method {method}"
        return
    try:
        inspect.signature(function).bind(*range(arguments))
    except (TypeError, ValueError):
        yield f"its method {method} must take {arguments} arguments"
