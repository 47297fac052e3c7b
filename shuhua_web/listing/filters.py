"""Filters of a list: parameters of the address, the condition they make, and how a person sets them.

The office and the API read the same parameters: ``name`` once, several times, or ``name_from`` and ``name_to``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, Date, Integer, and_, or_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from shuhua_core.kernel.choices import CodeList
from shuhua_core.kernel.context import Context
from shuhua_core.kernel.errors import Invalid
from shuhua_core.kernel.hints import unlikely
from shuhua_core.kernel.scope import is_record, prefix_range
from shuhua_web.i18n import _

from .columns import Labels

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_DIVISION = r"[0-9A-Z][0-9A-Z-]{0,19}"
MAXIMUM_TEXT = 100
RANGES: Mapping[str, Any] = {
    "today": _("Today"),
    "week": _("This week"),
    "month": _("This month"),
    "quarter": _("This quarter"),
    "year": _("This year"),
}
"""Quick ranges of days: they move with the calendar, so that a saved view stays of this week."""


class place_in(GenericFunction[int]):  # noqa: N801 - the name of the function in SQL
    """Where a text begins in another one, from 1; 0 where it does not stand."""

    type = Integer()
    inherit_cache = True


@compiles(place_in)
def _strpos(element: Any, compiler: Any, **options: Any) -> str:
    return f"strpos({compiler.process(element.clauses, **options)})"


@compiles(place_in, "sqlite")
def _instr(element: Any, compiler: Any, **options: Any) -> str:
    return f"instr({compiler.process(element.clauses, **options)})"


def contains(expression: Any, text: str) -> ColumnElement[bool]:
    """``expression`` holds ``text``, in any case of its letters, every character meaning itself.

    What has no case, such as Chinese, is looked for as it is, which takes a fifth of the time of comparing patterns.
    """
    if text.lower() == text.upper():
        return place_in(expression, text) > 0
    return expression.icontains(text, autoescape=True)


def clean_text(name: str, text: str) -> str:
    """Text to search for, trimmed. Raises Invalid for control characters, which PostgreSQL refuses, and for too long ones."""
    text = text.strip()
    if len(text) > MAXIMUM_TEXT:
        raise Invalid({name: _("At most ${n} characters, please.", mapping={"n": MAXIMUM_TEXT})})
    if _UNPRINTABLE.search(text):
        raise Invalid({name: _("Remove line breaks and control characters.")})
    return text


@dataclass(frozen=True, slots=True)
class Filter:
    """Base: one question about the rows."""

    name: str
    title: Any
    template: ClassVar[str] = "text"
    """Macro of ``listing/filters.pt`` that draws it."""

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters it reads."""
        return (self.name,)

    @property
    def fixed(self) -> bool:
        """Whether it knows a few words only, whose conditions are always the same, so that statements can be kept."""
        return False

    def condition(self, ctx: Context, values: Mapping[str, Sequence[str]]) -> ColumnElement[bool] | None:
        """The condition of the given parameters, None when none is set. Raises Invalid."""
        given = [value for value in values.get(self.name, ()) if value.strip()]
        return self._condition(ctx, given) if given else None

    def _condition(self, ctx: Context, given: Sequence[str]) -> ColumnElement[bool] | None:
        raise NotImplementedError

    def openapi(self) -> list[dict[str, Any]]:
        """Its parameters for the description of the API."""
        return [{"name": self.name, "in": "query", "required": False, "schema": self._json_schema()}]

    def _json_schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": MAXIMUM_TEXT}


@dataclass(frozen=True, slots=True)
class TextFilter(Filter):
    """The text contains what was typed."""

    expression: Any

    def _condition(self, ctx: Context, given: Sequence[str]) -> ColumnElement[bool]:
        return contains(self.expression, clean_text(self.name, given[0]))


@dataclass(frozen=True, slots=True)
class ExactFilter(TextFilter):
    """The text is what was typed; parts of it are what the search is for."""

    def _condition(self, ctx: Context, given: Sequence[str]) -> ColumnElement[bool]:
        found: ColumnElement[bool] = self.expression == clean_text(self.name, given[0])
        return found


@dataclass(frozen=True, slots=True)
class ChoiceFilter(Filter):
    """The word is one of those chosen; several may be."""

    expression: Any
    labels: Labels | Callable[[Context], Labels]
    template: ClassVar[str] = "choice"

    @property
    def fixed(self) -> bool:
        """Whether the words are those of a mapping, and of none of the caller's."""
        return type(self) is ChoiceFilter and isinstance(self.labels, Mapping)

    def labels_for(self, ctx: Context) -> Labels:
        """The words to choose from."""
        return self.labels(ctx) if callable(self.labels) else self.labels

    def _condition(self, ctx: Context, given: Sequence[str]) -> ColumnElement[bool]:
        known = self.labels_for(ctx)
        if any(each not in known for each in given):
            raise Invalid({self.name: _("Choose one of: ${options}", mapping={"options": ", ".join(known)})})
        return self.expression.in_(dict.fromkeys(given))

    def openapi(self) -> list[dict[str, Any]]:
        """A list: the parameter may stand several times."""
        item: dict[str, Any] = {"type": "string"}
        if isinstance(self.labels, CodeList):
            item["x-choices"] = self.labels.name
        elif isinstance(self.labels, Mapping):
            item["enum"] = list(self.labels)
        schema = {"type": "array", "items": item}
        return [{"name": self.name, "in": "query", "required": False, "schema": schema, "style": "form", "explode": True}]


