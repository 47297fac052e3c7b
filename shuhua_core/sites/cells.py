"""The counts of the map's cells: read for a view, added up by the worker, and counted anew."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, func, literal, select, text, union_all
from sqlalchemy import true as everything
from sqlalchemy.orm import Session

from shuhua_core.kernel.actor import Actor, ScopeKind
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.kernel.scope import prefix_range, visible
from shuhua_core.places.morton import KEY_BITS

from .cell_models import KEPT_DIVISION, KEPT_ZOOMS, PERIOD_ZOOMS, SiteCell, SiteCellChange
from .cell_triggers import PERIOD_KEY, kept_of, periods_of
from .models import Site
from .spans import span_table

_AT_ONCE = 20_000

Found = Iterable[tuple[int, str, int, int, int]]
"""Cell, state, count, and the sums of longitudes and latitudes in millionths of a degree."""


def kept_zoom(zoom: int) -> int | None:
    """The coarsest zoom not coarser than ``zoom`` of whose tiles counts are kept; None where none is fine enough."""
    return next((each for each in KEPT_ZOOMS if each >= zoom), None)


def serves(actor: Actor, permission: str) -> bool:
    """Whether what ``permission`` reaches can be told from the columns that the cells keep."""
    grants = actor.reach(permission)
    if any(grant.scope is ScopeKind.ALL for grant in grants):
        return True
    for grant in grants:
        if grant.scope is ScopeKind.DIVISION and len(grant.value or "") > KEPT_DIVISION:
            return False
        if grant.scope is ScopeKind.OWN and _has_own(actor):
            return False
    return True


def _has_own(actor: Actor) -> bool:
    own = Site.__scope__.own
    return any(getattr(actor, name) is not None for name in own) or any(kind == Site.__scope__.kind for kind, _id in actor.holds)


def kept_counts(
    session: Session,
    actor: Actor,
    permission: str,
    *,
    zoom: int,
    within: Collection[tuple[int, int]],
    division: str = "",
    kinds: Collection[str] = (),
    states: Collection[str] = (),
) -> Found:
    """What is kept about the tiles at ``zoom`` (at most the finest kept) in these ranges of keys, by tile and state."""
    kept = kept_zoom(zoom)
    if kept is None:
        raise ValueError(f"no counts are kept for zoom {zoom}")
    finer = 2 * (kept - zoom)
    scale = KEY_BITS - 2 * kept

    def conditions(model: Any) -> list[ColumnElement[bool]]:
        return [
            visible(model, actor, permission),
            prefix_range(model.division_code, division) if division else everything(),
            model.kind.in_(sorted(kinds)) if kinds else everything(),
            model.state.in_(sorted(states)) if states else everything(),
        ]

    # The ranges end where tiles of the asked zoom do, so those of kept tiles follow by a shift.
    span = span_table(session, [(lo >> scale, hi >> scale) for lo, hi in within])
    cell = SiteCell.cell.bitwise_rshift(literal(finer)).label("cell")
    parts = [
        select(cell, SiteCell.state, SiteCell.count, SiteCell.longitude_sum, SiteCell.latitude_sum)
        .select_from(span)
        .join(SiteCell, and_(SiteCell.zoom == kept, SiteCell.cell >= span.c.lo, SiteCell.cell < span.c.hi))
        .where(*conditions(SiteCell))
    ]
    if session.get_bind().dialect.name == "postgresql":
        change = SiteCellChange
        moved = change.morton.bitwise_rshift(literal(scale))
        parts.append(
            select(moved.bitwise_rshift(literal(finer)), change.state, change.count, change.longitude_sum, change.latitude_sum)
            .select_from(span)
            .join(change, and_(moved >= span.c.lo, moved < span.c.hi))
            .where(*conditions(change))
        )
    found = (union_all(*parts) if len(parts) > 1 else parts[0]).subquery()
    sums = [func.sum(found.c[name]) for name in ("count", "longitude_sum", "latitude_sum")]
    query = select(found.c.cell, found.c.state, *sums).group_by(found.c.cell, found.c.state)
    query = query.having(sums[0] != 0).order_by(found.c.cell, found.c.state)
    return [(each, state, int(count), int(x), int(y)) for each, state, count, x, y in session.execute(query)]


def fold_waiting(deployment: Deployment) -> None:
    """The worker's job: add up the waiting changes, if this database has any to wait."""
    if deployment.database.dialect == "postgresql":
        with deployment.database.write() as session:
            fold(session)


