"""The counts of the map's cells by time of installation: years and months as they are kept, days at either end counted."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, and_, cast, column, func, literal, or_, select, text, union_all
from sqlalchemy import true as everything
from sqlalchemy.orm import Session

from shuhua_core.kernel.actor import Actor
from shuhua_core.kernel.scope import prefix_range, visible
from shuhua_core.places.morton import KEY_BITS

from .cell_models import PERIOD_ZOOMS, SiteCellChange, SitePeriodCell
from .cells import Found
from .models import Site
from .spans import span_table

Days = tuple[date, date]
"""The first and the last one."""
_PERIODS = {
    "sqlite": "SELECT value AS period FROM json_each(:periods)",
    "postgresql": "SELECT CAST(value AS bigint) AS period FROM jsonb_array_elements_text(CAST(:periods AS jsonb)) AS f (value)",
}
_MILLIONTHS = 1_000_000


def period_zoom(zoom: int) -> int | None:
    """The coarsest zoom not coarser than ``zoom`` of whose tiles counts are kept by time; None where none is fine enough."""
    return next((each for each in PERIOD_ZOOMS if each >= zoom), None)


@dataclass(frozen=True)
class Parts:
    """A time as years and months that are kept, the days that these make up, and the days that are left at either end."""

    periods: tuple[int, ...]
    whole: Days | None
    rest: tuple[Days, ...]


def parts_of(first: date, last: date, *, months: bool = True) -> Parts:
    """The fewest years and months between two days, which are within it; without ``months``, whole years alone."""
    if months:
        begins = first if first.day == 1 else _month_after(first)
        ends = last if _is_last(last) else last.replace(day=1) - timedelta(days=1)
    else:
        begins = first if (first.month, first.day) == (1, 1) else date(first.year + 1, 1, 1)
        ends = last if (last.month, last.day) == (12, 31) else date(last.year - 1, 12, 31)
    if first > last or begins > ends:
        return Parts((), None, ((first, last),) if first <= last else ())
    periods, month = [], begins
    while month <= ends:
        whole_year = month.month == 1 and date(month.year, 12, 31) <= ends
        periods.append(month.year * 100 + (0 if whole_year else month.month))
        month = date(month.year + 1, 1, 1) if whole_year else _month_after(month)
    day = timedelta(days=1)
    rest = ((first, begins - day), (ends + day, last))
    return Parts(tuple(periods), (begins, ends), tuple(days for days in rest if days[0] <= days[1]))


def _month_after(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def _is_last(day: date) -> bool:
    return (day + timedelta(days=1)).day == 1


def period_parts(session: Session, installed: tuple[date | None, date | None], *, months: bool) -> Parts:
    """:func:`parts_of` a time of installation, as far as any site was installed then; empty where none was."""
    bounds = _bounds(session, *installed)
    return parts_of(*bounds, months=months) if bounds is not None else Parts((), None, ())


def period_counts(
    session: Session,
    actor: Actor,
    permission: str,
    *,
    zoom: int,
    within: Collection[tuple[int, int]],
    installed: tuple[date | None, date | None],
    division: str = "",
    states: Collection[str] = (),
    kinds: Collection[str] = (),
) -> Found:
    """As :func:`shuhua_core.sites.cells.kept_counts`, of the sites that were installed from the first day to the last."""
    kept = period_zoom(zoom)
    if kept is None:
        raise ValueError(f"no counts are kept for zoom {zoom}")

    def conditions(model: Any) -> list[ColumnElement[bool]]:
        return [
            visible(model, actor, permission),
            prefix_range(model.division_code, division) if division else everything(),
            model.state.in_(sorted(states)) if states else everything(),
        ]

    def of_kinds(model: Any) -> ColumnElement[bool]:
        return model.kind.in_(sorted(kinds)) if kinds else everything()

    parts = period_parts(session, installed, months=not kinds)
    scale, finer = KEY_BITS - 2 * kept, 2 * (kept - zoom)
    span = span_table(session, [(lo >> scale, hi >> scale) for lo, hi in within])
    dialect = session.get_bind().dialect.name
    asked = text(_PERIODS[dialect]).bindparams(periods=json.dumps(parts.periods))
    periods = asked.columns(column("period", Integer)).cte("periods")
    cells = SitePeriodCell
    queries = [
        select(_tile(cells.cell, finer), cells.state, cells.count, cells.longitude_sum, cells.latitude_sum)
        .select_from(periods)
        .join(span, everything())
        .join(
            cells,
            and_(
                cells.zoom == kept,
                cells.period == periods.c.period,
                cells.kind.in_(sorted(kinds) or [""]),
                cells.cell >= span.c.lo,
                cells.cell < span.c.hi,
            ),
        )
        .where(*conditions(cells))
    ]
    if dialect == "postgresql" and parts.whole is not None:
        change = SiteCellChange
        moved = change.morton.bitwise_rshift(literal(scale))
        queries.append(
            select(_tile(moved, finer), change.state, change.count, change.longitude_sum, change.latitude_sum)
            .select_from(span)
            .join(change, and_(moved >= span.c.lo, moved < span.c.hi))
            .where(change.installed_on.between(*parts.whole), of_kinds(change), *conditions(change))
        )
    if parts.rest:
        longitude, latitude = (cast(func.round(each * _MILLIONTHS), BigInteger) for each in (Site.longitude, Site.latitude))
        some = or_(*(Site.installed_on.between(*days) for days in parts.rest))
        tile = Site.morton.bitwise_rshift(literal(KEY_BITS - 2 * zoom)).label("cell")
        one: ColumnElement[int] = literal(1)
        queries.append(
            select(tile, Site.state, one, longitude, latitude).where(
                some, Site.morton.is_not(None), of_kinds(Site), *conditions(Site)
            )
        )
    found = union_all(*queries).subquery()
    tile_found, state, *sums = found.c
    added = [func.sum(each) for each in sums]
    query = select(tile_found, state, *added).group_by(tile_found, state).having(added[0] != 0).order_by(tile_found, state)
    return [(cell, of, int(count), int(x), int(y)) for cell, of, count, x, y in session.execute(query)]


def _tile(cell: Any, finer: int) -> Any:
    return cell.bitwise_rshift(literal(finer)).label("cell")


def _bounds(session: Session, first: date | None, last: date | None) -> Days | None:
    """The days asked for, as far as any site was installed then; None where none was.

    A time that leaves nothing out before or behind it takes in the whole of the first or the last year, which are kept.
    """
    # Each by itself, which is a look at one end of the index; both together, SQLite would read all of it.
    earliest, latest = (session.scalar(select(end(Site.installed_on))) for end in (func.min, func.max))
    if earliest is None or latest is None or (first and first > latest) or (last and last < earliest):
        return None
    begins = date(earliest.year, 1, 1) if first is None or first <= earliest else first
    ends = date(latest.year, 12, 31) if last is None or last >= latest else last
    return begins, ends
