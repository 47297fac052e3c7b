"""One row of a file becomes a record that is added or changed, through the service that forms and API use."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select

from shuhua_core.accounts.models import Organisation
from shuhua_core.accounts.organisations import branch_of
from shuhua_core.archives.phones import Phone, mask
from shuhua_core.kernel.context import Context
from shuhua_core.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from shuhua_core.kernel.i18n import _, translator
from shuhua_core.kernel.merged import numbered
from shuhua_core.kernel.schema import Choice, deserialize
from shuhua_core.kernel.scope import ScopeColumns, covers, visible
from shuhua_core.kernel.steps import plain as plain_values
from shuhua_core.places.models import Division
from shuhua_core.places.queries import full_name

from .archives import NUMBER, POSITION, REFERENCES, Column, ImportedArchive
from .cells import CellError, half_width, is_nothing, plain

OTHER_DATUM = {"cgcs2000": "wgs84"}
"""Datums that are another one at our accuracy."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a row: ``added``, ``changed`` or ``unchanged``, or ``refused`` with its reasons."""

    kind: str
    label: str
    detail: Sequence[Any] = ()
    """Reasons, or [heading, old, new] of each field that changed."""


class RowSaver:
    """Saves rows in one transaction; each in a savepoint of its own, so that a bad one leaves nothing."""

    def __init__(
        self, ctx: Context, archive: ImportedArchive, heads: Sequence[str | None], datum: str | None, locale: str
    ) -> None:
        self._ctx, self._archive, self._heads, self._locale = ctx, archive, heads, locale
        self._datum = OTHER_DATUM.get(datum or "", datum)
        self._columns = {column.name: column for column in archive.columns}
        self._service = archive.service(ctx)
        self._named: dict[tuple[str, str], list[Any]] = {}
        self._read: dict[tuple[str, str], Any] = {}
        """(field, text) -> value: many rows say the same."""

    def save(self, texts: Mapping[str, str]) -> Outcome:
        """Save one row, which says :meth:`texts`, or tell why not."""
        label = " ".join(texts[name] for name in (NUMBER, "name") if name in texts)[:200]
        try:
            with self._apart():
                return self._save(texts)
        except Invalid as error:
            return Outcome("refused", label, self._told(error.errors))
        except (NotAllowed, NotFound, Conflict) as error:
            return Outcome("refused", label, [translator(self._locale)(error.message)])

    def texts(self, cells: Sequence[str]) -> dict[str, str]:
        """The cells that say something, by field."""
        named = zip(self._heads, cells, strict=False)
        return {name: text for name, text in named if name is not None and not is_nothing(text)}

    def foresee(self, rows: Sequence[Mapping[str, str]]) -> None:
        """Told what the rows say that will be saved, before the first of them. Here each row asks for itself."""

    def _apart(self) -> AbstractContextManager[Any]:
        """What is done within is undone when it raises."""
        return self._ctx.session.begin_nested()

    def _save(self, texts: Mapping[str, str]) -> Outcome:
        record = self._present(texts.get(NUMBER))
        values = self._values(texts, record)
        if record is None:
            made = self._service.create(values)
            return Outcome("added", f"{made.number} {made.name}"[:200])
        fields = [name for name in values if name != "position"] + (list(POSITION) if "position" in values else [])
        version, before = record.version, self._state(record, fields)
        record = self._service.edit(record.id, values)
        label = f"{record.number} {record.name}"[:200]
        if record.version == version:
            return Outcome("unchanged", label)
        after = self._state(record, fields)
        pairs = [
            [self._columns[name].heading(self._locale), self._shown(name, before[name]), self._shown(name, after[name])]
            for name in fields
            if before[name] != after[name]
        ]
        return Outcome("changed", label, pairs)

    def _present(self, number: str | None) -> Any:
        if number is None:
            return None
        model = self._archive.model
        number = half_width(number)
        query = select(model).where(model.number == number, visible(model, self._ctx.actor, self._archive.view))
        found = self._ctx.session.scalars(query).one_or_none()
        stays = self._merged(model, self._archive.view, number) if found is None else None
        if stays is not None:
            # What its row says is of the record that went, and would overwrite what was chosen when both became one.
            named = {"number": number, "other": self._ctx.session.get_one(model, stays).number}
            text = _("${number} was merged into ${other}. Enter that number, or leave the row out.", mapping=named)
            raise Invalid({NUMBER: text})
        return found

    def _merged(self, model: Any, view: str, number: str) -> int | None:
        """The record that the one with this number was merged into, if the actor may see it."""
        scope: ScopeColumns = model.__scope__
        into = numbered(self._ctx.session, scope.kind, number) if scope.merges else None
        seen = into is not None and covers(self._ctx.session.get_one(model, into), self._ctx.actor, view)
        return into if seen else None

    # Cells to values ----------------------------------------------------------------------------------------------------

    def _values(self, texts: Mapping[str, str], record: Any) -> dict[str, Any]:
        """The row as the service takes it; an empty cell is left out, so it changes nothing. Raises Invalid."""
        values: dict[str, Any] = {}
        errors: dict[str, Any] = {}
        for name, text in texts.items():
            if record is not None and self._says_the_same(record, name, text):
                continue
            key = (name, text)
            try:
                values[name] = self._read[key] if key in self._read else self._read.setdefault(key, self._value(name, text))
            except CellError as error:
                errors[name] = error.message
                continue
            fixed = record is not None and name not in POSITION and name not in self._archive.patched
            if fixed and values.pop(name) != getattr(record, name):
                errors[name] = _("An import does not change this of a record that is there.")
        if errors:
            raise Invalid(self._all_that_is_wrong(values, errors, record))
        place = {name: values.pop(name) for name in POSITION if name in values}
        if place:
            values["position"] = self._position(place)
        return values

    def _all_that_is_wrong(self, values: Mapping[str, Any], errors: Mapping[str, Any], record: Any) -> Mapping[str, Any]:
        """Also what the schema says of the cells that could be read, so that a row comes back once and not twice."""
        readable = {name: value for name, value in values.items() if name not in POSITION}
        try:
            deserialize(self._archive.create if record is None else self._archive.patch, readable, record)
        except Invalid as error:
            return {**error.errors, **errors}
        return errors

    def _value(self, name: str, text: str) -> Any:
        column = self._columns[name]
        if name == "division_code":
            return self._division(text)
        if column.refers_to == "organisation":
            return self._organisation(text)
        if column.refers_to is not None:
            return self._reference(column.refers_to, text)
        return plain(column.node, text)

    def _says_the_same(self, record: Any, name: str, text: str) -> bool:
        """Whether a cell shows what the record has already, as the export of its list does: masked, or by name."""
        column, value = self._columns[name], getattr(record, name, None)
        if value is None:
            return False
        if isinstance(column.node.typ, Phone):
            return "*" in text and half_width(text).replace(" ", "") == mask(value)
        if name == "division_code":
            division = self._ctx.session.get(Division, value)
            return division is not None and text in {division.name_zh, division.name_en}
        if column.refers_to is not None:
            model = REFERENCES[column.refers_to][0] if column.refers_to in REFERENCES else Organisation
            there = self._ctx.session.get(model, value)
            return there is not None and text == there.name
        if isinstance(column.node.typ, Choice) and name not in self._archive.patched:
            # A state beyond those that a record begins with has its words in the table of its life, not in the schema.
            return text == value or value not in column.node.typ.options
        return False

    def _position(self, place: Mapping[str, float]) -> dict[str, Any]:
        if len(place) < 2:
            raise Invalid(
                {name: _("A position needs both a longitude and a latitude.") for name in POSITION if name not in place}
            )
        if abs(place["latitude"]) > 54 and abs(place["longitude"]) < 54:
            raise Invalid({"longitude": _("Longitude and latitude seem to have changed places.")})
        return {**place, "datum": self._datum or "wgs84", "source": "import"}

    def _reference(self, kind: str, text: str) -> int:
        """The record that a cell names, by its number or by a name that only one has."""
        model, permission = REFERENCES[kind]
        key = (kind, text)
        if key not in self._named:
            seen = visible(model, self._ctx.actor, permission)
            by_number = select(model.id).where(model.number == half_width(text), seen)
            ids = list(self._ctx.session.scalars(by_number))
            if not ids and (stays := self._merged(model, permission, half_width(text))) is not None:
                ids = [stays]
            self._named[key] = list(ids or self._ctx.session.scalars(select(model.id).where(model.name == text, seen).limit(2)))
        return _only(self._named[key], text)

    def _organisation(self, text: str) -> int:
        key = ("organisation", text)
        if key not in self._named:
            self._find_organisations({text})
        return _only(self._named[key], text)

    def _find_organisations(self, names: Collection[str]) -> None:
        """The units of the actor's branch with these names, in either language."""
        query = select(Organisation.id, Organisation.name, Organisation.name_en).where(
            Organisation.active, or_(Organisation.name.in_(names), Organisation.name_en.in_(names))
        )
        own = self._ctx.actor.organisation_path
        if own:
            query = query.where(Organisation.path.startswith(branch_of(self._ctx.session, own).path, autoescape=True))
        self._named |= {("organisation", name): [] for name in names}
        for organisation_id, name, name_en in self._ctx.session.execute(query):
            for called in {str(name), str(name_en)} & {*names}:
                self._named["organisation", called].append(organisation_id)

    def _division(self, text: str) -> str:
        """The code of a division, given by its code, its name, or its full name."""
        code = half_width(text)
        if code.isascii():
            return code.upper()
        key = ("division", text)
        if key not in self._named:
            query = select(Division.code).where(Division.valid_to.is_(None))
            codes = list(self._ctx.session.scalars(query.where(Division.name_zh == text).limit(2)))
            self._named[key] = codes or self._by_full_name(text)
        found = self._named[key]
        if not found:
            raise CellError(_("There is no division ${code}.", mapping={"code": text}))
        if len(found) > 1:
            raise CellError(_("Several divisions are called ${name}. Enter the code.", mapping={"name": text}))
        return str(found[0])

    def _by_full_name(self, text: str) -> list[Any]:
        wanted = text.replace(" ", "")
        for length in range(2, min(len(wanted), 15) + 1):
            query = select(Division.code).where(Division.valid_to.is_(None), Division.name_zh == wanted[-length:]).limit(200)
            codes = self._ctx.session.scalars(query).all()
            matching = [code for code in codes if full_name(self._ctx.session, code, "zh_Hans").replace(" ", "") == wanted]
            if matching:
                return matching
        return []

    # Telling ------------------------------------------------------------------------------------------------------------

    def _state(self, record: Any, fields: Sequence[str]) -> dict[str, Any]:
        columns = {name: f"raw_{name}" if name in POSITION else name for name in fields}
        return plain_values({name: getattr(record, column) for name, column in columns.items()})

    def _shown(self, name: str, value: Any) -> str:
        column = self._columns[name]
        if value is None:
            return ""
        if isinstance(column.node.typ, Phone):
            return mask(value)
        if isinstance(column.node.typ, Choice):
            return str(column.node.typ.label(value, self._locale))
        if column.refers_to is not None:
            model = REFERENCES[column.refers_to][0] if column.refers_to in REFERENCES else Organisation
            there = self._ctx.session.get(model, value)
            return str(getattr(there, "number", None) or getattr(there, "name", ""))
        return str(value)[:200]

    def _told(self, errors: Mapping[str, Any]) -> list[str]:
        tr, found = translator(self._locale), []
        for path, message in errors.items():
            name = path.removeprefix("position.")
            column = self._columns.get(name)
            found.append(f"{_heading(column, self._locale)}{tr(message)}")
        return found


def _heading(column: Column | None, locale: str) -> str:
    return f"{column.heading(locale)}: " if column else ""


def _only(ids: Sequence[Any], text: str) -> int:
    if not ids:
        raise CellError(_("There is none called ${name}, or it is not yours to see.", mapping={"name": text}))
    if len(ids) > 1:
        raise CellError(_("Several are called ${name}. Enter the number.", mapping={"name": text}))
    return int(ids[0])
