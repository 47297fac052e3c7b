"""Which view of a list is open, and which columns it shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from pyramid.request import Request

from shuhua_core.lists.models import SavedView
from shuhua_core.lists.service import Choices, ListService

from .columns import Column

if TYPE_CHECKING:
    from .listing import Listing

NO_VIEW = "0"
"""Value of the parameter ``view`` where somebody who has a default view looks at the list without it."""


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """A column in the chooser; the first one always stays."""

    name: str
    title: Any
    chosen: bool
    fixed: bool


@dataclass(frozen=True, slots=True)
class ViewChoice:
    """A saved view in the menu of views."""

    id: int
    name: str
    href: str
    own: bool
    current: bool
    default: bool


class Chosen:
    """What a person has chosen in one list, read for one page."""

    def __init__(self, request: Request, listing: Listing, values: Mapping[str, Sequence[str]]) -> None:
        self._request, self._listing = request, listing
        self.known = listing.name in request.registry.listings and request.actor.kind == "user"
        self._choices = ListService(request.ctx).choices(listing.name) if self.known else Choices()
        given = next((value for value in values.get("view", ()) if value), "")
        self.view: SavedView | None = self._choices.view(int(given)) if given.isascii() and given.isdigit() else None
        self.has_default = self._choices.default_view_id is not None

    def open_default(self) -> dict[str, list[str]]:
        """The parameters of the person's default view, which is open from now on; none where they have no such view."""
        self.view = self._choices.view(self._choices.default_view_id)
        if self.view is None:
            return {}
        values: dict[str, list[str]] = {"view": [str(self.view.id)]}
        for name, value in self.view.query:
            values.setdefault(name, []).append(value)
        return values

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns to show: those of the open view, else the person's own, else the list's."""
        names = self.view.columns if self.view is not None and self.view.columns else self._choices.columns
        return chosen_columns(self._listing, names)

    @property
    def own_view(self) -> SavedView | None:
        """The open view, if it is one's own."""
        return self.view if self.view is not None and self.view.user_id == self._request.actor.user_id else None

    def column_choices(self) -> list[ColumnChoice]:
        """All columns for the chooser, titles that stand twice once."""
        shown = {column.name for column in self.columns}
        offered = self._listing.office_columns
        return [ColumnChoice(each.name, each.title, each.name in shown, each is offered[0]) for each in offered]

    def view_choices(self) -> list[ViewChoice]:
        """The views for the menu."""
        present, default = self.view.id if self.view else None, self._choices.default_view_id
        me = self._request.actor.user_id
        return [
            ViewChoice(each.id, each.name, self._href(each), each.user_id == me, each.id == present, each.id == default)
            for each in self._choices.views
        ]

    def _href(self, view: SavedView) -> str:
        return f"{self._request.path}?{urlencode([*((name, value) for name, value in view.query), ('view', view.id)])}"


def chosen_columns(listing: Listing, names: Sequence[str] | None) -> tuple[Column, ...]:
    """The columns of these names in the list's order, its first always among them; without names those it begins with."""
    offered = listing.office_columns
    if names is None:
        return tuple(each for each in offered if each.at_first)
    wanted = set(names)
    return tuple(each for index, each in enumerate(offered) if index == 0 or each.name in wanted)


def kept_pairs(listing: Listing, values: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    """The parameters of a list's address that a view keeps: filters, search, state, order and size, but no page."""
    known = [*listing.filter_parameters, "sort", "size"]
    return [(name, value) for name in known for value in values.get(name, ()) if value]
