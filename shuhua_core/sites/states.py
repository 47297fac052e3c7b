"""States of sites, kinds of sites, and how the map shows both: shape tells the kind, colour and sign the state."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from shuhua_core.archives.kinds import Labels

SITE_KINDS: Labels = {
    "park": ("公园", "Park"),
    "community": ("社区村居", "Community"),
    "school": ("学校", "School"),
    "path": ("健身路径", "Fitness path"),
    "stadium": ("体育场馆", "Sports venue"),
    "club": ("健身房", "Club"),
    "other": ("其他", "Other"),
}

KIND_SHAPES: Mapping[str, str] = {
    "park": "circle",
    "community": "square",
    "school": "triangle",
    "path": "diamond",
    "stadium": "hexagon",
    "club": "pentagon",
    "other": "pin",
}

POSITION_SOURCES: Labels = {
    "gps": ("卫星定位", "Satellite"),
    "network": ("网络定位", "Network"),
    "map": ("地图选点", "Map click"),
    "import": ("导入", "Import"),
    "address": ("地址解析", "Address"),
}


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

IN_USE = tuple(name for name in SITE_STATES if name not in {"to_inspect", "to_install", "empty"})
"""States of pieces that stand somewhere for people to use."""
INTACT = ("normal", "watched")
"""Those in which a piece can be used as it was meant to."""


def worst(states: Collection[str]) -> str:
    """The state of a site whose pieces are in these states."""
    return next((name for name in SITE_STATES if name in states), "empty")
