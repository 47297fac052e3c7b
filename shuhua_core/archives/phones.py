"""Phone numbers: how people write them, how they are kept, and what is shown of them.

Kept are digits alone, with ``-`` before an extension and ``+`` before a foreign country code: ``13900000000``,
``059588880000-12``, ``4000000000``, ``12345``, ``+16175550100``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any

import colander

from shuhua_core.kernel.i18n import _
from shuhua_core.kernel.schema import Text

TAIL = 4

_BETWEEN = re.compile(r"[\s.·()\-–—_]+")
_EXTENSION = re.compile(r"(?:转|轉|分机|ext\.?|x|#|,|;)\s*(?:分机)?\s*(\d{1,6})$", re.IGNORECASE)
_DASHED_EXTENSION = re.compile(r"^(\(?0\d{2,3}\)?[\s-]?\d{7,8}|[48]00[\s-]?\d{3}[\s-]?\d{4})[\s-]+(\d{1,6})$")
_CHINA = re.compile(r"^(?:\+|00)86")
_FOREIGN = re.compile(r"^(?:\+|00)([1-9]\d{6,14})$")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"0(?:10|2\d|[3-9]\d{2})\d{7,8}")
_SERVICE = re.compile(r"[48]00\d{7}")
_SHORT = re.compile(r"9[56]\d{3,4}|1[0-2]\d{3}")


def normalise(text: str) -> str | None:
    """``text`` as it is kept, or None when it is no phone number.

    Understood are mobile numbers with +86, 0086 or spaces, landlines with their area code and an extension, 400 and 800
    numbers, 95xxx and 12345, and foreign numbers with + or 00 and their country code.
    """
    text = unicodedata.normalize("NFKC", text).strip()
    extension = ""
    found = _EXTENSION.search(text)
    if found:
        text, extension = text[: found.start()], found[1]
    elif dashed := _DASHED_EXTENSION.match(_CHINA.sub("", text).strip()):
        text, extension = dashed[1], dashed[2]
    text = _BETWEEN.sub("", text)
    if _CHINA.match(text):
        text = _CHINA.sub("", text)
        if re.fullmatch(r"(?:10|2\d|[3-9]\d{2})\d{7,8}", text) and not _MOBILE.fullmatch(text) and not _SERVICE.fullmatch(text):
            text = f"0{text}"
    if _LANDLINE.fullmatch(text) or _SERVICE.fullmatch(text):
        return f"{text}-{extension}" if extension else text
    if extension:
        return None
    if _MOBILE.fullmatch(text) or _SHORT.fullmatch(text):
        return text
    foreign = _FOREIGN.match(text)
    return f"+{foreign[1]}" if foreign else None


def tail(phone: str) -> str:
    """The last four digits before the extension, which call centres search by."""
    return phone.partition("-")[0][-TAIL:]


def tail_of(column: str) -> Callable[[Any], str | None]:
    """The default of a column that keeps the last four digits of another one, for rows that are inserted in bulk."""

    def default(context: Any) -> str | None:
        phone = context.get_current_parameters().get(column)
        return tail(phone) if phone else None

    return default


def mask(phone: str | None) -> str:
    """What is shown of a number: ``139****0000``, of a landline its area code and last two digits, a hotline whole.

    An extension stays. Of what is no phone number only the last two characters are shown.
    """
    if not phone:
        return ""
    number, dash, extension = (normalise(phone) or phone).partition("-")
    if _SHORT.fullmatch(number) or _SERVICE.fullmatch(number):
        shown = number
    elif _MOBILE.fullmatch(number):
        shown = f"{number[:3]}****{number[-TAIL:]}"
    elif _LANDLINE.fullmatch(number):
        area = 3 if number[1] in "12" else 4
        shown = f"{number[:area]}{'*' * (len(number) - area - 2)}{number[-2:]}"
    else:
        shown = f"****{number[-2:]}"
    return f"{shown}{dash}{extension}"


class Phone(Text):
    """A phone number in any usual way of writing, read as it is kept. A masked one is refused, so that it never comes back."""

    def __init__(self) -> None:
        super().__init__(maximum=40)

    def read(self, node: Any, value: Any) -> Any:
        """From text; raises colander.Invalid."""
        value = super().read(node, value)
        if value is colander.null:
            return value
        if "*" in value:
            raise colander.Invalid(node, _("Enter the whole number, or leave the field as it is."))
        phone = normalise(value)
        if phone is None:
            raise colander.Invalid(node, _("Enter a phone number such as 139 0000 0000 or 0595-8888 0000 with its area code."))
        return phone
