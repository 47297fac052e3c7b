"""What the one search field of a list finds: words anywhere in texts, numbers by how they begin, phones by their last digits.

Each way of finding a row is a question of its own that an index answers (:mod:`shuhua_core.kernel.text_index` for texts), and
all are asked in one statement, which stops where too many rows are found. Those found are the list's condition then, by their
ids: no planner can mistake them for many. A word that more rows have is compared row by row, in the order of the list,
where it soon fills a page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, column, false, or_, select, text, union_all

from shuhua_core.archives.phones import TAIL, normalise
from shuhua_core.kernel.context import Context
from shuhua_core.kernel.merged import MergedRecord, called_before
from shuhua_core.kernel.scope import prefix_range
from shuhua_core.kernel.text_index import INDEXES, TextIndex

from .filters import any_contains, contains

FEW = 10_000
"""Rows that are found one by one; a word that stands in more of them is looked for in the order of the list."""
_DIGITS = re.compile(r"[0-9]+")
_CODE = re.compile(r"[0-9A-Za-z./-]+")
_PHONE = re.compile(r"[0-9+()\-\s]{5,30}")
_AMONG = {
    "sqlite": "SELECT value AS id FROM json_each(:ids)",
    "postgresql": "SELECT CAST(value AS bigint) AS id FROM jsonb_array_elements_text(CAST(:ids AS jsonb))",
}


@dataclass(frozen=True, slots=True)
class Through:
    """Texts and codes of another record, which the row names by ``key``, and of what that record names in its turn."""

    key: Any
    other: Any
    """Column of the other record that ``key`` equals."""
    texts: tuple[Any, ...] = ()
    codes: tuple[Any, ...] = ()
    through: tuple[Through, ...] = ()

    def ways(self) -> Iterator[tuple[Through, ...]]:
        """The way to the other record, and those that go on from there."""
        yield (self,)
        for each in self.through:
            yield from ((self, *way) for way in each.ways())


@dataclass(frozen=True, slots=True)
class Search:
    """Given to a list as its ``search``. Its texts and codes are in the index of their table."""

    codes: tuple[Any, ...]
    """Numbers and codes, in capitals: found by how they begin, or by digits anywhere in them."""
    texts: tuple[Any, ...] = ()
    """Texts of the list's own table."""
    phone: Any = None
    """A phone as it is kept (:func:`shuhua_core.archives.phones.normalise`): found as a whole or by how it begins."""
    tail: Any = None
    """Its last four digits."""
    through: tuple[Through, ...] = ()
    merged: Any = None
    """The model, of a kind whose records are merged: one that went is found by its number, as the one that stays."""

    def __call__(self, ctx: Context, text: str) -> ColumnElement[bool]:
        """The condition that a row fits ``text``."""
        model = self.codes[0].class_
        ways = list(self._ways(ctx.session.get_bind().dialect.name, model, text))
        if not ways:
            return false()
        found = _few(ctx, ways)
        return or_(*self._comparisons(text)) if found is None else among(ctx, model.id, found)

    def _ways(self, dialect: str, model: Any, text: str) -> Iterator[Select[Any]]:
        """The questions whose answers together are the rows; a row may be in several of them."""
        yield from self._asked(dialect, select(model.id), self.codes, self.texts, text)
        for condition in (*self._by_earlier_number(text), *self._by_phone(text)):
            yield select(model.id).where(condition)
        for way in self._through():
            last = way[-1]
            yield from self._asked(dialect, _from_there(model, way), last.codes, last.texts, text)

    def _asked(
        self, dialect: str, rows: Select[Any], codes: tuple[Any, ...], texts: tuple[Any, ...], text: str
    ) -> Iterator[Select[Any]]:
        """``rows``, whose table with these codes and texts the indexes narrow."""
        if codes and _DIGITS.fullmatch(text):
            yield _index(codes[0].class_).codes_with(rows, dialect, text).where(or_(*(contains(each, text) for each in codes)))
        for condition in _by_beginning(codes, text):
            yield rows.where(condition)
        if texts and self._may_be_written(text):
            yield _index(texts[0].class_).texts_with(rows, dialect, text).where(or_(*(contains(each, text) for each in texts)))

    def _comparisons(self, text: str) -> Iterator[ColumnElement[bool]]:
        """The same row by row."""
        yield from self._compared(self.codes, self.texts, text)
        yield from self._by_earlier_number(text)
        yield from self._by_phone(text)
        for way in self._through():
            fits = [*self._compared(way[-1].codes, way[-1].texts, text)]
            if fits:
                others = [each.other.class_ for each in way]
                steps = (each.other == each.key for each in way)
                yield select(way[0].other).where(*steps, or_(*fits)).correlate_except(*others).exists()

    def _compared(self, codes: tuple[Any, ...], texts: tuple[Any, ...], text: str) -> Iterator[ColumnElement[bool]]:
        if _DIGITS.fullmatch(text):
            yield from (contains(each, text) for each in codes)
        yield from _by_beginning(codes, text)
        if self._may_be_written(text):
            yield from (contains(each, text) for each in texts)

    def _through(self) -> Iterator[tuple[Through, ...]]:
        for each in self.through:
            yield from each.ways()

    def _by_earlier_number(self, text: str) -> Iterator[ColumnElement[bool]]:
        if self.merged is not None and _CODE.fullmatch(text):
            number = MergedRecord.number
            gone = contains(number, text) if _DIGITS.fullmatch(text) else or_(*_beginning(number, text))
            yield self.merged.id.in_(called_before(self.merged.__scope__.kind, gone))

    def _by_phone(self, text: str) -> Iterator[ColumnElement[bool]]:
        if self.tail is not None and _DIGITS.fullmatch(text) and len(text) == TAIL:
            yield self.tail == text
        if self.phone is not None and _PHONE.fullmatch(text):
            whole = normalise(text)
            yield self.phone == whole if whole else prefix_range(self.phone, re.sub(r"\D", "", text))

    def _may_be_written(self, text: str) -> bool:
        """Whether somebody may write such a thing into a text: not six digits and more, nor letters with as many."""
        return not (_CODE.fullmatch(text) and sum(each.isdigit() for each in text) >= 6)


