"""Datums of positions, and the way from one to another.

Positions are kept in WGS-84. In mainland China, maps of AMap, Tencent and Google show GCJ-02, which shifts a position by
up to 700 m, and Baidu's show BD-09, which shifts GCJ-02 once more. CGCS2000, the national datum that Tianditu uses, equals
WGS-84 at our accuracy. Outside the mainland nothing is shifted.

The shift is computed from the position before it, so the way back is found by iteration, to less than a millimetre.
"""

import tomllib
from collections.abc import Callable, Iterable
from functools import cache
from importlib.resources import files
from itertools import pairwise
from math import atan2, cos, hypot, pi, radians, sin, sqrt
from typing import Literal, NamedTuple, get_args

Datum = Literal["wgs84", "gcj02", "bd09", "cgcs2000"]
DATUMS: tuple[Datum, ...] = get_args(Datum)


class Position(NamedTuple):
    """A position in degrees; its datum is what the caller says."""

    lon: float
    lat: float


# The ellipsoid of Krasovsky 1940, which the shift is reckoned on: its half axis in metres and squared eccentricity.
_AXIS = 6378245.0
_ECCENTRICITY = 0.00669342162296594323
_BAIDU_TURN = pi * 3000 / 180
_ENOUGH = 1e-10  # degrees, a hundredth of a millimetre
_ROUNDS = 30

_Ring = tuple[Position, ...]
_Edge = tuple[Position, Position]

# Outside the mainland's rules, generously drawn over the sea. Hong Kong's border follows the Shenzhen river.
_HONG_KONG: _Ring = tuple(
    Position(lon, lat)
    for lon, lat in (
        (113.81, 22.12), (113.81, 22.40), (113.90, 22.448), (113.955, 22.475), (114.00, 22.498), (114.04, 22.503),
        (114.058, 22.514), (114.085, 22.531), (114.115, 22.534), (114.135, 22.541), (114.155, 22.556), (114.185, 22.555),
        (114.222, 22.545), (114.24, 22.555), (114.33, 22.565), (114.43, 22.54), (114.46, 22.44), (114.46, 22.12),
    )
)  # fmt: skip
_MACAU: _Ring = tuple(
    Position(lon, lat)
    for lon, lat in (
        (113.534, 22.155), (113.536, 22.205), (113.540, 22.2125), (113.549, 22.2155), (113.557, 22.2145), (113.565, 22.205),
        (113.61, 22.19), (113.61, 22.09), (113.549, 22.09), (113.5465, 22.13),
    )
)  # fmt: skip
_TAIWAN: tuple[_Ring, ...] = tuple(
    tuple(Position(lon, lat) for lon, lat in corners)
    for corners in (
        ((119.2, 21.7), (119.2, 24.0), (120.4, 25.5), (122.4, 25.8), (122.4, 21.7)),  # with Penghu
        ((118.18, 24.36), (118.18, 24.47), (118.28, 24.52), (118.50, 24.53), (118.50, 24.36)),  # Kinmen
        ((119.88, 25.92), (119.88, 26.42), (120.55, 26.42), (120.55, 25.92)),  # Matsu
    )
)

# Islands of the mainland that the outline leaves out, each with the sea around it: west, south, east, north.
_ISLANDS = (
    (121.80, 29.50, 123.00, 31.00),  # Zhoushan
    (120.55, 37.85, 121.05, 38.45),  # Changdao
    (122.20, 38.90, 123.30, 39.40),  # Changhai
    (116.90, 23.35, 117.20, 23.55),  # Nan'ao
    (109.00, 20.95, 109.25, 21.10),  # Weizhou
    (116.65, 20.55, 117.00, 20.85),  # Dongsha
    (111.00, 15.60, 113.20, 17.30),  # Sansha
)
_BANDS = 8  # of the outline, in a degree of latitude
_RIM = 0.05  # degrees, by which the outline is thinned


def convert(lon: float, lat: float, source: Datum, target: Datum) -> Position:
    """The position ``lon``, ``lat`` of the datum ``source``, in the datum ``target``."""
    position = Position(lon, lat)
    if _plain(source) == _plain(target):
        return position
    return from_wgs84(*to_wgs84(lon, lat, source), target)


def to_wgs84(lon: float, lat: float, source: Datum) -> Position:
    """A position given in the datum ``source``, in WGS-84."""
    if source == "gcj02":
        return _undo_gcj(Position(lon, lat))
    if source == "bd09":
        # Baidu's own shift goes with GCJ-02's: beyond the mainland, neither is there.
        position = Position(lon, lat)
        back = _undo_gcj(_invert(_baidu, position))
        return back if in_mainland(*back) else position
    return Position(lon, lat)


