"""Saved views and chosen columns, for the actor of the context."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.exc import IntegrityError

from shuhua_core.kernel.context import Context
from shuhua_core.kernel.errors import Invalid, NotFound, TooMany
from shuhua_core.kernel.events import Event
from shuhua_core.kernel.i18n import _
from shuhua_core.kernel.schema import deserialize

from .events import ListEvent
from .models import ListPreference, SavedView
from .schema import ViewSchema

MOST_VIEWS = 50
"""Views of one list that one person may keep."""
Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person can choose from in a list, and has chosen."""

    views: Sequence[SavedView] = ()
    """Their own by name, then shared ones."""
    columns: Sequence[str] | None = None
    default_view_id: int | None = None

    def view(self, view_id: int | None) -> SavedView | None:
        """The view of this id, if it is theirs to use."""
        return next((each for each in self.views if each.id == view_id), None)


class ListService:
    """Views and preferences of the actor, who is a user."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def choices(self, list_name: str) -> Choices:
        """Everything about one list, in two statements; nothing for who has not signed in."""
        user_id = self._ctx.actor.user_id
        if user_id is None:
            return Choices()
        order = (SavedView.user_id != user_id, SavedView.name, SavedView.id)
        views = self._ctx.session.scalars(
            select(SavedView).where(SavedView.list_name == list_name, self._usable()).order_by(*order)
        ).all()
        kept = self._ctx.session.get(ListPreference, (user_id, list_name))
        default = kept.default_view_id if kept else None
        known = default if any(each.id == default for each in views) else None
        return Choices(views, kept.columns if kept else None, known)

    def get(self, view_id: int) -> SavedView:
        """One's own view. Raises NotFound, also for somebody else's."""
        found = self._ctx.session.scalars(
            select(SavedView).where(SavedView.id == view_id, SavedView.user_id == self._ctx.actor.user_id)
        ).one_or_none()
        if found is None:
            raise NotFound()
        return found

    def is_default(self, view: SavedView) -> bool:
        """Whether the actor's list opens with the view."""
        kept = self._ctx.session.get(ListPreference, (self._ctx.actor.user_id, view.list_name))
        return kept is not None and kept.default_view_id == view.id

    def save(self, list_name: str, data: Mapping[str, Any], *, query: Pairs, columns: Sequence[str] | None) -> SavedView:
        """Keep what the list shows under a name. Raises Invalid for a name that is taken, TooMany."""
        values = deserialize(ViewSchema, data)
        ctx, owner = self._ctx, self._owner()
        theirs = select(SavedView.id).where(SavedView.user_id == owner, SavedView.list_name == list_name)
        if len(ctx.session.scalars(theirs.limit(MOST_VIEWS)).all()) >= MOST_VIEWS:
            raise TooMany(_("There are ${n} views of this list already. Remove one first.", mapping={"n": MOST_VIEWS}))
        view = SavedView(
            list_name=list_name,
            user_id=owner,
            name=values["name"],
            shared_path=self._shared_path(values),
            query=[list(pair) for pair in query],
            columns=list(columns) if columns is not None else None,
            created_at=ctx.now,
            updated_at=ctx.now,
        )
        ctx.session.add(view)
        return self._settle(view, values)

    def change(
        self, view_id: int, data: Mapping[str, Any], *, query: Pairs | None = None, columns: Sequence[str] | None = None
    ) -> SavedView:
        """Rename one's view, share it or not; with ``query`` it keeps what the list shows now."""
        values = deserialize(ViewSchema, data)
        view = self.get(view_id)
        view.name, view.shared_path = values["name"], self._shared_path(values)
        if query is not None:
            view.query = [list(pair) for pair in query]
            view.columns = list(columns) if columns is not None else None
        view.version += 1
        view.updated_at = self._ctx.now
        return self._settle(view, values)

    def remove(self, view_id: int) -> str:
        """Remove one's view; gives the name of its list."""
        view = self.get(view_id)
        name = view.list_name
        self._ctx.session.delete(view)
        self._ctx.session.flush()
        self._ctx.publish(Event(ListEvent.VIEW_REMOVED, "view", view_id, action="remove", values={"list": name}))
        return name

    def choose_columns(self, list_name: str, columns: Sequence[str] | None, view_id: int | None = None) -> None:
        """Keep the chosen columns: of one's own view where one is open, else as a preference; None is the list's own choice."""
        chosen = list(columns) if columns is not None else None
        if view_id is not None:
            view = self.get(view_id)
            view.columns, view.updated_at = chosen, self._ctx.now
            view.version += 1
        else:
            self._preference(list_name).columns = chosen
        self._ctx.session.flush()

    def note_export(self, list_name: str, values: Mapping[str, Any], query: Pairs) -> None:
        """Put on record that rows left the list as a file; the filters may hold names, so they stay apart."""
        personal = {"filters": [list(pair) for pair in query]}
        event = Event(ListEvent.EXPORTED, "list", 0, action="export", values={"list": list_name, **values}, personal=personal)
        self._ctx.publish(event)

    def _settle(self, view: SavedView, values: Mapping[str, Any]) -> SavedView:
        session = self._ctx.session
        try:
            with session.begin_nested():
                session.flush()
        except IntegrityError as error:
            raise Invalid({"name": _("You have a view of this name already.")}) from error
        kept = self._preference(view.list_name)
        if values["default"]:
            kept.default_view_id = view.id
        elif kept.default_view_id == view.id:
            kept.default_view_id = None
        session.flush()
        about = {"list": view.list_name, "shared": view.shared_path is not None}
        self._ctx.publish(Event(ListEvent.VIEW_SAVED, "view", view.id, action="save", values=about))
        return view

    def _preference(self, list_name: str) -> ListPreference:
        key = (self._owner(), list_name)
        found = self._ctx.session.get(ListPreference, key)
        if found is None:
            found = ListPreference(user_id=key[0], list_name=list_name, columns=None, default_view_id=None)
            self._ctx.session.add(found)
        return found

    def _owner(self) -> int:
        if self._ctx.actor.user_id is None:
            raise NotFound()
        return self._ctx.actor.user_id

    def _shared_path(self, values: Mapping[str, Any]) -> str | None:
        path = self._ctx.actor.organisation_path
        if values["shared"] and path is None:
            raise Invalid({"shared": _("You belong to no unit that you could share it with.")})
        return path if values["shared"] else None

    def _usable(self) -> ColumnElement[bool]:
        own = SavedView.user_id == self._ctx.actor.user_id
        path = self._ctx.actor.organisation_path
        if path is None:
            return own
        parts = path.strip("/").split("/")
        above = ["/" + "/".join(parts[:depth]) + "/" for depth in range(1, len(parts) + 1)]
        return or_(own, SavedView.shared_path.in_(above))
