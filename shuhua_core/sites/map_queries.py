"""What is in a view of the map: clusters counted by the database from Morton keys, and points where there are few.

:func:`look` serves every model with ``id``, ``state`` and the columns of :class:`shuhua_core.places.models.MapColumns`;
an index that begins with the Morton key and holds the other columns answers it without touching the table.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal, or_, select
from sqlalchemy.orm import Session

from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.actor import Actor, ScopeKind
from shuhua_core.kernel.context import Context
from shuhua_core.kernel.errors import Invalid
from shuhua_core.kernel.i18n import _
from shuhua_core.kernel.scope import is_record, prefix_range, visible
from shuhua_core.places.morton import BITS, KEY_BITS, Box, cell_range, joined, ranges, touching
from shuhua_core.sites.cell_models import KEPT_DIVISION, KEPT_ZOOMS, PERIOD_ZOOMS
from shuhua_core.sites.cells import kept_counts, kept_zoom, serves
from shuhua_core.sites.models import Site
from shuhua_core.sites.period_cells import period_counts, period_parts, period_zoom
from shuhua_core.sites.spans import MOST_SPANS, SPANS, span_table

CELLS_PER_TILE = 2
"""A cluster is what lies in one cell, of which a tile has 2² across: some 64 pixels."""
CELLS_ACROSS = 64
"""A view is never cut finer than this, whatever zoom a client claims."""
POINTS_AT_MOST = 200
CLOSE_ZOOM = 17
POINTS_CLOSE = 1000
"""From this zoom on, clusters cannot be opened much further, so more single points are given."""
_SEE = Permission.SITES_VIEW

_REST = 62
"""Days that are counted besides kept years."""
_SHORT = timedelta(days=400)
"""A time of installation that is short enough to be looked for by itself in a view of the country."""

Spans = Collection[tuple[int, int]]
"""Ranges of Morton keys, ``lo <= key < hi``."""


@dataclass(frozen=True, slots=True)
class View:
    """What a map shows: a box in WGS-84 and a zoom as web maps count it."""

    box: Box
    zoom: int

    @property
    def cell_zoom(self) -> int:
        """Zoom of the tiles that are the cells of the clusters."""
        width = self.box.east - self.box.west
        across = max((width if width > 0 else width + 360) / 360, (self.box.north - self.box.south) / 180, 1e-9)
        return max(0, min(self.zoom + CELLS_PER_TILE, int(math.log2(CELLS_ACROSS / across)), BITS))


@dataclass(frozen=True, slots=True)
class Cluster:
    """The points of one cell: how many in which state, and the middle of them."""

    cell: int
    count: int
    states: dict[str, int]
    longitude: float
    latitude: float
    one: int | None
    """The id of one of them: the only one, where ``count`` is 1. None where the count is one that is kept."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What is in a view: clusters, and the ids of single points; a cluster of one stands for a point among too many."""

    total: int
    clusters: Sequence[Cluster]
    points: Sequence[int]


def read_view(bbox: str | None, zoom: str | None) -> View:
    """A view from ``west,south,east,north`` and a whole number. Raises Invalid for ``bbox`` or ``zoom``."""
    try:
        west, south, east, north = (float(part) for part in (bbox or "").split(","))
    except ValueError:
        raise Invalid({"bbox": _("Send west,south,east,north in degrees.")}) from None
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
        raise Invalid({"bbox": _("Send west,south,east,north in degrees.")})
    if zoom is None or not zoom.isascii() or not zoom.isdigit() or not 0 <= int(zoom[:3]) <= BITS:
        raise Invalid({"zoom": _("Send a whole number from 0 to ${n}.", mapping={"n": BITS})})
    return View(Box(west, south, east, north), int(zoom[:3]))


