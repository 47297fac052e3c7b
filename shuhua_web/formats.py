"""How dates, numbers and phones look on the screens: the habits of the office, in one place."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from shuhua_core.archives.phones import mask

_COUNTRY = re.compile(r"^(?:\+86|0086)")
_SEPARATORS = re.compile(r"[\s\-()]+")


def moment(value: datetime | None, zone: ZoneInfo) -> str:
    """``2026-11-22 16:56`` in ``zone``; nothing for None."""
    return "" if value is None else value.astimezone(zone).strftime("%Y-%m-%d %H:%M")


def short_moment(value: datetime | None, zone: ZoneInfo, now: datetime) -> str:
    """The same without what goes without saying: ``16:56`` of today, ``11-22 16:56`` of this year."""
    if value is None:
        return ""
    local, today = value.astimezone(zone), now.astimezone(zone)
    if local.date() == today.date():
        return local.strftime("%H:%M")
    return local.strftime("%m-%d %H:%M" if local.year == today.year else "%Y-%m-%d %H:%M")


def day(value: date | None) -> str:
    """``2026-11-22``; nothing for None."""
    return "" if value is None else value.isoformat()


def number(value: float | Decimal | None) -> str:
    """``12,345``; a fraction keeps the digits that it has."""
    return "" if value is None else f"{value:,}"


def amount(value: Decimal | None) -> str:
    """Yuan with two decimals: ``¥1,280.50``."""
    return "" if value is None else f"¥{value:,.2f}"


def percent(part: float, whole: float) -> str:
    """``part`` of ``whole`` as ``87.5 %``; a dash when there is no whole."""
    return f"{100 * part / whole:.1f} %" if whole else "–"


_UNITS = {"en": ("d", "h", "min")}


def duration(value: timedelta | None, locale: str) -> str:
    """Days, hours and minutes as ``2 d 3 h`` or ``2 天 3 小时``, the two largest units that are not nothing.

    Seconds where it is less than a minute.
    """
    if value is None:
        return ""
    if timedelta(0) < value < timedelta(minutes=1):
        return f"{max(1, int(value.total_seconds()))} {'s' if locale in _UNITS else '秒'}"
    minutes = int(value.total_seconds() // 60)
    sign, minutes = ("-", -minutes) if minutes < 0 else ("", minutes)
    units = _UNITS.get(locale, ("天", "小时", "分钟"))
    parts = zip((minutes // 1440, minutes % 1440 // 60, minutes % 60), units, strict=True)
    shown = [f"{count} {unit}" for count, unit in parts if count][:2]
    return sign + " ".join(shown) if shown else f"0 {units[-1]}"


def address(division: str, street: str | None) -> str:
    """A whole address: what the street repeats of the end of its division, as people write it, stands once."""
    street = street or ""
    repeated = next((size for size in range(len(street), 1, -1) if division.endswith(street[:size])), 0)
    return f"{division}{street[repeated:]}" if repeated else f"{division} {street}".strip()


def phone(value: str | None) -> str:
    """A whole phone number, a mobile in groups: ``139 0000 1234``."""
    if not value:
        return ""
    bare = _bare_phone(value)
    return f"{bare[:3]} {bare[3:7]} {bare[7:]}" if _is_mobile(bare) else value


def masked_phone(value: str | None) -> str:
    """``138****1234``; of a landline the area code and the last two digits stay, of a service number (95xxx) all."""
    return mask(value)


def _bare_phone(value: str) -> str:
    return _SEPARATORS.sub("", _COUNTRY.sub("", _SEPARATORS.sub("", value)))


def _is_mobile(bare: str) -> bool:
    return re.fullmatch(r"1[3-9][0-9]{9}", bare) is not None


def json_value(value: Any) -> Any:
    """A value of a row as plain JSON: moments in UTC as ``2026-11-22T08:56:00Z``, days as ISO, amounts as strings."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:.2f}" if isinstance(value, Decimal) else value
