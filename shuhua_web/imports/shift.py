"""How far the points of a file would lie elsewhere in another datum: a small map of the first ones, drawn to scale."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import cos, hypot, radians

from pyramid.request import Request
from sqlalchemy import select

from shuhua_core.accounts.permissions import Permission
from shuhua_core.imports.cells import CellError, degrees
from shuhua_core.imports.models import Import
from shuhua_core.imports.rows import OTHER_DATUM
from shuhua_core.imports.service import DATUMS, rows_of
from shuhua_core.kernel.scope import visible
from shuhua_core.places.datums import Datum, Position, to_wgs84
from shuhua_core.sites.models import Site

POINTS = 20
"""Points of the file that are drawn."""
HALF = 800
"""Metres from the middle of the drawing to its edges, which a wrong datum does not reach."""
METRES = 111_320
"""Of a degree of latitude."""
OTHERS: Sequence[Datum] = ("wgs84", "gcj02", "bd09")


@dataclass(frozen=True, slots=True)
class Mark:
    """A point of the drawing, in metres to the east and south of its middle."""

    x: float
    y: float
    kind: str
    """The datum that it is read in; ``site`` for an installation point that is there already."""
    label: str


@dataclass(frozen=True, slots=True)
class Row:
    """A point of the file: where it lies as the sender says, and how far from there in other datums."""

    number: int
    name: str
    longitude: str
    latitude: str
    shifts: Sequence[str]


@dataclass(frozen=True, slots=True)
class Shift:
    """The drawing around the first point, and the table of the first points."""

    datum: str
    chosen: str
    others: Sequence[tuple[str, str]]
    """(datum, label) of the others."""
    marks: Sequence[Mark]
    rows: Sequence[Row]
    half: int = HALF


def shift_of(entry: Import, request: Request) -> Shift | None:
    """What the datum that was chosen means for the first points of a file; None when it has none that can be read."""
    at = 1 if request.locale_name == "en" else 0
    labels = {name: pair[at] for name, pair in DATUMS.items()}
    chosen: Datum = OTHER_DATUM.get(entry.datum or "", entry.datum or "wgs84")  # type: ignore[assignment]
    others = [name for name in OTHERS if name != chosen]
    points = list(_points(entry, request))
    if not points:
        return None
    rows = []
    for number, name, raw in points:
        there = to_wgs84(*raw, chosen)
        shifts = [f"{hypot(*_metres(there, to_wgs84(*raw, other))):.0f} m" for other in others]
        rows.append(Row(number, name, f"{there.lon:.6f}", f"{there.lat:.6f}", shifts))
    _number, _name, first = points[0]
    middle = to_wgs84(*first, chosen)
    marks = [Mark(*_metres(middle, place), "site", name) for name, place in _neighbours(request, middle)]
    marks += [Mark(*_metres(middle, to_wgs84(*first, other)), other, labels[other]) for other in others]
    marks.append(Mark(0, 0, "chosen", labels[entry.datum or "wgs84"]))
    return Shift(chosen, labels[entry.datum or "wgs84"], [(name, labels[name]) for name in others], marks, rows)


def _points(entry: Import, request: Request) -> Iterator[tuple[int, str, Position]]:
    heads = entry.heads
    east, north = heads.index("longitude"), heads.index("latitude")
    name = heads.index("name") if "name" in heads else None
    found = 0
    for number, cells in rows_of(request.dbsession, entry):
        try:
            raw = Position(degrees(cells[east]), degrees(cells[north]))
        except CellError:
            continue
        if abs(raw.lon) <= 180 and abs(raw.lat) <= 85:
            yield number, cells[name] if name is not None else "", raw
            found += 1
        if found == POINTS:
            return


def _metres(middle: Position, there: Position) -> tuple[float, float]:
    """How far ``there`` is to the east and south."""
    east = (there.lon - middle.lon) * METRES * cos(radians(middle.lat))
    return east, (middle.lat - there.lat) * METRES


def _neighbours(request: Request, middle: Position) -> Iterator[tuple[str, Position]]:
    """Installation points that are there already, in the square that is drawn."""
    up = HALF / METRES
    side = up / max(cos(radians(middle.lat)), 0.05)
    query = select(Site.name, Site.longitude, Site.latitude).where(
        Site.longitude.between(middle.lon - side, middle.lon + side),
        Site.latitude.between(middle.lat - up, middle.lat + up),
        visible(Site, request.actor, Permission.SITES_VIEW),
    )
    for name, longitude, latitude in request.ctx.session.execute(query.limit(30)):
        yield name, Position(longitude, latitude)
