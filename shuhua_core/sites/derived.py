"""What is derived between a site and its pieces: its state from theirs and its inspections', their scope from its own."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import select, update

from shuhua_core.kernel.context import Context
from shuhua_core.kernel.events import Event
from shuhua_core.kernel.recall import locked
from shuhua_core.sites.events import SiteEvent
from shuhua_core.sites.labels.models import Label
from shuhua_core.sites.models import Equipment, Site
from shuhua_core.sites.states import worst

COPIED = ("organisation_path", "division_code", "host_unit_id")
"""Columns of a site that its pieces carry too, so that scope needs no join."""


def refresh_states(ctx: Context, site_ids: Collection[int | None]) -> None:
    """Derive the state of each site anew, after pieces on it or its inspections were changed in this transaction.

    The sites are locked first, in order: two who change different pieces of one site would else each miss the other's.
    """
    wanted = sorted({site_id for site_id in site_ids if site_id is not None})
    if not wanted:
        return
    ctx.session.flush()
    sites = locked(ctx.session, Site, wanted)
    known = ctx.session.info.get("piece_states", {})
    found = {each: known[each] for each in wanted} if known.keys() >= set(wanted) else states_on(ctx, wanted)
    today = ctx.now.astimezone(ctx.deployment.settings.timezone).date()
    for site in sites:
        before, after = site.state, worst(found[site.id] | from_inspections(site, today))
        if before != after:
            site.state, site.state_at = after, ctx.now
            ctx.session.flush()
            ctx.publish(Event(SiteEvent.STATE_CHANGED, "site", site.id, site.number, before=before, after=after))


def states_on(ctx: Context, site_ids: Collection[int]) -> dict[int, set[str]]:
    """The states of the pieces on each site.

    Who adds many pieces keeps them as ``session.info["piece_states"]`` and adds to them, instead of asking each time.
    """
    found: dict[int, set[str]] = {site_id: set() for site_id in site_ids}
    query = select(Equipment.site_id, Equipment.state).where(Equipment.site_id.in_(site_ids)).distinct()
    for site_id, state in ctx.session.execute(query):
        found[site_id or 0].add(state)
    return found


def note_new(ctx: Context, piece: Equipment) -> None:
    """A piece was added: to what is known of its site's pieces, if that is kept."""
    known = ctx.session.info.get("piece_states", {})
    if piece.site_id in known:
        known[piece.site_id].add(piece.state)


def forget_states(ctx: Context, site_ids: Collection[int | None]) -> None:
    """Pieces left a site or changed: what was kept of their sites no longer holds."""
    for site_id in site_ids:
        ctx.session.info.get("piece_states", {}).pop(site_id, None)


def from_inspections(site: Site, today: date) -> set[str]:
    """The states that its last inspection, and one that is overdue on the day, add to those of its pieces."""
    found = {site.inspection_state} if site.inspection_state else set()
    return found | {"to_inspect"} if site.inspect_by is not None and site.inspect_by < today else found


def copy_scope(ctx: Context, site: Site) -> None:
    """Give the pieces of ``site`` its scope, after that was changed."""
    ctx.session.execute(
        update(Equipment)
        .where(Equipment.site_id == site.id)
        .values({name: getattr(site, name) for name in COPIED} | {"version": Equipment.version + 1, "updated_at": ctx.now})
        .execution_options(synchronize_session="fetch")
    )
    ctx.session.execute(
        update(Label)
        .where(Label.equipment_id.in_(select(Equipment.id).where(Equipment.site_id == site.id)))
        .values(organisation_path=site.organisation_path, division_code=site.division_code)
        .execution_options(synchronize_session=False)
    )


def scope_of(site: Site | None, home: str | None) -> dict[str, Any]:
    """The copied columns for a piece on ``site``; without one, it belongs to the branch at ``home`` alone."""
    if site is None:
        return {"organisation_path": home, "division_code": None, "host_unit_id": None}
    return {name: getattr(site, name) for name in COPIED}


def after_months(day: date | None, months: int | None) -> date | None:
    """The last day of a term of ``months`` that begins on ``day``, which is the day before the same day then.

    None when either is unknown.
    """
    if day is None or not months:
        return None
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > date.max.year:
        return None
    try:
        end = date(year, month + 1, day.day)
    except ValueError:  # 31 January and a month: the first day after February
        year, month = divmod(year * 12 + month + 1, 12)
        end = date(year, month + 1, 1)
    return date.fromordinal(end.toordinal() - 1)