@dataclass(frozen=True, slots=True)
class DateRange(Filter):
    """From one day to another, both included, days of the deployment's zone: ``name_from``, ``name_to``.

    ``name_range`` is one of :data:`RANGES` instead, until today's end.
    """

    expression: Any
    template: ClassVar[str] = "date_range"

    @property
    def parameters(self) -> tuple[str, ...]:
        """Its three parameters."""
        return (f"{self.name}_from", f"{self.name}_to", f"{self.name}_range")

    def condition(self, ctx: Context, values: Mapping[str, Sequence[str]]) -> ColumnElement[bool] | None:
        """At or after the first day, before the end of the last."""
        first, last = (_day(name, values) for name in self.parameters[:2])
        bounds = [self.expression >= self._bound(ctx, first)] if first is not None else []
        if last is not None:
            bounds.append(self.expression < self._bound(ctx, last + timedelta(days=1)))
        quick = next((value for value in values.get(self.parameters[2], ()) if value), None)
        if quick is not None:
            if quick not in RANGES:
                raise Invalid({self.parameters[2]: _("Choose one of: ${options}", mapping={"options": ", ".join(RANGES)})})
            start, today = days_of(quick, ctx.now.astimezone(ctx.deployment.settings.timezone).date())
            bounds += [self.expression >= self._bound(ctx, start), self.expression < self._bound(ctx, today + timedelta(days=1))]
        return and_(*bounds) if bounds else None

    def _bound(self, ctx: Context, day: date) -> Any:
        if isinstance(self.expression.type, Date):
            return day
        return datetime.combine(day, time(), ctx.deployment.settings.timezone).astimezone(UTC)

    def openapi(self) -> list[dict[str, Any]]:
        """Two days, or a range."""
        schemas = [{"type": "string", "format": "date"}] * 2 + [{"type": "string", "enum": list(RANGES)}]
        return [
            {"name": name, "in": "query", "required": False, "schema": schema}
            for name, schema in zip(self.parameters, schemas, strict=True)
        ]


def days_of(name: str, today: date) -> tuple[date, date]:
    """First and last day of a quick range; a week begins on Monday."""
    starts = {
        "today": today,
        "week": today - timedelta(days=today.weekday()),
        "month": today.replace(day=1),
        "quarter": today.replace(month=today.month - (today.month - 1) % 3, day=1),
        "year": today.replace(month=1, day=1),
    }
    return starts[name], today


def _day(name: str, values: Mapping[str, Sequence[str]]) -> date | None:
    given = [value for value in values.get(name, ()) if value.strip()]
    if not given:
        return None
    try:
        day = date.fromisoformat(given[0]) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", given[0]) else None
    except ValueError:
        day = None
    if day is None or not 1900 <= day.year <= 9000:
        raise Invalid({name: _("Enter a date such as 2026-11-22.")})
    return day


@dataclass(frozen=True, slots=True)
class DivisionFilter(Filter):
    """Rows of a division and all below it, by the prefix of its code."""

    expression: Any
    source: str | None = None
    """Route of the view that a person searches divisions with (:func:`shuhua_web.forms.options_fragment`)."""
    label: Callable[[Context, str], Any] | None = None
    """Names a division that the address carries."""
    template: ClassVar[str] = "picker"

    def _condition(self, ctx: Context, given: Sequence[str]) -> ColumnElement[bool]:
        if not re.fullmatch(_DIVISION, given[0]):
            raise Invalid({self.name: _("Enter the code of a division, such as 3505.")})
        return prefix_range(self.expression, given[0])

    def _json_schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^{_DIVISION}$"}


@dataclass(frozen=True, slots=True)
class RecordFilter(Filter):
    """Rows that belong to one other record, by its id; an id that was merged into another stands for that one."""

    expression: Any
    source: str | None = None
    """Route of the view that a person searches the records with; without one only links set this filter."""
    label: Callable[[Context, str], Any] | None = None
    template: ClassVar[str] = "picker"

    def _condition(self, ctx: Context, given: Sequence[str]) -> ColumnElement[bool]:
        if not re.fullmatch(r"[0-9]{1,18}", given[0]):
            raise Invalid({self.name: _("Enter a whole number.")})
        return is_record(self.expression, int(given[0]))

    def _json_schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": 1}


@dataclass(frozen=True, slots=True)
class FlagFilter(Filter):
    """Rows for which something is so (``true``) or is not (``false``); ``is_so`` may need the present moment."""

    is_so: ColumnElement[bool] | Callable[[Context], ColumnElement[bool]]
    otherwise: ColumnElement[bool] | None = None
    """The opposite in words that an index serves; without it ``is_so`` is negated, which none does."""
    _: KW_ONLY
    seldom: bool = False
    """Whether it is so for few rows, which an index finds."""
    template: ClassVar[str] = "flag"

    @property
    def fixed(self) -> bool:
        """Where it depends on nothing but the row."""
        return isinstance(self.is_so, ColumnElement)

    def _condition(self, ctx: Context, given: Sequence[str]) -> ColumnElement[bool]:
        if given[0] not in {"true", "false"}:
            raise Invalid({self.name: _("Choose yes or no.")})
        so = self.is_so if isinstance(self.is_so, ColumnElement) else self.is_so(ctx)
        if given[0] == "true":
            return unlikely(so) if self.seldom else so
        return so.is_not(True) if self.otherwise is None else self.otherwise

    def _json_schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


def any_contains(expressions: Sequence[Any], text: str) -> ColumnElement[bool]:
    """One of the expressions holds ``text``."""
    return or_(*(contains(each, text) for each in expressions))
