"""What the one search field of a list finds: words anywhere in texts, numbers by how they begin, phones by their last digits.

Chinese words have two characters more often than not, so words are found anywhere in a text and never by an index of
words or of three characters. Other tables are asked in a statement of their own, not by a join, so that a count or an
order of the list stays the business of its own index.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from shuhua_core.archives.phones import TAIL, normalise
from shuhua_core.kernel.context import Context
from shuhua_core.kernel.merged import MergedRecord, called_before
from shuhua_core.kernel.scope import prefix_range

from .filters import contains

_DIGITS = re.compile(r"[0-9]+")
_CODE = re.compile(r"(?=.*[0-9])[A-Za-z]{0,4}[0-9A-Za-z./-]*")
_PHONE = re.compile(r"[0-9+()\-\s]{5,30}")


@dataclass(frozen=True, slots=True)
class Through:
    """Texts of another record, which the row names by ``key``."""

    key: Any
    other: Any
    """Column of the other record that ``key`` equals."""
    texts: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Search:
    """Given to a list as its ``search``."""

    codes: tuple[Any, ...] = ()
    """Numbers and codes, in capitals: found by how they begin, or by four digits and more anywhere in them."""
    texts: tuple[Any, ...] = ()
    """Texts of the list's own table."""
    phone: Any = None
    """A phone as it is kept (:func:`shuhua_core.archives.phones.normalise`): found as a whole or by how it begins."""
    tail: Any = None
    """Its last four digits."""
    through: tuple[Through, ...] = ()
    merged: Any = None
    """The model, of a kind whose records are merged: one that went is found by its number, as the one that stays."""

    def __call__(self, _ctx: Context, text: str) -> ColumnElement[bool]:
        """The condition that a row fits ``text``."""
        found = [*self._by_code(text), *self._by_phone(text)]
        if not (found and self._is_code(text)):
            found += [contains(each, text) for each in self.texts]
            found += [
                each.key.in_(select(each.other).where(or_(*(contains(column, text) for column in each.texts))))
                for each in self.through
            ]
        return or_(*found)

    def _by_code(self, text: str) -> list[ColumnElement[bool]]:
        found = self._by_codes(text, self.codes)
        if self.merged is not None and (gone := self._by_codes(text, (MergedRecord.number,))):
            found.append(self.merged.id.in_(called_before(self.merged.__scope__.kind, or_(*gone))))
        return found

    def _by_codes(self, text: str, codes: tuple[Any, ...]) -> list[ColumnElement[bool]]:
        if _CODE.fullmatch(text) is None:
            return [contains(each, text) for each in codes if not self.texts]
        if _DIGITS.fullmatch(text):
            # "0012" of BX20261122-0012: the index is read from end to end, but not the table.
            return [contains(each, text) for each in codes]
        found = [prefix_range(each, text.upper()) for each in codes]
        return found + [prefix_range(each, text) for each in codes if text != text.upper()]

    def _by_phone(self, text: str) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self.tail is not None and _DIGITS.fullmatch(text) and len(text) == TAIL:
            found.append(self.tail == text)
        if self.phone is not None and _PHONE.fullmatch(text):
            whole = normalise(text)
            digits = re.sub(r"\D", "", text)
            found.append(self.phone == whole if whole else prefix_range(self.phone, digits))
        return [each for each in found if each is not None]

    @staticmethod
    def _is_code(text: str) -> bool:
        """Whether nobody writes such a thing into a text: six digits and more, or letters with digits."""
        return _CODE.fullmatch(text) is not None and sum(each.isdigit() for each in text) >= 6
