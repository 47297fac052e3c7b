"""States of sites, kinds of sites, and how the map shows both: shape tells the kind, colour and sign the state."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from shuhua_core.kernel.choices import CodeList
from shuhua_core.kernel.position_words import SOURCES

Labels = Mapping[str, tuple[str, str]]

SITE_KINDS = CodeList("site_kinds")

_SHAPES: Mapping[str, str] = {
    "park": "circle",
    "community": "square",
    "school": "triangle",
    "path": "diamond",
    "stadium": "hexagon",
    "club": "pentagon",
    "other": "pin",
}


def shape_of(kind: str) -> str:
    """The shape that a kind of site has on the map; one that the deployment added has that of the kind which it belongs to."""
    entry = SITE_KINDS.entries.get(kind)
    return _SHAPES.get(kind) or _SHAPES.get((entry.parent if entry else None) or "other", "pin")


POSITION_SOURCES: Labels = SOURCES


@dataclass(frozen=True, slots=True)
class SiteState:
    """One state of a site, and how it is shown."""

    name: str
    zh: str
    en: str
    tone: str
    colour: str
    sign: str

    def label(self, locale: str) -> str:
        """The state's name in the language."""
        return self.en if locale == "en" else self.zh


SITE_STATES: Mapping[str, SiteState] = {
    state.name: state
    for state in (
        SiteState("out_of_use", "停用", "Out of use", "danger", "red", "✕"),
        SiteState("faulty", "故障", "Faulty", "warning", "orange", "!"),
        SiteState("repairing", "维修中", "Being repaired", "primary", "blue", "~"),
        SiteState("to_scrap", "待报废", "To be scrapped", "danger", "black", "−"),
        SiteState("past_life", "超寿命", "Past safe life", "danger", "purple", "+"),
        SiteState("watched", "观察使用", "Watched", "info", "yellow", "?"),
        SiteState("to_inspect", "待巡查", "To be inspected", "warning", "yellow", "◷"),
        SiteState("normal", "正常", "Normal", "success", "green", "✓"),
        SiteState("to_install", "待安装", "To be installed", "info", "grey", "○"),
        SiteState("empty", "无器材", "No equipment", "secondary", "grey", "·"),
    )
}
"""The worst first. Pieces that are in stock or gone do not count; a site without any that counts is ``empty``.

``to_inspect`` is no state of a piece: a site is that when an inspection is overdue and nothing worse is known.
"""


@dataclass(frozen=True, slots=True)
class PublicWords:
    """What the page behind a piece's label says of a state: whether it may be used, and a sentence."""

    usable: bool
    zh: str
    en: str

    def said(self, locale: str) -> str:
        """The sentence in the language."""
        return self.en if locale == "en" else self.zh


PUBLIC_WORDS: Mapping[str, PublicWords] = {
    "in_stock": PublicWords(False, "尚未安装", "Not installed yet"),
    "to_install": PublicWords(False, "尚未安装完成，请等候启用", "Not installed yet; please wait until it is"),
    "normal": PublicWords(True, "可以正常使用", "Ready to use"),
    "watched": PublicWords(True, "可以使用，工作人员正在观察其状况", "May be used; our staff keep an eye on it"),
    "faulty": PublicWords(True, "有故障，已安排处理，请小心使用", "Has a fault that is being dealt with; take care"),
    "repairing": PublicWords(False, "正在维修，请勿使用", "Being repaired"),
    "out_of_use": PublicWords(False, "已停用", "Out of use"),
    "past_life": PublicWords(False, "已超过安全使用寿命", "Past its safe service life"),
    "to_scrap": PublicWords(False, "存在隐患，待报废", "Unsafe, waiting to be scrapped"),
    "scrapped": PublicWords(False, "已报废", "Scrapped"),
    "removed": PublicWords(False, "已拆除", "Taken away"),
    "replaced": PublicWords(False, "已更换为新器材", "Replaced by a new piece"),
}
"""By state of a piece; a test sees to it that none is missing."""

IN_USE = tuple(name for name in SITE_STATES if name not in {"to_inspect", "to_install", "empty"})
"""States of pieces that stand somewhere for people to use."""
INTACT = ("normal", "watched")
"""Those in which a piece can be used as it was meant to."""


def worst(states: Collection[str]) -> str:
    """The state of a site whose pieces are in these states."""
    return next((name for name in SITE_STATES if name in states), "empty")
