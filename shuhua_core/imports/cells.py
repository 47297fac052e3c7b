"""What people write into cells, as the plain JSON values that schemas take. What could only be guessed is refused and said."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from shuhua_core.archives.phones import Phone
from shuhua_core.kernel.i18n import _
from shuhua_core.kernel.schema import Amount, Choice, Date, Float, Integer, Text

NOTHING = frozenset(
    ("", "/", "\\", "-", "--", "—", "——", "–", "无", "未知", "不详", "暂无", "null", "none", "nil", "n/a", "#n/a", "na", "未填")
)
"""What people write where there is nothing to write."""
_LONGEST_NOTHING = 20
"""Characters with the spaces around it."""
UNITS: Mapping[str, Mapping[str, int]] = {
    "warranty_months": {"月": 1, "个月": 1, "年": 12, "months": 1, "month": 1, "years": 12, "year": 12},
    "safe_life_years": {"年": 1, "years": 1, "year": 1},
}
"""Field -> units that may stand behind its number, in its own unit."""
_SHORTENED = re.compile(r"[0-9](\.[0-9]+)?[eE]\+?[0-9]{1,2}")
_MONEY = re.compile(r"[¥$]?\s*([0-9][0-9,]*(?:\.[0-9]+)?)\s*(万元|万|元|块|rmb|cny)?", re.IGNORECASE)
_WHOLE = re.compile(r"([0-9][0-9,]*)(?:\.0+)?\s*(\D*)")
_DAY = re.compile(r"([0-9]{4})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*日?(?:[T\s]+[0-9:.]+)?")
_RUN_TOGETHER = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_PART_OF_A_DATE = re.compile(r"[0-9]{4}\s*(年|[-/.]\s*[0-9]{1,2}$|$)")
_DEGREES = re.compile(r"([0-9]{1,3})\s*°\s*([0-9]{1,2})\s*['′]\s*(?:([0-9]{1,2}(?:\.[0-9]+)?)\s*(?:[\"″]|''|′′))?")

CELL_HAS_LOST_DIGITS = _("Excel has shortened this number. Format the column as text and enter it again.")


class CellError(Exception):
    """A cell that cannot be read; ``message`` says why, and how to write it."""

    def __init__(self, message: Any) -> None:
        self.message = message
        super().__init__(str(message))


def half_width(text: str) -> str:
    """Full-width digits, letters and signs as the usual ones, as codes, numbers and phones are kept."""
    return (text if text.isascii() else unicodedata.normalize("NFKC", text)).strip()


def is_nothing(text: str) -> bool:
    """Whether a cell says that there is nothing."""
    return len(text) <= _LONGEST_NOTHING and half_width(text).lower() in NOTHING


def plain(node: Any, text: str) -> Any:
    """The cell ``text`` of the field ``node`` as a plain JSON value. Its schema has the last word. Raises CellError."""
    typ = node.typ
    if isinstance(typ, Date):
        return day(text)
    if isinstance(typ, Choice):
        return _word(typ, text)
    if isinstance(typ, Amount):
        return _amount(text)
    if isinstance(typ, Integer):
        return _whole(text, UNITS.get(node.name, {}))
    if isinstance(typ, Float):
        return degrees(text)
    if isinstance(typ, Text) and (typ.pattern or isinstance(typ, Phone) or type(typ) is not Text or node.name in _CODES):
        text = half_width(text)
        if _SHORTENED.fullmatch(text):
            raise CellError(CELL_HAS_LOST_DIGITS)
    return text


_CODES = frozenset({"serial", "batch"})
"""Texts without a pattern that are codes nevertheless."""


def day(text: str) -> str:
    """A day in any usual way of writing, as ``2016-09-01``. A year or month alone is no day, and none is made up."""
    text = half_width(text)
    found = _DAY.fullmatch(text) or _RUN_TOGETHER.fullmatch(text)
    if found:
        try:
            return date(int(found[1]), int(found[2]), int(found[3])).isoformat()
        except ValueError:
            raise CellError(_("There is no such day as ${text}.", mapping={"text": text})) from None
    if len(re.findall(r"[0-9]{4}", text)) > 1:
        raise CellError(_("${text} are several dates. Enter one, such as 2016-09-01.", mapping={"text": text}))
    if _PART_OF_A_DATE.match(text):
        raise CellError(_("${text} is no whole date. Enter the day too, such as 2016-09-01.", mapping={"text": text}))
    raise CellError(_("${text} is no date. Enter one such as 2016-09-01.", mapping={"text": text}))


def degrees(text: str) -> float:
    """A longitude or latitude in degrees, also with minutes and seconds or its letter."""
    text = half_width(text).upper().strip("东经北纬EN: ")
    found = _DEGREES.fullmatch(text)
    try:
        if found:
            return int(found[1]) + int(found[2]) / 60 + float(found[3] or 0) / 3600
        return float(text.rstrip("°"))
    except ValueError:
        raise CellError(_("${text} is no number of degrees such as 118.5806.", mapping={"text": text})) from None


def _word(typ: Choice, text: str) -> str:
    wanted = half_width(text).lower()
    for word, labels in typ.options.items():
        if wanted in {word, *(half_width(label).lower() for label in labels)}:
            return word
    known = ", ".join(f"{zh}" for zh, _en in typ.options.values())
    raise CellError(_("${text} is none of: ${known}", mapping={"text": text, "known": known}))


def _amount(text: str) -> str:
    found = _MONEY.fullmatch(half_width(text))
    if found is None:
        raise CellError(_("${text} is no amount such as 1280.50.", mapping={"text": text}))
    amount = Decimal(found[1].replace(",", "")) * (10_000 if (found[2] or "").startswith("万") else 1)
    return f"{amount.normalize():f}"


def _whole(text: str, units: Mapping[str, int]) -> int:
    found = _WHOLE.fullmatch(half_width(text))
    unit = found[2].strip().lower() if found else ""
    if found is None or len(found[1]) > 15 or (unit and unit not in units):
        raise CellError(_("${text} is no whole number.", mapping={"text": text}))
    return int(found[1].replace(",", "")) * units.get(unit, 1)
