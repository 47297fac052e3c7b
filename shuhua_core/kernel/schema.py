"""Building blocks of input schemas: strict colander types that also say what they are in JSON Schema.

A schema stands beside its service and takes plain JSON values. Forms, the API, its OpenAPI description, templates and
imports are made from it. Bounds live in the types, so that every one of them reads the same bound.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

import colander
from translationstring import TranslationString

from .choices import CodeList, offered, retired_words
from .errors import Invalid
from .i18n import _
from .position_words import DATUMS, SOURCES
from .strict_mapping import StrictMapping

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029\ud800-\udfff]")
_INT64 = 2**63 - 1
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?([Zz]|[+-][0-9]{2}:[0-9]{2})")
"""RFC 3339, with seconds left out where they don't matter. ``fromisoformat`` alone takes a zone of any length."""


class _Type(colander.SchemaType):
    """A type that reads null as "not given" and knows its own JSON Schema."""

    def serialize(self, node: Any, appstruct: Any) -> Any:
        """To a plain JSON value."""
        return colander.null if appstruct is colander.null or appstruct is None else self.plain(appstruct)

    def deserialize(self, node: Any, cstruct: Any) -> Any:
        """From a plain JSON value; raises colander.Invalid."""
        if cstruct is colander.null or cstruct is None:
            return colander.null
        return self.read(node, cstruct)

    def plain(self, value: Any) -> Any:
        """A Python value as a plain JSON value."""
        return value

    def read(self, node: Any, value: Any) -> Any:
        """A value that came in, as a Python value; raises colander.Invalid."""
        raise NotImplementedError

    def json_schema(self) -> dict[str, Any]:
        """The type as JSON Schema (draft 2020-12)."""
        raise NotImplementedError


class Text(_Type):
    """A string of ``minimum`` to ``maximum`` characters without control characters, stripped of white space at its ends."""

    def __init__(
        self, maximum: int = 200, minimum: int = 0, pattern: str | None = None, multiline: bool = False, hint: Any = None
    ) -> None:
        self.maximum, self.minimum, self.pattern, self.multiline, self.hint = maximum, minimum, pattern, multiline, hint

    def read(self, node: Any, value: Any) -> Any:
        """A value that came in, as a Python value; raises colander.Invalid."""
        if not isinstance(value, str):
            raise colander.Invalid(node, _("Enter text."))
        value = value.replace("\r\n", "\n").strip()
        if not value:
            return colander.null
        if _CONTROL.search(value) or (not self.multiline and "\n" in value):
            raise colander.Invalid(node, _("Remove line breaks and control characters."))
        if len(value) > self.maximum:
            raise colander.Invalid(node, _("At most ${n} characters, please.", mapping={"n": self.maximum}))
        if len(value) < self.minimum:
            raise colander.Invalid(node, _("At least ${n} characters, please.", mapping={"n": self.minimum}))
        if self.pattern and not re.fullmatch(self.pattern, value):
            raise colander.Invalid(node, self.hint or _("This does not have the expected form."))
        return value

    def json_schema(self) -> dict[str, Any]:
        """The same bounds in JSON Schema."""
        schema: dict[str, Any] = {"type": "string", "maxLength": self.maximum}
        if self.minimum:
            schema["minLength"] = self.minimum
        if self.pattern:
            schema["pattern"] = f"^(?:{self.pattern})$"
        return schema


class Integer(_Type):
    """A whole number; 2.7, "2" and true are refused."""

    def __init__(self, minimum: int = -_INT64, maximum: int = _INT64) -> None:
        self.minimum, self.maximum = minimum, maximum

    def read(self, node: Any, value: Any) -> Any:
        """A value that came in, as a Python value; raises colander.Invalid."""
        if isinstance(value, bool) or not isinstance(value, int):
            raise colander.Invalid(node, _("Enter a whole number."))
        if not self.minimum <= value <= self.maximum:
            raise colander.Invalid(
                node, _("Enter a number from ${low} to ${high}.", mapping={"low": self.minimum, "high": self.maximum})
            )
        return value

    def json_schema(self) -> dict[str, Any]:
        """The same bounds in JSON Schema."""
        return {"type": "integer", "minimum": self.minimum, "maximum": self.maximum}


class RecordId(Integer):
    """The id of another record; ``kind`` says of which."""

    def __init__(self, kind: str) -> None:
        super().__init__(1, _INT64)
        self.kind = kind


