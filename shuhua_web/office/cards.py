"""The cards of the first page. A room adds one by one line in :data:`PROVIDERS`.

A provider takes the request and gives a :class:`HomeCard`, or None when it has nothing to say to this actor. It reads at
most one or two statements, within the actor's scope. The order here is the order on the page; figures come first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pyramid.request import Request
from pyramid.util import DottedNameResolver

from shuhua_web.records import Badge


@dataclass(frozen=True, slots=True)
class Figure:
    """One big number; ``alert`` when it asks for somebody to act."""

    label: Any
    value: Any
    href: str | None = None
    alert: bool = False
    hint: Any = None


@dataclass(frozen=True, slots=True)
class CardLine:
    """One record of a card: what it is, where it leads, its state, and a word more (a time, a place)."""

    title: Any
    href: str | None = None
    badge: Badge | None = None
    more: Any = ""


@dataclass(frozen=True, slots=True)
class HomeCard:
    """One card. Any of its parts may be empty."""

    title: Any
    href: str | None = None
    """Where all of it is."""
    figures: Sequence[Figure] = ()
    """Shown in the row on top of the page."""
    states: Sequence[tuple[Badge, int, str]] = ()
    """Badge of a state in which something is still to be done, how many, address of the list: a bar each."""
    finished: Sequence[tuple[Badge, int, str]] = ()
    """The same of the states in which nothing more is needed; as bars they would dwarf the others."""
    lines: Sequence[CardLine] = ()
    empty: Any = None
    """What to say when ``lines`` has none; without it such a card is left out."""
    chart: dict[str, Any] | None = None
    """An ECharts option (docs/office.md): a line, bars or a pie."""
    map: dict[str, Any] | None = None
    """What :func:`shuhua_web.map.views.map_of_all` gives."""


Provider = Callable[[Request], HomeCard | None]

PROVIDERS: tuple[str, ...] = (
    "shuhua_web.office.service_cards:my_tasks",
    "shuhua_web.office.service_cards:unread_messages",
    "shuhua_web.office.service_cards:repair_states",
    "shuhua_web.office.service_cards:newest_repairs",
    "shuhua_web.office.service_cards:task_states",
    "shuhua_web.office.waiting_cards:waiting_parts",
    "shuhua_web.office.waiting_cards:due_inspections",
    "shuhua_web.map.views:map_card",
    "shuhua_web.office.life_cards:near_ends",
    "shuhua_web.office.service_cards:trend",
    "shuhua_web.office.service_cards:ranking",
)
"""Functions by dotted name, read at start, so that a wrong name is refused there."""


def providers(names: Sequence[str] = PROVIDERS) -> tuple[Provider, ...]:
    """The functions of those names. Raises ImportError or AttributeError for one that is not there."""
    resolver = DottedNameResolver()
    return tuple(resolver.resolve(name) for name in names)
