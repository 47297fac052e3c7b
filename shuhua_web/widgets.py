"""Widgets of forms, one for each type of ``kernel.schema``.

A widget shows a plain JSON value and turns what was typed back into one. Text that cannot be a value of the type stays as
it was typed: the schema says what is wrong with it, and the form shows it again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import colander
from deform.widget import Widget

from shuhua_core.kernel.choices import CodeList
from shuhua_core.kernel.schema import Amount, Boolean, Choice, Date, Float, Integer, Items, Moment, PositionSchema, RecordId, Text

Options = Sequence[tuple[Any, Any]]
"""(value, label) pairs in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a field that names a record takes its choices from.

    Few: ``options``. Many: ``href``, the address of a view that answers ``?q=`` with :func:`forms.options_fragment`, and
    ``label``, which names the record of a value that the form begins with.
    """

    options: Options = ()
    href: str | None = None
    label: Callable[[int], Any] | None = None


class FieldWidget(Widget):
    """Base: renders ``forms/<template>.pt`` with ``field``, ``value`` (never null), ``widget`` and what the form carries."""

    template = "text"
    input_type = "text"
    inputmode: str | None = None
    autocomplete: str | None = None
    placeholder: Any = None
    wide = False

    @property
    def grouped(self) -> bool:
        """Whether it is several controls, which a legend names instead of a label."""
        return self.template in {"radios", "checkboxes", "items", "checkbox"}

    def serialize(self, field: Any, cstruct: Any, **kw: Any) -> str:
        """The control as HTML."""
        value = None if cstruct is colander.null else cstruct
        attributes = {"value": self.shown(value), "described": described(field), "invalid": "true" if field.error else None}
        return field.renderer(f"forms/{self.template}", field=field, widget=self, **attributes, **self.names(field), **kw)

    def deserialize(self, field: Any, pstruct: Any) -> Any:
        """What was typed as a plain JSON value."""
        return self.taken(pstruct)

    def shown(self, value: Any) -> Any:
        """A plain value as the control writes it."""
        return "" if value is None else value

    def taken(self, typed: Any) -> Any:
        """Typed text as a plain value, null when there is none."""
        text = typed if isinstance(typed, str) else ""
        return self.parsed(text) if text.strip() else None

    def parsed(self, text: str) -> Any:
        """Typed text, which is not blank, as a plain value."""
        return text

    def names(self, field: Any) -> dict[str, Any]:
        """Further names for the template."""
        return {}


class TextWidget(FieldWidget):
    """One line, or several."""

    def __init__(self, typ: Text, **kw: Any) -> None:
        super().__init__(**kw)
        self.maximum = typ.maximum
        if typ.multiline:
            self.template, self.wide = "textarea", True


class PasswordWidget(FieldWidget):
    """A secret: never written back into a page, never trimmed."""

    input_type = "password"
    maximum = 200

    def shown(self, value: Any) -> Any:
        """Nothing."""
        return ""

    def taken(self, typed: Any) -> Any:
        """As it was typed, spaces and all."""
        return typed if isinstance(typed, str) and typed else None


class IntegerWidget(FieldWidget):
    """A whole number."""

    inputmode = "numeric"
    maximum = 20

    def parsed(self, text: str) -> Any:
        """The number, or the text."""
        text = text.strip()
        return int(text) if re.fullmatch(r"[+-]?[0-9]{1,19}", text) else text


class FloatWidget(FieldWidget):
    """A number."""

    inputmode = "decimal"
    maximum = 30

    def parsed(self, text: str) -> Any:
        """The number, or the text."""
        text = text.strip()
        return float(text) if re.fullmatch(r"[+-]?[0-9]{1,15}(\.[0-9]{0,15})?", text) else text


class AmountWidget(FieldWidget):
    """Yuan; grouping commas and ¥ are forgiven."""

    template = "amount"
    inputmode = "decimal"
    maximum = 20

    def parsed(self, text: str) -> Any:
        """Digits with at most one point."""
        return re.sub(r"[\s,¥￥]", "", text)


class DateWidget(FieldWidget):
    """A day, by the browser's own calendar."""

    input_type = "date"
    maximum = 10

    def parsed(self, text: str) -> Any:
        """ISO day; slashes are forgiven."""
        return text.strip().replace("/", "-")