def fold(session: Session) -> int:
    """Add up the waiting changes into the cells, in this transaction; gives how many there were.

    One worker at a time does it. A reader sees each change once: before, among the changes; after, in the cells.
    """
    if session.get_bind().dialect.name != "postgresql" or not session.scalar(_LOCK):
        return 0
    folded = 0
    while taken := session.scalar(_FOLD, {"most": _AT_ONCE}):
        folded += taken
    if folded:
        session.execute(text("DELETE FROM site_cells WHERE count = 0"))
        session.execute(text("DELETE FROM site_period_cells WHERE count = 0"))
    return folded


def recount(session: Session) -> None:
    """Count everything anew from the sites. For repairs by hand: the triggers keep the counts by themselves."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE sites IN SHARE MODE"))
    session.execute(text("DELETE FROM site_cell_changes"))
    session.execute(text("DELETE FROM site_cells"))
    session.execute(text("DELETE FROM site_period_cells"))
    path, division, _kind, state, longitude, latitude = kept_of("sites")
    of = f"{path}, {division}, {state}, count(*), sum({longitude}), sum({latitude})"
    dated = "morton IS NOT NULL AND installed_on IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6, 7"
    for zoom in PERIOD_ZOOMS:
        for period, kind in periods_of("sites", session.get_bind().dialect.name):
            rows = f"SELECT {zoom}, {period}, {kind}, morton >> {KEY_BITS - 2 * zoom}, {of} FROM sites WHERE {dated}"  # noqa: S608
            session.execute(text(f"INSERT INTO site_period_cells ({_PERIOD_COLUMNS}) {rows}"))
    for zoom in KEPT_ZOOMS:
        *key, longitude, latitude = kept_of("sites")
        session.execute(
            text(
                f"INSERT INTO site_cells ({_COLUMNS}) SELECT {zoom}, morton >> {KEY_BITS - 2 * zoom}, {', '.join(key)}, "  # noqa: S608 - numbers of ours
                f"count(*), sum({longitude}), sum({latitude}) FROM sites WHERE morton IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6"
            )
        )


_COLUMNS = "zoom, cell, organisation_path, division_code, kind, state, count, longitude_sum, latitude_sum"
_PERIOD_COLUMNS = f"{', '.join(PERIOD_KEY)}, count, longitude_sum, latitude_sum"
_PERIODS = ", ".join(f"({period}, {kind})" for period, kind in periods_of("taken", "postgresql"))
_LOCK = select(func.pg_try_advisory_xact_lock(literal(0x53485543454C4C, BigInteger)))
_FOLD = text(
    f"""
    WITH taken AS (
        DELETE FROM site_cell_changes WHERE id IN (
            SELECT id FROM site_cell_changes ORDER BY id LIMIT :most FOR UPDATE SKIP LOCKED
        ) RETURNING *
    ), added AS (
        INSERT INTO site_cells ({_COLUMNS})
        SELECT zoom, morton >> ({KEY_BITS} - 2 * zoom) AS cell, organisation_path, division_code, kind, state,
               sum(count), sum(longitude_sum), sum(latitude_sum)
        FROM taken CROSS JOIN (VALUES {", ".join(f"({zoom})" for zoom in KEPT_ZOOMS)}) AS kept (zoom)
        GROUP BY 1, 2, 3, 4, 5, 6
        ON CONFLICT (zoom, cell, organisation_path, division_code, kind, state) DO UPDATE SET
            count = site_cells.count + excluded.count,
            longitude_sum = site_cells.longitude_sum + excluded.longitude_sum,
            latitude_sum = site_cells.latitude_sum + excluded.latitude_sum
    ), dated AS (
        INSERT INTO site_period_cells ({_PERIOD_COLUMNS})
        SELECT zoom, period, of_kind, morton >> ({KEY_BITS} - 2 * zoom) AS cell, organisation_path, division_code, state,
               sum(count), sum(longitude_sum), sum(latitude_sum)
        FROM taken CROSS JOIN (VALUES {", ".join(f"({zoom})" for zoom in PERIOD_ZOOMS)}) AS kept (zoom)
        CROSS JOIN LATERAL (VALUES {_PERIODS}) AS time (period, of_kind)
        WHERE installed_on IS NOT NULL
        GROUP BY 1, 2, 3, 4, 5, 6, 7
        ON CONFLICT ({", ".join(PERIOD_KEY)}) DO UPDATE SET
            count = site_period_cells.count + excluded.count,
            longitude_sum = site_period_cells.longitude_sum + excluded.longitude_sum,
            latitude_sum = site_period_cells.latitude_sum + excluded.latitude_sum
    ) SELECT count(*) FROM taken
    """  # noqa: S608 - numbers of ours
)
