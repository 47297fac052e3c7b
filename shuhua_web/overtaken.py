"""When two edit one record: what the other changed stands beside what this person typed, and each field is theirs or mine.

The log says what was changed since the version that the form carried, by whom and when; nothing of it comes from the form.
A field that this person left as it was takes the other's value unless they say otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import colander
from sqlalchemy import select

from shuhua_core.accounts.models import User
from shuhua_core.archives.phones import Phone
from shuhua_core.audit.models import AuditEntry
from shuhua_core.kernel.schema import Amount, Items, PositionSchema

from . import formats
from .records import PERSON_KINDS
from .widgets import BooleanWidget, CheckboxesWidget, ChoiceWidget, MomentWidget, RecordWidget

if TYPE_CHECKING:
    from .forms import OfficeForm

THEIRS, MINE = "theirs", "mine"
LOOKED_AT = 100
"""How many entries of the log are read at most: more changes than that are shown without who made them."""
_POSITION = {
    "raw_longitude": "longitude",
    "raw_latitude": "latitude",
    "datum": "datum",
    "accuracy": "accuracy",
    "position_source": "source",
}
"""Column of a record -> member of its position."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """The record that a form changes: given to :func:`shuhua_web.forms.form_for` as ``edited``."""

    kind: str
    id: int
    read: Callable[[], Mapping[str, Any]]
    """The plain values that the form would begin with now, without those that are shown masked."""
    kept_when_blank: Collection[str] = ()
    """Fields that a blank control leaves as they are."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that somebody else changed since the form was opened. Values are as people read them."""

    name: str
    title: Any
    who: Any
    at: str
    was: str
    now: str
    mine: str
    take: str
    """What is taken unless the person says otherwise: ``theirs`` or ``mine``."""


def chosen(form: OfficeForm, edited: Edited, values: dict[str, Any]) -> dict[str, Any]:
    """``values`` with those of the record, as it is now, in the fields for which the person chose the other's."""
    names = [name for name in values if form.request.POST.get(f"take-{name}") == THEIRS]
    if not names:
        return values
    present = edited.read()
    return values | {name: present.get(name) for name in names}


def differences(form: OfficeForm, edited: Edited, seen: int | None) -> list[Difference]:
    """What others changed since version ``seen``, of the fields of the form, in their order. Two statements besides labels."""
    changes = _changes(form, edited, seen or 0)
    present = edited.read()
    people = _names(form, [change.entry for change in changes.values()])
    zone = form.request.deployment.settings.timezone
    found = []
    for field in form.fields:
        change = changes.get(field.name)
        if change is None:
            continue
        # Of what is shown masked, the log alone knows the value.
        now = present.get(field.name) if field.name in present else change.new.get(field.name)
        was = _before(field, change, now)
        typed = form.given(field.name)
        blank = typed is None and field.name in edited.kept_when_blank
        if not blank and _same(field, typed, now):
            continue
        entry = change.entry
        found.append(
            Difference(
                field.name,
                field.title,
                people.get(entry.actor_id or 0) or PERSON_KINDS.get(entry.actor_kind, "–"),
                formats.moment(entry.at, zone),
                text_of(form, field, was),
                text_of(form, field, now),
                text_of(form, field, typed, own=True),
                THEIRS if blank or _same(field, typed, was) else MINE,
            )
        )
    return found


@dataclass(slots=True)
class _Change:
    """What happened to one field: the last entry that changed it, and column -> value before all of them and after."""

    entry: AuditEntry
    old: dict[str, Any]
    new: dict[str, Any]


def _changes(form: OfficeForm, edited: Edited, seen: int) -> dict[str, _Change]:
    query = select(AuditEntry).where(AuditEntry.record_kind == edited.kind, AuditEntry.record_id == edited.id)
    found: dict[str, _Change] = {}
    for entry in form.request.ctx.session.scalars(query.order_by(AuditEntry.id.desc()).limit(LOOKED_AT)):
        if entry.detail.get("version", seen + 1) <= seen:
            break
        pairs = {**entry.detail.get("changes", {}), **(entry.personal or {})} if "version" in entry.detail else {}
        for column, pair in pairs.items():
            if not isinstance(pair, list) or len(pair) != 2:
                continue
            change = found.setdefault("position" if column in _POSITION else column, _Change(entry, {}, {}))
            change.old[column] = pair[0]
            change.new.setdefault(column, pair[1])
    return found


def _before(field: Any, change: _Change, now: Any) -> Any:
    if not isinstance(field.schema, PositionSchema):
        return change.old.get(field.name)
    before = dict(now or {}) | {_POSITION[column]: value for column, value in change.old.items()}
    return before if before.get("longitude") is not None else None


def _same(field: Any, one: Any, other: Any) -> bool:
    return bool(_read(field, one) == _read(field, other))


def _read(field: Any, value: Any) -> Any:
    """A plain value as the schema reads it, so that two ways of writing are the same; what it refuses is itself."""
    if value in (None, "", []):
        return None
    try:
        read = field.schema.deserialize(value)
    except colander.Invalid:
        return value
    return sorted(read, key=str) if isinstance(field.schema.typ, Items) else read


def _names(form: OfficeForm, entries: Sequence[AuditEntry]) -> dict[int, str]:
    ids = {entry.actor_id for entry in entries if entry.actor_id is not None}
    if not ids:
        return {}
    return dict(form.request.ctx.session.execute(select(User.id, User.name).where(User.id.in_(ids))).all())


def text_of(form: OfficeForm, field: Any, value: Any, *, own: bool = False) -> str:
    """A plain value of a field as people read it; phones masked, but for what is the person's ``own`` typing."""
    if value in (None, "", [], {}):
        return ""
    if isinstance(field.schema, PositionSchema):
        return f"{value.get('longitude')}, {value.get('latitude')} ({str(value.get('datum') or '').upper()})"
    if isinstance(value, list):
        return ", ".join(_word(form, field, each, own=own) for each in value)
    return _word(form, field, value, own=own)


def _word(form: OfficeForm, field: Any, value: Any, *, own: bool) -> str:
    widget, typ = field.widget, field.schema.typ
    if isinstance(typ, Phone) and not own:
        return formats.masked_phone(value)
    if isinstance(widget, RecordWidget):
        labels = {str(key): label for key, label in widget.source.options}
        return form.request.tr(labels.get(str(value)) or widget.label_of(value)) if value else ""
    if isinstance(widget, ChoiceWidget | CheckboxesWidget | BooleanWidget):
        shown = {True: "true", False: "false"}.get(value, value) if isinstance(value, bool) else value
        return form.request.tr(dict(widget.options).get(shown, str(shown)))
    if isinstance(widget, MomentWidget):
        return str(widget.shown(value)).replace("T", " ")
    if isinstance(typ, Amount):
        return formats.amount(Decimal(value)) if re.fullmatch(r"[0-9]+(\.[0-9]+)?", str(value)) else str(value)
    return str(value)