class MomentWidget(FieldWidget):
    """A moment, typed in the deployment's zone, sent with its offset."""

    input_type = "datetime-local"
    maximum = 25

    def __init__(self, zone: ZoneInfo, **kw: Any) -> None:
        super().__init__(**kw)
        self.zone = zone

    def shown(self, value: Any) -> Any:
        """Local time to the minute, or what was typed."""
        try:
            return datetime.fromisoformat(value).astimezone(self.zone).strftime("%Y-%m-%dT%H:%M")
        except (TypeError, ValueError):
            return value or ""

    def parsed(self, text: str) -> Any:
        """RFC 3339 with the zone's offset, or the text."""
        try:
            local = datetime.fromisoformat(text.strip().replace("/", "-"))
            return local.replace(tzinfo=self.zone).isoformat() if local.tzinfo is None else local.isoformat()
        except (ValueError, OverflowError):
            return text


class BooleanWidget(FieldWidget):
    """A box to tick when the answer is needed and "no" is one; yes, no or nothing otherwise."""

    template = "select"

    def __init__(self, yes: Any, no: Any, *, box: bool, **kw: Any) -> None:
        super().__init__(**kw)
        self.box = box
        self.options: Options = (("true", yes), ("false", no))
        if box:
            self.template = "checkbox"

    def shown(self, value: Any) -> Any:
        """The option's value."""
        return {True: "true", False: "false"}.get(value, "") if isinstance(value, bool) else (value or "")

    def taken(self, typed: Any) -> Any:
        """true, false or null."""
        if self.box:
            return typed == "true"
        return {"true": True, "false": False}.get(typed) if isinstance(typed, str) else None

    def names(self, field: Any) -> dict[str, Any]:
        """The options."""
        return {"options": self.options, "blank": True}


class ChoiceWidget(FieldWidget):
    """One of a few: buttons side by side up to four, a list to open above that.

    A value that is none of the options any more, as a record may have it, is offered beside them with its word of ``known``.
    """

    template = "select"

    def __init__(self, options: Options, *, radios: bool | None = None, known: Mapping[str, Any] | None = None) -> None:
        super().__init__()
        self.options, self.known = options, known or {}
        if radios if radios is not None else len(options) <= 4:
            self.template = "radios"

    def names(self, field: Any) -> dict[str, Any]:
        """The options, and whether none may be chosen."""
        value, options = field.cstruct, list(self.options)
        if isinstance(value, str) and value in self.known and value not in dict(options):
            options.append((value, self.known[value]))
        return {"options": options, "blank": not field.required}


class RecordWidget(FieldWidget):
    """The id of another record: a list of few, a search of many, a number where the room gave no source."""

    template = "select"
    maximum = 20
    inputmode = "numeric"

    def __init__(self, source: Source | None, **kw: Any) -> None:
        super().__init__(**kw)
        self.source = source or Source()
        self.template = "picker" if self.source.href else ("select" if source else "text")

    def parsed(self, text: str) -> Any:
        """The id, or the text."""
        text = text.strip()
        return int(text) if re.fullmatch(r"[0-9]{1,19}", text) else text

    def names(self, field: Any) -> dict[str, Any]:
        """The options; of a search only the chosen one."""
        return {"options": self.source.options, "blank": True, "label_of": self.label_of}

    def label_of(self, value: Any) -> Any:
        """What people call the record of a value; the value itself where nobody knows."""
        return self.source.label(value) if self.source.label and isinstance(value, int) else value


class CheckboxesWidget(FieldWidget):
    """Several of a few."""

    template = "checkboxes"
    wide = True

    def __init__(self, options: Options, convert: Callable[[str], Any] = str, **kw: Any) -> None:
        super().__init__(**kw)
        self.options, self._convert = options, convert

    def shown(self, value: Any) -> Any:
        """The chosen ones."""
        return value if isinstance(value, list) else []

    def taken(self, typed: Any) -> Any:
        """A list, null when none is ticked."""
        values = [typed] if isinstance(typed, str) else (typed if isinstance(typed, list) else [])
        return [self._convert(each) for each in values if isinstance(each, str) and each] or None

    def names(self, field: Any) -> dict[str, Any]:
        """The options."""
        return {"options": self.options}


