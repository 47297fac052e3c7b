"""Reading divisions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from shuhua_core.kernel.errors import Invalid
from shuhua_core.kernel.i18n import _
from shuhua_core.kernel.scope import prefix_range
from shuhua_core.places.models import Division

# Headings between a municipality or province and its counties, which nobody says in an address.
_HEADINGS = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})


def ancestors(session: Session, code: str) -> list[Division]:
    """The division ``code`` and those that it lies in, the largest first; empty when there is no such division."""
    found = session.scalars(select(Division).where(Division.code.in_(_prefixes(code))).order_by(Division.code)).all()
    return list(found) if found and found[-1].code == code else []


def full_name(session: Session, code: str | None, locale: str) -> str:
    """The name with those of the divisions above: ``福建省泉州市晋江市``, ``Jinjiang City, Quanzhou City, Fujian Province``."""
    return full_names(session, [code], locale).get(code or "", "")


def full_names(session: Session, codes: Iterable[str | None], locale: str) -> Mapping[str, str]:
    """The full name of each division, with one query for a whole page of records. Unknown codes are left out."""
    wanted = {code for code in codes if code}
    prefixes = {prefix for code in wanted for prefix in _prefixes(code)}
    if not prefixes:
        return {}
    rows = session.execute(select(Division.code, Division.name_zh, Division.name_en).where(Division.code.in_(prefixes))).all()
    names = {code: (zh, en) for code, zh, en in rows}
    return {code: _joined([names[each] for each in _prefixes(code) if each in names], locale) for code in wanted if code in names}


def children(session: Session, parent_code: str | None) -> Sequence[Division]:
    """The present divisions directly under ``parent_code``, or the topmost ones."""
    parent = Division.parent_code.is_(None) if parent_code is None else Division.parent_code == parent_code
    return session.scalars(select(Division).where(parent, Division.valid_to.is_(None)).order_by(Division.code)).all()


def search(session: Session, text: str, *, under: str = "", limit: int = 20) -> Sequence[Division]:
    """Present divisions whose name in either language, or whose code, begins with ``text``; the largest first."""
    text = text.strip()
    if not text:
        return []
    begins = or_(
        prefix_range(Division.name_zh, text),
        prefix_range(Division.name_en, text[0].upper() + text[1:]),
        prefix_range(Division.code, text),
    )
    query = select(Division).where(begins, Division.valid_to.is_(None), Division.name_zh.not_in(_HEADINGS))
    if under:
        query = query.where(prefix_range(Division.code, under))
    return session.scalars(query.order_by(func.length(Division.code), Division.code).limit(limit)).all()


def require_division(session: Session, code: str | None, field: str = "division_code") -> None:
    """Refuse a code that is not, or no longer, that of a division. Raises Invalid for ``field``, naming what replaced it."""
    if code is None:
        return
    division = session.get(Division, code)
    if division is None:
        raise Invalid({field: _("There is no division ${code}.", mapping={"code": code})})
    if division.valid_to is not None:
        text = _("The division ${code} was given up; use ${new}.", mapping={"code": code, "new": division.replaced_by or "-"})
        raise Invalid({field: text})


def _prefixes(code: str) -> list[str]:
    return [code[:length] for length in range(1, len(code) + 1)]


def _joined(names: Collection[tuple[str, str]], locale: str) -> str:
    said = [(zh, en or zh) for zh, en in names if zh not in _HEADINGS]
    if locale == "en":
        return ", ".join(en for _zh, en in reversed(said))
    text = ""
    for zh, _en in said:
        # 济源市 + 济源市沁园街道: the name of the town says the city's again.
        text = text.removesuffix(_overlap(text, zh))
        text += f" {zh}" if text and (text[-1].isascii() or zh[0].isascii()) else zh
    return text


def _overlap(text: str, name: str) -> str:
    """The longest end of ``text``, of at least three characters, with which ``name`` begins."""
    for length in range(min(len(text), len(name)), 2, -1):
        if name.startswith(text[-length:]):
            return text[-length:]
    return ""
