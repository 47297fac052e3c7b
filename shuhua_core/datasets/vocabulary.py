"""Words of the trade: kinds of equipment, what fails on them, why and what is done, parts, kinds of sites, product models."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Literal

Severity = Literal["urgent", "high", "normal"]


@dataclass(frozen=True, slots=True)
class Part:
    """A spare part."""

    key: str
    zh: str
    en: str
    price: Decimal


@dataclass(frozen=True, slots=True)
class Fault:
    """A symptom with the cause and the remedy that fit it; ``part`` is what the remedy takes, if anything.

    The codes are words of the choice lists.
    """

    key: str
    zh: str
    en: str
    severity: Severity
    fault_code: str
    cause_code: str
    remedy_code: str
    cause_zh: str
    cause_en: str
    remedy_zh: str
    remedy_en: str
    part: Part | None


@dataclass(frozen=True, slots=True)
class EquipmentType:
    """A kind of equipment with the faults that occur on it, the usual ones first.

    ``kind`` is what the archives call its type, ``weight`` how common it is.
    """

    key: str
    kind: str
    zh: str
    en: str
    weight: int
    price: Decimal
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """A product model of an invented series; ``number`` is plainly made up."""

    number: str
    name_zh: str
    name_en: str
    type: EquipmentType
    price: Decimal
    warranty_months: int
    safe_life_years: int

    @property
    def sturdy(self) -> bool:
        """Whether it is of the sturdier series, which has terms of its own."""
        return self.number.startswith("DEMO-B")


@dataclass(frozen=True, slots=True)
class SiteType:
    """A kind of site; ``names`` and ``host`` are patterns with {county}, {town} and {word}."""

    key: str
    zh: str
    en: str
    weight: int
    names: tuple[str, ...]
    host: str


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All the words."""

    types: tuple[EquipmentType, ...]
    faults: tuple[Fault, ...]
    parts: tuple[Part, ...]
    sites: tuple[SiteType, ...]
    models: tuple[Model, ...]


# Each type is sold in a plain and in a sturdier series.
_SERIES = (
    ("DEMO-A", "经典款", "Classic", Decimal("1.0"), 24, 8),
    ("DEMO-B", "加强款", "Sturdy", Decimal("1.3"), 36, 10),
)


@cache
def vocabulary() -> Vocabulary:
    """The words, read once."""
    text = files(__package__).joinpath("vocabulary.toml").read_text(encoding="utf-8")
    raw = tomllib.loads(text)
    parts = {entry["key"]: Part(entry["key"], entry["zh"], entry["en"], Decimal(entry["price"])) for entry in raw["part"]}
    faults = {entry["key"]: _fault(entry, parts) for entry in raw["fault"]}
    types = tuple(
        EquipmentType(
            entry["key"],
            entry["kind"],
            entry["zh"],
            entry["en"],
            entry["weight"],
            Decimal(entry["price"]),
            tuple(faults[key] for key in entry["faults"]),
        )
        for entry in raw["type"]
    )
    sites = tuple(
        SiteType(entry["key"], entry["zh"], entry["en"], entry["weight"], tuple(entry["names"]), entry["host"])
        for entry in raw["site"]
    )
    return Vocabulary(types, tuple(faults.values()), tuple(parts.values()), sites, _models(types))


def _fault(entry: Mapping[str, Any], parts: Mapping[str, Part]) -> Fault:
    part = entry.get("part")
    return Fault(
        entry["key"],
        entry["zh"],
        entry["en"],
        entry["severity"],
        entry["fault_code"],
        entry["cause_code"],
        entry["remedy_code"],
        entry["cause_zh"],
        entry["cause_en"],
        entry["remedy_zh"],
        entry["remedy_en"],
        parts[part] if part else None,
    )


def _models(types: tuple[EquipmentType, ...]) -> tuple[Model, ...]:
    cent = Decimal("0.01")
    return tuple(
        Model(
            f"{series}{number:03d}",
            f"{kind.zh}（{zh}）",
            f"{kind.en} ({en})",
            kind,
            (kind.price * factor).quantize(cent),
            warranty,
            life,
        )
        for number, kind in enumerate(types, start=1)
        for series, zh, en, factor, warranty, life in _SERIES
    )
