"""Choosing one of a few records that need more than a line each: cards to press, in groups, with a search for others."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pyramid.renderers import render
from pyramid.request import Request

from ..widgets import BooleanWidget, FieldWidget, described

TEMPLATE = "shuhua_web:repairs/templates/cards-field.pt"


@dataclass(frozen=True, slots=True)
class Card:
    """One choice: its value, what it is called, what speaks for it, and where to read more."""

    value: Any
    title: Any
    lines: Sequence[Any] = ()
    mark: Any = None
    href: str | None = None


@dataclass(frozen=True, slots=True)
class CardGroup:
    """Cards under a heading; a ``folded`` group opens on demand."""

    title: Any
    cards: Sequence[Card]
    folded: bool = False


class CardsWidget(FieldWidget):
    """Radio buttons that look like cards.

    ``groups`` is called when the form is drawn, so that carrying one out does not pay for it. ``none`` is the label of the
    choice of none. ``search`` is the address of a view that answers ``?q=`` with :func:`cards_found`; ``stray`` then gives the
    card of a value that stands in no group. ``words`` says that the values are no ids.
    """

    template = "cards"
    wide = True

    def __init__(
        self,
        request: Request,
        groups: Callable[[], Sequence[CardGroup]],
        *,
        none: Any = None,
        search: str | None = None,
        search_label: Any = None,
        stray: Callable[[Any], Card | None] = lambda _value: None,
        words: bool = False,
        **kw: Any,
    ) -> None:
        super().__init__(**kw)
        self._request, self._groups = request, groups
        self.none, self.search, self.search_label, self._words = none, search, search_label, words
        self._stray = stray

    @property
    def grouped(self) -> bool:
        """Several controls."""
        return True

    def serialize(self, field: Any, cstruct: Any, **_kw: Any) -> str:
        """The control as HTML."""
        groups = [group for group in self._groups() if group.cards]
        chosen = str(cstruct) if isinstance(cstruct, int | str) and cstruct != "" else ""
        if chosen and all(str(card.value) != chosen for group in groups for card in group.cards):
            other = self._stray(cstruct)
            groups += [CardGroup(None, [other])] if other is not None else []
        values = {
            "oid": field.oid,
            "name": field.name,
            "title": field.title,
            "groups": groups,
            "chosen": chosen,
            "widget": self,
            "described": described(field),
        }
        return str(render(TEMPLATE, values, request=self._request))

    def parsed(self, text: str) -> Any:
        """The id, or the word."""
        text = text.strip()
        return int(text) if not self._words and re.fullmatch(r"[0-9]{1,18}", text) else text


def two_buttons(yes: Any, no: Any) -> BooleanWidget:
    """A question that wants an answer, as two buttons."""
    widget = BooleanWidget(yes, no, box=False)
    widget.template = "radios"
    return widget


def cards_found(request: Request, name: str, cards: Sequence[Card]) -> str:
    """The answer of a view that a search asks."""
    values = {"found": cards, "name": name, "chosen": None}
    return str(render("shuhua_web:repairs/templates/cards-found.pt", values, request=request))