class ItemsWidget(FieldWidget):
    """A list that grows line by line; each line is the item type's own widget."""

    template = "items"
    wide = True

    def __init__(self, item: FieldWidget, minimum: int, maximum: int, **kw: Any) -> None:
        super().__init__(**kw)
        self.item, self.minimum, self.maximum = item, minimum, maximum

    def shown(self, value: Any) -> Any:
        """One value a line."""
        return value if isinstance(value, list) else []

    def taken(self, typed: Any) -> Any:
        """The lines that are not blank, null when all are."""
        lines = typed if isinstance(typed, list) else []
        return [value for value in (self.item.taken(each) for each in lines) if value is not None] or None


class GroupWidget(Widget):
    """Fields that belong together, sent as one object; wholly blank means not given."""

    template = "group"
    wide = True
    grouped = True

    def serialize(self, field: Any, cstruct: Any, **kw: Any) -> str:
        """The fields, framed."""
        return field.renderer(f"forms/{self.template}", field=field, widget=self, **kw)

    def deserialize(self, field: Any, pstruct: Any) -> Any:
        """An object of plain values, or null."""
        given = pstruct if isinstance(pstruct, Mapping) else {}
        values = {child.name: child.widget.deserialize(child, given.get(child.name, colander.null)) for child in field.children}
        return values if self.is_given(values) else None

    def is_given(self, values: Mapping[str, Any]) -> bool:
        """Whether anything was entered."""
        return any(value not in (None, "", [], False) for value in values.values())


class PositionWidget(GroupWidget):
    """A place: a map to press, and the two numbers for the keyboard."""

    template = "position"

    def is_given(self, values: Mapping[str, Any]) -> bool:
        """Datum and source have defaults, so only the numbers count."""
        return values.get("longitude") is not None or values.get("latitude") is not None


class FormWidget(GroupWidget):
    """The whole form."""

    template = "form"

    def is_given(self, values: Mapping[str, Any]) -> bool:
        """A form was sent even if nothing was typed."""
        return True


def described(field: Any) -> str | None:
    """Ids of the help and the error of a field, for ``aria-describedby``."""
    ids = [f"{field.oid}-help"] if field.description else []
    if field.error:
        ids.append(f"{field.oid}-error")
    return " ".join(ids) or None


def widget_for(node: Any, *, locale: str, zone: ZoneInfo, yes: Any, no: Any, source: Source | None) -> Widget:
    """The widget of a schema node by its type."""
    typ = node.typ
    if isinstance(node, PositionSchema):
        return PositionWidget()
    if node.children or isinstance(typ, colander.Mapping):
        return GroupWidget()
    if isinstance(typ, Items):
        return _items_widget(typ, locale, zone, source)
    if isinstance(typ, Boolean):
        return BooleanWidget(yes, no, box=node.missing in (True, False))
    return _simple_widget(typ, locale, zone, source)


def _simple_widget(typ: Any, locale: str, zone: ZoneInfo, source: Source | None) -> FieldWidget:
    if isinstance(typ, RecordId):
        return RecordWidget(source)
    if isinstance(typ, Choice):
        return choice_widget(typ.options, locale)
    if isinstance(typ, Text):
        return TextWidget(typ)
    if isinstance(typ, Moment):
        return MomentWidget(zone)
    for kind, widget in ((Integer, IntegerWidget), (Float, FloatWidget), (Amount, AmountWidget), (Date, DateWidget)):
        if isinstance(typ, kind):
            return widget()
    raise TypeError(f"no widget for {typ!r}")


def _items_widget(typ: Items, locale: str, zone: ZoneInfo, source: Source | None) -> FieldWidget:
    if isinstance(typ.item, Choice):
        return CheckboxesWidget(_labels(typ.item, locale))
    if source and source.options:
        return CheckboxesWidget(source.options, _whole if isinstance(typ.item, Integer) else str)
    return ItemsWidget(_simple_widget(typ.item, locale, zone, source), typ.minimum, typ.maximum)


def _whole(text: str) -> Any:
    return int(text) if re.fullmatch(r"[0-9]{1,19}", text) else text


def choice_widget(options: Mapping[str, tuple[str, str]], locale: str, equipment_type: str | None = None) -> ChoiceWidget:
    """The widget of a word of ``options``; of a list that the deployment keeps, those in use that fit pieces of the type."""
    english = locale == "en"
    shown = options.offered(equipment_type) if isinstance(options, CodeList) else options
    known = {word: labels[english] for word, labels in options.items()}
    return ChoiceWidget([(word, known[word]) for word in shown], known=known)


def _labels(typ: Choice, locale: str) -> Options:
    return [(value, typ.label(value, locale)) for value in typ.offered]