class Float(_Type):
    """A finite number."""

    def __init__(self, minimum: float, maximum: float) -> None:
        self.minimum, self.maximum = minimum, maximum

    def read(self, node: Any, value: Any) -> Any:
        """A value that came in, as a Python value; raises colander.Invalid."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise colander.Invalid(node, _("Enter a number."))
        if not self.minimum <= value <= self.maximum:
            raise colander.Invalid(
                node, _("Enter a number from ${low} to ${high}.", mapping={"low": self.minimum, "high": self.maximum})
            )
        return float(value)

    def json_schema(self) -> dict[str, Any]:
        """The same bounds in JSON Schema."""
        return {"type": "number", "minimum": self.minimum, "maximum": self.maximum}


class Boolean(_Type):
    """true or false, nothing that merely looks like it."""

    def read(self, node: Any, value: Any) -> Any:
        """A value that came in, as a Python value; raises colander.Invalid."""
        if not isinstance(value, bool):
            raise colander.Invalid(node, _("Choose yes or no."))
        return value

    def json_schema(self) -> dict[str, Any]:
        """The same bounds in JSON Schema."""
        return {"type": "boolean"}


class Amount(_Type):
    """An amount of money in yuan as a string with at most two decimals ("1280.50"), to Decimal."""

    def read(self, node: Any, value: Any) -> Any:
        """A value that came in, as a Python value; raises colander.Invalid."""
        try:
            amount = Decimal(value) if isinstance(value, str) else None
        except InvalidOperation:
            amount = None
        if amount is None or not amount.is_finite() or not re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,2})?", value):
            raise colander.Invalid(node, _("Enter an amount such as 1280.50."))
        return amount

    def plain(self, value: Any) -> Any:
        """A Python value as a plain JSON value."""
        return f"{value:.2f}"

    def json_schema(self) -> dict[str, Any]:
        """The same bounds in JSON Schema."""
        return {"type": "string", "pattern": r"^[0-9]{1,12}(\.[0-9]{1,2})?$"}


class Date(_Type):
    """A day as ``2026-11-22``."""

    def read(self, node: Any, value: Any) -> Any:
        """A value that came in, as a Python value; raises colander.Invalid."""
        if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass
        raise colander.Invalid(node, _("Enter a date such as 2026-11-22."))

    def plain(self, value: Any) -> Any:
        """A Python value as a plain JSON value."""
        return value.isoformat()

    def json_schema(self) -> dict[str, Any]:
        """The same bounds in JSON Schema."""
        return {"type": "string", "format": "date"}


class Moment(_Type):
    """A moment as RFC 3339 with its offset (``2026-11-22T16:56:00+08:00``), to aware UTC."""

    def read(self, node: Any, value: Any) -> Any:
        """A value that came in, as a Python value; raises colander.Invalid."""
        if isinstance(value, str) and _MOMENT.fullmatch(value):
            try:
                moment = datetime.fromisoformat(value.upper())
                if moment.tzinfo is not None:
                    return moment.astimezone(UTC)
            except (ValueError, OverflowError):
                pass
        raise colander.Invalid(node, _("Enter a time with its zone, such as 2026-11-22T16:56:00+08:00."))

    def plain(self, value: Any) -> Any:
        """A Python value as a plain JSON value."""
        return value.isoformat()

    def json_schema(self) -> dict[str, Any]:
        """The same bounds in JSON Schema."""
        return {"type": "string", "format": "date-time"}


class Choice(_Type):
    """One of a few words; ``options`` maps each to its labels (zh, en), or is a list that the deployment keeps.

    Of such a list it reads every word, also one that is retired; :func:`deserialize` refuses that in a new entry.
    """

    def __init__(self, options: Mapping[str, tuple[str, str]]) -> None:
        self.words = options if isinstance(options, CodeList) else None
        self.options: Mapping[str, tuple[str, str]] = dict(options) if self.words is None else self.words

    @property
    def offered(self) -> Mapping[str, tuple[str, str]]:
        """The words that a new entry may choose."""
        return offered(self.options)

    def read(self, node: Any, value: Any) -> Any:
        """A value that came in, as a Python value; raises colander.Invalid."""
        if not isinstance(value, str) or value not in self.options:
            raise colander.Invalid(node, _("Choose one of: ${options}", mapping={"options": ", ".join(self.offered)}))
        return value

    def label(self, value: str | None, locale: str) -> str:
        """The word's label in the language; an unknown word as it is."""
        if value is None:
            return ""
        zh, en = self.options.get(value, (value, value))
        return en if locale == "en" else zh

    def json_schema(self) -> dict[str, Any]:
        """The same bounds in JSON Schema; ``x-choices`` names the list that has the labels."""
        named = {} if self.words is None else {"x-choices": self.words.name}
        return {"type": "string", "enum": list(self.offered), **named}