def look(
    session: Session,
    model: Any,
    view: View,
    conditions: Collection[ColumnElement[bool]],
    *,
    by_key: bool = True,
    within: Spans | None = None,
) -> Sight:
    """What ``view`` shows of the records of ``model`` under ``conditions``, which include the actor's scope.

    ``by_key`` false leaves the Morton ranges out, for conditions that themselves leave few rows; ``within`` gives the ranges
    where anything can be, when the caller knows.
    """
    span = span_table(session, within or ranges(view.box, max_ranges=SPANS)) if by_key else None
    found = _clusters(session, model, view, conditions, span)
    total = sum(cluster.count for cluster in found)
    if total <= (POINTS_CLOSE if view.zoom >= CLOSE_ZOOM else POINTS_AT_MOST):
        if total > len(found):
            query = _within(select(model.id), model, view.box, conditions, span).order_by(model.id)
            return Sight(total, (), session.scalars(query).all())
        return Sight(total, (), [cluster.one for cluster in found if cluster.one is not None])
    single = [cluster.one for cluster in found if cluster.count == 1 and cluster.one is not None]
    if len(single) > POINTS_CLOSE:
        return Sight(total, found, ())
    return Sight(total, [cluster for cluster in found if cluster.count > 1], single)


def _clusters(
    session: Session, model: Any, view: View, conditions: Collection[ColumnElement[bool]], span: Any | None
) -> list[Cluster]:
    shift = KEY_BITS - 2 * view.cell_zoom
    cell = model.morton.bitwise_rshift(literal(shift)).label("cell")
    query = select(cell, model.state, func.count(), func.avg(model.longitude), func.avg(model.latitude), func.min(model.id))
    query = _within(query, model, view.box, conditions, span).group_by(cell, model.state).order_by(cell, model.state)
    return _gathered(tuple(row) for row in session.execute(query))


def _gathered(rows: Iterable[tuple[int, str, int, float, float, int | None]]) -> list[Cluster]:
    """Clusters from rows of one cell and state each: cell, state, count, middle, and the lowest id if it is known."""
    found: dict[int, Cluster] = {}
    for number, state, count, longitude, latitude, one in rows:
        known = found.get(number)
        if known is None:
            found[number] = Cluster(number, count, {state: count}, longitude, latitude, one)
            continue
        total = known.count + count
        found[number] = Cluster(
            number,
            total,
            known.states | {state: count},
            (known.longitude * known.count + longitude * count) / total,
            (known.latitude * known.count + latitude * count) / total,
            None if known.one is None or one is None else min(known.one, one),
        )
    return list(found.values())


def _within(query: Any, model: Any, box: Box, conditions: Collection[ColumnElement[bool]], span: Any | None) -> Any:
    """``query`` narrowed to the box: by ranges of keys, which an index serves, and exactly by longitude and latitude."""
    if span is not None:
        query = query.select_from(span).join(model, and_(model.morton >= span.c.lo, model.morton < span.c.hi))
    else:
        query = query.where(model.morton.is_not(None))
    if box.west <= box.east:
        inside = model.longitude.between(box.west, box.east)
    else:
        inside = or_(model.longitude >= box.west, model.longitude <= box.east)
    return query.where(inside, model.latitude.between(box.south, box.north), *conditions)


def reaches_few(actor: Actor, permission: str) -> bool:
    """Whether the actor reaches only their own rows, so that the map need not go by keys."""
    return all(grant.scope is ScopeKind.OWN for grant in actor.reach(permission))


@dataclass(frozen=True, slots=True)
class SiteFilter:
    """What narrows the sites on the map; every part may be combined with every other."""

    division: str | None = None
    project_id: int | None = None
    customer_id: int | None = None
    states: Collection[str] = field(default=())
    kinds: Collection[str] = field(default=())
    installed_from: date | None = None
    installed_to: date | None = None

    @property
    def dated(self) -> bool:
        """Whether it asks for a time of installation."""
        return self.installed_from is not None or self.installed_to is not None

    def conditions(self) -> list[ColumnElement[bool]]:
        """The filter as conditions on sites."""
        found: list[ColumnElement[bool] | None] = [
            prefix_range(Site.division_code, self.division) if self.division else None,
            Site.project_id == self.project_id if self.project_id is not None else None,
            is_record(Site.customer_id, self.customer_id) if self.customer_id is not None else None,
            Site.state.in_(sorted(self.states)) if self.states else None,
            Site.kind.in_(sorted(self.kinds)) if self.kinds else None,
            Site.installed_on >= self.installed_from if self.installed_from else None,
            Site.installed_on <= self.installed_to if self.installed_to else None,
        ]
        return [each for each in found if each is not None]