def from_wgs84(lon: float, lat: float, target: Datum) -> Position:
    """A position given in WGS-84, in the datum ``target``."""
    position = Position(lon, lat)
    if target not in ("gcj02", "bd09") or not in_mainland(lon, lat):
        return position
    shifted = _gcj(position)
    return _baidu(shifted) if target == "bd09" else shifted


def in_mainland(lon: float, lat: float) -> bool:
    """Whether maps shift a position (in WGS-84) there: in mainland China, without Hong Kong, Macau and Taiwan.

    The border is true to some five kilometres; a position near it that lies at sea or abroad may be taken for inside.
    """
    position = Position(lon, lat)
    if any(_crossings(pairwise((*ring, ring[0])), position) % 2 for ring in (_HONG_KONG, _MACAU, *_TAIWAN)):
        return False
    if any(west <= lon <= east and south <= lat <= north for west, south, east, north in _ISLANDS):
        return True
    edges = _edges().get(int(lat * _BANDS), ())
    return _crossings(edges, position) % 2 == 1 or any(_distance(edge, position) <= _RIM for edge in edges)


def _plain(datum: Datum) -> Datum:
    return "wgs84" if datum == "cgcs2000" else datum


def _gcj(position: Position) -> Position:
    lon, lat = position
    x, y = lon - 105.0, lat - 35.0
    ripple = (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + ripple
    north += (20 * sin(y * pi) + 40 * sin(y / 3 * pi) + 160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + ripple
    east += (20 * sin(x * pi) + 40 * sin(x / 3 * pi) + 150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3
    flattening = 1 - _ECCENTRICITY * sin(radians(lat)) ** 2
    north_metres = radians(_AXIS * (1 - _ECCENTRICITY) / (flattening * sqrt(flattening)))
    east_metres = radians(_AXIS / sqrt(flattening) * cos(radians(lat)))
    return Position(lon + east / east_metres, lat + north / north_metres)


def _undo_gcj(shifted: Position) -> Position:
    # Where the answer is not in the mainland, nothing was shifted. Asked of the answer, which is where the shift began.
    back = _invert(_gcj, shifted)
    return back if in_mainland(*back) else shifted


def _baidu(position: Position) -> Position:
    lon, lat = position
    radius = hypot(lon, lat) + 0.00002 * sin(lat * _BAIDU_TURN)
    angle = atan2(lat, lon) + 0.000003 * cos(lon * _BAIDU_TURN)
    return Position(radius * cos(angle) + 0.0065, radius * sin(angle) + 0.006)


def _invert(shift: Callable[[Position], Position], shifted: Position) -> Position:
    """The position that ``shift`` moves to ``shifted``."""
    lon, lat = shifted
    for _round in range(_ROUNDS):
        there = shift(Position(lon, lat))
        east, north = there.lon - shifted.lon, there.lat - shifted.lat
        lon, lat = lon - east, lat - north
        if abs(east) < _ENOUGH and abs(north) < _ENOUGH:
            break
    return Position(lon, lat)


@cache
def _edges() -> dict[int, tuple[_Edge, ...]]:
    """The edges of the mainland's outline, by the bands of latitude that they touch or pass near."""
    text = files(__package__).joinpath("mainland.toml").read_text(encoding="utf-8")
    rings = [tuple(Position(lon, lat) for lon, lat in ring["corners"]) for ring in tomllib.loads(text)["ring"]]
    bands: dict[int, list[_Edge]] = {}
    for ring in rings:
        for edge in pairwise((*ring, ring[0])):
            south, north = sorted((edge[0].lat, edge[1].lat))
            for band in range(int((south - _RIM) * _BANDS), int((north + _RIM) * _BANDS) + 1):
                bands.setdefault(band, []).append(edge)
    return {band: tuple(edges) for band, edges in bands.items()}


def _crossings(edges: Iterable[_Edge], position: Position) -> int:
    """How many edges a ray from the position to the east crosses; an odd number within a ring."""
    lon, lat = position
    count = 0
    for one, other in edges:
        if (one.lat > lat) != (other.lat > lat):
            count += lon < one.lon + (lat - one.lat) / (other.lat - one.lat) * (other.lon - one.lon)
    return count


def _distance(edge: _Edge, position: Position) -> float:
    """How far an edge is from the position, in degrees."""
    one, other = edge
    dx, dy = other.lon - one.lon, other.lat - one.lat
    along = ((position.lon - one.lon) * dx + (position.lat - one.lat) * dy) / (dx * dx + dy * dy or 1)
    along = max(0.0, min(1.0, along))
    return hypot(position.lon - one.lon - along * dx, position.lat - one.lat - along * dy)
