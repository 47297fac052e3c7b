"""What follows for saved views. Named in ``shuhua_core.reactions``."""

from __future__ import annotations

from sqlalchemy import String, cast, select

from shuhua_core.kernel.context import Context
from shuhua_core.kernel.events import Event
from shuhua_core.lists.models import SavedView


def follow_merge(ctx: Context, event: Event) -> None:
    """A record was merged: views that filter by it filter by the one that stays (parameter ``customer_id`` and the like)."""
    name, old, new = f"{event.record_kind}_id", str(event.values["merged_id"]), str(event.record_id)
    query = select(SavedView).where(cast(SavedView.query, String).contains(f'"{name}"', autoescape=True))
    for view in ctx.session.scalars(query.order_by(SavedView.id)):
        changed = [[each, new] if each == name and value == old else [each, value] for each, value in view.query]
        if changed != view.query:
            view.query = changed
            view.version += 1
            view.updated_at = ctx.now