def look_at_sites(ctx: Context, view: View, chosen: SiteFilter) -> Sight:
    """The sites that the actor may see in ``view``.

    A view of much of the country is answered from the counts that are kept of coarse cells, where they tell enough of the
    filter and of the actor's scope. A cell at the rim of the view then counts as a whole.
    """
    within = None
    if _kept_tells(ctx, view, chosen):
        found = _kept_clusters(ctx, view, chosen, view.cell_zoom)
        total = sum(cluster.count for cluster in found)
        if total > POINTS_AT_MOST:
            return _kept_sight(ctx, view, chosen, found)
        finest = (PERIOD_ZOOMS if chosen.dated else KEPT_ZOOMS)[-1]
        within = _spans_of(_kept_clusters(ctx, view, chosen, finest), finest) if total else []
        if not within:
            return Sight(0, (), ())
    by_key = not (reaches_few(ctx.actor, _SEE) or _finds_few(view, chosen))
    return look(ctx.session, Site, view, _conditions(ctx, chosen), by_key=by_key, within=within)


def _conditions(ctx: Context, chosen: SiteFilter) -> list[ColumnElement[bool]]:
    return [visible(Site, ctx.actor, _SEE), *chosen.conditions()]


def _is_narrow(division: str | None) -> bool:
    return len(division or "") > KEPT_DIVISION


def _finds_few(view: View, chosen: SiteFilter) -> bool:
    """Whether the index of a filter finds what is looked for better than the box does."""
    if chosen.customer_id is not None or _is_narrow(chosen.division):
        return True
    first, last = chosen.installed_from, chosen.installed_to
    return kept_zoom(view.cell_zoom) is not None and first is not None and last is not None and last - first < _SHORT


def _kept_tells(ctx: Context, view: View, chosen: SiteFilter) -> bool:
    """Whether the kept counts are fine enough for the view, and know all that it is filtered by."""
    if chosen.project_id is not None or chosen.customer_id is not None or _is_narrow(chosen.division):
        return False
    if chosen.dated and period_zoom(view.cell_zoom) is None:
        return False
    if kept_zoom(view.cell_zoom) is None or not serves(ctx.actor, _SEE):
        return False
    return not (chosen.dated and chosen.kinds) or _rest_is_short(ctx, chosen)


def _rest_is_short(ctx: Context, chosen: SiteFilter) -> bool:
    """Whether whole years, which are kept by kind, leave few days of the time to be counted."""
    rest = period_parts(ctx.session, (chosen.installed_from, chosen.installed_to), months=False).rest
    return sum(((last - first).days + 1 for first, last in rest), 0) <= _REST


def _kept_clusters(ctx: Context, view: View, chosen: SiteFilter, zoom: int) -> list[Cluster]:
    """What is kept about the tiles at ``zoom`` that the view touches."""
    within = ranges(view.box, zoom, max_ranges=SPANS)
    told: dict[str, Any] = {"zoom": zoom, "within": within, "division": chosen.division or "", "states": chosen.states}
    if chosen.dated:
        days = (chosen.installed_from, chosen.installed_to)
        rows = period_counts(ctx.session, ctx.actor, _SEE, installed=days, kinds=chosen.kinds, **told)
    else:
        rows = kept_counts(ctx.session, ctx.actor, _SEE, kinds=chosen.kinds, **told)
    in_view = touching(view.box, zoom)
    return _gathered(
        (cell, state, count, x / count / 1e6, y / count / 1e6, None) for cell, state, count, x, y in rows if in_view(cell)
    )


def _kept_sight(ctx: Context, view: View, chosen: SiteFilter, found: list[Cluster]) -> Sight:
    """Clusters, and what is alone in its cell as a point, if that is not many."""
    total = sum(cluster.count for cluster in found)
    alone = [cell_range(cluster.cell, view.cell_zoom) for cluster in found if cluster.count == 1]
    if not 0 < len(alone) <= MOST_SPANS:
        return Sight(total, found, ())
    span = span_table(ctx.session, alone)
    query = select(Site.id).select_from(span).join(Site, and_(Site.morton >= span.c.lo, Site.morton < span.c.hi))
    points = ctx.session.scalars(query.where(*_conditions(ctx, chosen)).order_by(Site.id)).all()
    return Sight(total, [cluster for cluster in found if cluster.count > 1], points)


def _spans_of(found: list[Cluster], zoom: int) -> Spans:
    """The keys of cells at ``zoom``; those near each other are taken together where they are too many."""
    return joined([cell_range(cluster.cell, zoom) for cluster in found], MOST_SPANS)
