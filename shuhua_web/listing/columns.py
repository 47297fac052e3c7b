"""Columns of a list: where a value comes from, how people and programs see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Any

from shuhua_core.kernel.choices import CodeList
from shuhua_core.kernel.context import Context
from shuhua_web import formats

Labels = Mapping[str, tuple[str, str]]
"""Word -> (zh, en)."""

JSON_TYPES: Mapping[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "phone": {"type": "string"},
    "state": {"type": "string"},
    "choice": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "amount": {"type": "string"},
    "date": {"type": "string", "format": "date"},
    "moment": {"type": "string", "format": "date-time"},
}
"""Kind of a column -> its value in JSON Schema."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column."""

    name: str
    """Name in the API, in ``sort=`` and of the row's attribute."""
    title: Any
    """Heading."""
    value: Any
    """SQL expression, or a function of the context that gives it."""
    _: KW_ONLY
    kind: str = "text"
    """One of :data:`JSON_TYPES`; decides how the value is shown, aligned and described."""
    sort: Any = False
    """True to sort by the value, or the expression to sort by; with ``-name`` it descends."""
    labels: Labels | Callable[[Context], Labels] | None = None
    """Labels of a choice's words."""
    show: Callable[[Any, str], Any] | None = None
    """``show(row, locale)`` instead of the kind's own way: text, or markup that has been escaped."""
    api: bool = True
    """Whether items of the API carry it."""
    office: bool = True
    """Whether the office's grid shows it."""
    nullable: bool = True
    """Whether the value may be null, for the description of the API."""
    long: bool = False
    """Whether long texts are cut off in the grid, whole on hovering."""
    at_first: bool = True
    """Whether the office shows it before anybody has chosen columns."""
    needs: tuple[str, ...] | None = None
    """Names of the other columns that ``show`` reads; None: it may read any."""
    depends: Callable[[Context], Any] | None = None
    """Of a value that is a function: all that its SQL changes with besides ``ctx.now``, so that statements can be kept."""
    reveal: Any = None
    """Of a phone: the permission to take it whole out of the list, for rows that it reaches."""

    def expression(self, ctx: Context) -> Any:
        """The value as SQL."""
        return self.value(ctx) if is_function(self.value) else self.value

    def sort_expression(self, ctx: Context) -> Any:
        """What to sort by, or None."""
        if self.sort is True:
            return self.expression(ctx)
        return None if self.sort is False else (self.sort(ctx) if is_function(self.sort) else self.sort)

    def labels_for(self, ctx: Context) -> Labels:
        """Labels of the words that the value can be."""
        return (self.labels(ctx) if callable(self.labels) else self.labels) or {}

    def json_schema(self) -> dict[str, Any]:
        """The value in the items of the API; words of a list that the deployment keeps are filled in when they are asked for."""
        schema = dict(JSON_TYPES[self.kind])
        if isinstance(self.labels, CodeList):
            schema["x-choices"] = self.labels.name
        elif isinstance(self.labels, Mapping):
            schema["enum"] = [*self.labels, None] if self.nullable else list(self.labels)
        if self.nullable:
            schema["type"] = [schema["type"], "null"]
        return schema

    def reader(self) -> Callable[[Any], Any]:
        """What turns a value into plain JSON, chosen once for all rows; a phone is masked, as everywhere."""
        if self.kind == "phone":
            return lambda value: formats.masked_phone(value) if value else value
        return formats.json_value if self.kind in {"moment", "date", "amount", "number"} else _as_it_is


def _as_it_is(value: Any) -> Any:
    return value


def is_function(value: Any) -> bool:
    """A plain function; a column attribute of a model is no function, though SQLAlchemy can call some."""
    return type(value).__name__ in {"function", "method", "builtin_function_or_method"}
