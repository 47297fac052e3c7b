"""What the leader's page is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class BigFigure:
    """One number with the way to the rows that it counts."""

    label: Any
    value: str
    href: str
    hint: Any = None
    alert: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the trend: a number and the address of its rows for each week."""

    title: Any
    points: Sequence[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Ranking:
    """A table of the best or worst. A cell is a text, or a text with the address of the rows that it counts."""

    title: Any
    heads: Sequence[Any]
    cells: Sequence[Sequence[str | tuple[str, str]]]

    @property
    def rows(self) -> list[list[str]]:
        """The cells for a page."""
        return [[_linked(cell) for cell in row] for row in self.cells]

    @property
    def plain(self) -> list[list[str]]:
        """The cells for paper."""
        return [[cell if isinstance(cell, str) else cell[0] for cell in row] for row in self.cells]


def _linked(cell: str | tuple[str, str]) -> str:
    return cell if isinstance(cell, str) else Markup('<a href="{}">{}</a>').format(cell[1], cell[0])