@dataclass(frozen=True, slots=True)
class Beginnings:
    """Given as its ``search`` to a list whose texts no index has: codes are found by how they begin, all else row by row."""

    codes: tuple[Any, ...]
    """Each with an index."""
    texts: tuple[Any, ...]

    def __call__(self, ctx: Context, text: str) -> ColumnElement[bool]:
        """The condition that a row fits ``text``."""
        # Letters alone may as well be a word of a text, which only the rows themselves can tell.
        begun = list(_by_beginning(self.codes, text)) if any(each.isdigit() for each in text) else []
        if not begun:
            return any_contains((*self.codes, *self.texts), text)
        key = self.codes[0].class_.id
        found = _few(ctx, [select(key).where(each) for each in begun])
        return or_(*begun) if found is None else among(ctx, key, found)


def _few(ctx: Context, ways: list[Select[Any]]) -> Sequence[Any] | None:
    """The ids that the questions find together; None where they are not few."""
    found = ctx.session.connection().execute(union_all(*ways).limit(FEW + 1)).scalars().all()
    return None if len(found) > FEW else found


def _from_there(model: Any, way: tuple[Through, ...]) -> Select[Any]:
    """Rows of ``model`` by the record at the end of the way, from which they are found."""
    last = way[-1]
    rows = select(model.id).join_from(last.other.class_, last.key.class_, last.key == last.other)
    for each in reversed(way[:-1]):
        rows = rows.join(each.key.class_, each.key == each.other)
    return rows


def _by_beginning(codes: tuple[Any, ...], text: str) -> Iterator[ColumnElement[bool]]:
    if _CODE.fullmatch(text) and not _DIGITS.fullmatch(text):
        for each in codes:
            yield from _beginning(each, text)


def _beginning(code: Any, text: str) -> Iterator[ColumnElement[bool]]:
    for begun in dict.fromkeys((text.upper(), text)):
        yield prefix_range(code, begun)


def among(ctx: Context, key: Any, ids: Any) -> ColumnElement[bool]:
    """``key`` is one of ``ids``, which go to the database as one value, however many they are."""
    rows = text(_AMONG[ctx.session.get_bind().dialect.name]).bindparams(ids=json.dumps([*ids]))
    return key.in_(select(rows.columns(column("id", Integer)).subquery().c.id))


def _index(model: Any) -> TextIndex:
    return INDEXES[model.__tablename__]