class Items(_Type):
    """A list of up to ``maximum`` values of one type, no value twice."""

    def __init__(self, item: _Type, maximum: int = 20, minimum: int = 0) -> None:
        self.item, self.maximum, self.minimum = item, maximum, minimum
        self.words = getattr(item, "words", None)

    def read(self, node: Any, value: Any) -> Any:
        """A value that came in, as a Python value; raises colander.Invalid."""
        if not isinstance(value, list):
            raise colander.Invalid(node, _("Send a list."))
        if not self.minimum <= len(value) <= self.maximum:
            raise colander.Invalid(node, _("Send ${low} to ${high} items.", mapping={"low": self.minimum, "high": self.maximum}))
        found = [self.item.deserialize(node, each) for each in value]
        if any(each is colander.null for each in found):
            raise colander.Invalid(node, _("An item is empty."))
        if any(each in found[:index] for index, each in enumerate(found)):
            raise colander.Invalid(node, _("An item stands twice."))
        return found

    def plain(self, value: Any) -> Any:
        """A Python value as a plain JSON value."""
        return [self.item.plain(each) for each in value]

    def json_schema(self) -> dict[str, Any]:
        """The same bounds in JSON Schema."""
        return {
            "type": "array",
            "items": self.item.json_schema(),
            "minItems": self.minimum,
            "maxItems": self.maximum,
            "uniqueItems": True,
        }


class InputSchema(colander.MappingSchema):
    """Base of all input schemas: unknown keys are refused."""

    schema_type = StrictMapping


def field(
    typ: _Type,
    title: TranslationString,
    *,
    required: bool = False,
    help: TranslationString | None = None,  # noqa: A002 - the word a form uses
    default: Any = None,
    **extra: Any,
) -> Any:
    """Declare one field of a schema. Not required means: absent or null gives ``default``."""
    missing = colander.required if required else default
    return colander.SchemaNode(
        typ, title=title, description=help or "", missing=missing, missing_msg=_("This is required."), **extra
    )


class PositionSchema(InputSchema):
    """A place as it came in: raw longitude and latitude with datum, accuracy in metres, and source."""

    longitude = field(Float(-180, 180), _("Longitude"), required=True)
    latitude = field(Float(-90, 90), _("Latitude"), required=True)
    datum = field(Choice(DATUMS), _("Datum"), default="wgs84")
    accuracy = field(Float(0, 100_000), _("Accuracy in metres"))
    source = field(Choice(SOURCES), _("Source"), default="gps")


@cache
def instance(schema: type[InputSchema]) -> Any:
    """The one instance of a schema class; deserialising changes nothing in it."""
    return schema()


def parse(schema: type[InputSchema], data: Any) -> dict[str, Any]:
    """Like :func:`deserialize` where it is not known yet what is changed: a retired word is as good as any."""
    try:
        values: dict[str, Any] = instance(schema).deserialize({} if data is None else data)  # type: ignore[arg-type]
    except colander.Invalid as error:
        raise Invalid(_messages(error)) from None
    return values


def deserialize(schema: type[InputSchema], data: Any, kept: Any = None) -> dict[str, Any]:
    """Input as Python values by field name. Raises :class:`Invalid` with a message per field path.

    A word that its list has retired is refused, unless ``kept``, the record that is changed, has it already, or the input
    was captured while it was in use.
    """
    values = parse(schema, data)
    chosen = coded(schema)  # type: ignore[arg-type]
    refused = retired_words(chosen, values, kept) if chosen else None
    if refused:
        raise Invalid(refused)
    return values


def given(schema: type[InputSchema], data: Any, kept: Any = None) -> dict[str, Any]:
    """Like :func:`deserialize` for a patch: only the fields that ``data`` names, null meaning "empty it"."""
    values = deserialize(schema, data, kept)
    return {key: values[key] for key in data or () if key in values}


@cache
def coded(schema: type[InputSchema]) -> Mapping[str, CodeList]:
    """Field -> list, of those fields of ``schema`` that hold a word of a list, or several."""
    words = {node.name: getattr(node.typ, "words", None) for node in instance(schema).children}  # type: ignore[arg-type]
    return {name: each for name, each in words.items() if each is not None}


def _messages(error: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for path in error.paths():
        names = [str(each._keyname()) for each in path[1:]]  # noqa: SLF001 - colander tells the field in no other way
        for each in path:
            if isinstance(each, colander.UnsupportedFields):
                prefix = ".".join(names)
                for name in each.fields:
                    found[f"{prefix}.{name}" if prefix else str(name)] = _("There is no such field.")
        last = path[-1]
        if not isinstance(last, colander.UnsupportedFields):
            messages: Sequence[Any] = last.messages()
            found[".".join(names)] = messages[0] if messages else _("This is not valid.")
    return found
