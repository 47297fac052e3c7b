"""Query parameters of the API: declared, typed, and nothing else accepted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import colander
from pyramid.request import Request

from shuhua_core.kernel.errors import Invalid, NotFound
from shuhua_core.kernel.paging import DEFAULT_LIMIT, MAXIMUM_LIMIT
from shuhua_core.kernel.schema import Boolean, Choice, Float, Integer, Text

from ..i18n import _

LARGEST = 2**63 - 1


@dataclass(frozen=True)
class Parameter:
    """One query parameter. ``type`` is a type of ``shuhua_core.kernel.schema``; ``many`` takes it several times."""

    name: str
    type: Any
    description: str = ""
    default: Any = None
    many: bool = False

    def json_schema(self) -> dict[str, Any]:
        """The value as JSON Schema."""
        schema: dict[str, Any] = self.type.json_schema()
        if self.many:
            return {"type": "array", "items": schema, "maxItems": 50}
        return {**schema, "default": self.default} if self.default is not None else schema

    def read(self, texts: list[str]) -> Any:
        """The value that was sent. Raises colander.Invalid."""
        node = colander.SchemaNode(colander.String(), name=self.name)
        if len(texts) > (50 if self.many else 1):
            raise colander.Invalid(node, _("This parameter was sent too often."))
        if "" in texts and not self._takes_empty():
            raise colander.Invalid(node, _("Give this parameter a value, or leave it out."))
        values = [self.type.deserialize(node, _plain(self.type, text)) for text in texts]
        found = [value for value in values if value is not colander.null]
        return found if self.many else (found[0] if found else self.default)

    def _takes_empty(self) -> bool:
        """Whether the empty text is a value: only where any text is."""
        schema = self.type.json_schema()
        return schema.get("type") == "string" and not schema.keys() & {"enum", "format", "minLength", "pattern"}


def _plain(typ: Any, text: str) -> Any:
    """``text`` as the JSON value that the type takes, or as it is, so that the type refuses it with its own message."""
    try:
        if isinstance(typ, Integer):
            return int(text) if text.isascii() and text.removeprefix("-").isdigit() and len(text) < 20 else text
        if isinstance(typ, Float):
            return float(text)
    except ValueError:
        return text
    return {"true": True, "false": False}.get(text, text) if isinstance(typ, Boolean) else text


def whole_number(node: Any, text: str, typ: Integer) -> int:
    """The number that ``text`` says. Raises colander.Invalid."""
    return int(typ.deserialize(node, _plain(typ, text)))


def read_parameters(request: Request, declared: Iterable[Parameter]) -> dict[str, Any]:
    """All declared parameters, with their defaults. Raises Invalid with a message for each wrong or unknown one."""
    sent = request.GET
    known = {each.name: each for each in declared}
    errors: dict[str, Any] = {name[:100]: _("There is no such parameter.") for name in sent if name not in known}
    values: dict[str, Any] = {}
    for name, parameter in known.items():
        try:
            values[name] = parameter.read(sent.getall(name)) if name in sent else ([] if parameter.many else parameter.default)
        except colander.Invalid as error:
            errors[name] = error.messages()[0]
    if errors:
        raise Invalid(errors)
    return values


def list_parameters(sorts: Mapping[str, str] | None = None, *filters: Parameter) -> tuple[Parameter, ...]:
    """The parameters that every list has. ``sorts`` maps what can be sorted by to a description; ``-name`` sorts downward."""
    found = [
        Parameter("limit", Integer(1, MAXIMUM_LIMIT), "How many items at most.", DEFAULT_LIMIT),
        Parameter("cursor", Text(500), "Where to go on: `next` of the page before."),
        Parameter("q", Text(100), "Words to look for."),
        Parameter("total", Boolean(), "Also count all items; leave it out where you do not show it.", False),
    ]
    if sorts:
        options = {key: (text, text) for name, text in sorts.items() for key in (name, f"-{name}")}
        found.append(Parameter("sort", Choice(options), "What to sort by; with a minus sign downward."))
    return (*found, *filters)


def record_id(request: Request, name: str = "id") -> int:
    """The id in the path. Raises NotFound for what cannot be one."""
    text = request.matchdict[name]
    if not (text.isascii() and text.isdigit() and len(text) < 20 and 0 < int(text) <= LARGEST):
        raise NotFound
    return int(text)
