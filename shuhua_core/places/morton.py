"""Morton keys: one number for a position, so that an index on it finds boxes of the map.

A position is projected as web maps do (Web Mercator), each axis becomes 26 bits, and the bits are interleaved: x in the
even ones, y, counted from the north, in the odd ones. The first ``2 * zoom`` of the 52 bits are then the map tile at that
zoom, so points of one tile lie in one range of keys, and grouping by a shifted key makes clusters.
A step is 2⁻²⁶ of the world, 60 cm at the equator.
"""

from collections.abc import Callable, Iterable, Iterator
from math import asinh, atan, degrees, pi, radians, sinh, tan
from typing import NamedTuple

BITS = 26
KEY_BITS = 2 * BITS
MAX_LATITUDE = 85.05112877980659  # where the projected world is a square

_SIDE = 1 << BITS
# More cells across a box make its ranges tighter and more numerous.
_CELLS_ACROSS = 32


class Box(NamedTuple):
    """A box of the map in degrees, as GeoJSON orders it; ``west`` beyond ``east`` crosses the date line."""

    west: float
    south: float
    east: float
    north: float


def encode(lon: float, lat: float) -> int:
    """The 52-bit key of a position in WGS-84; latitudes beyond the square world are moved to its rim."""
    return _spread(_x(lon)) | _spread(_y(lat)) << 1


def decode(key: int) -> tuple[float, float]:
    """The middle of the step that a key stands for, as (lon, lat)."""
    return cell_centre(key, BITS)


def cell(key: int, zoom: int) -> int:
    """The number of the tile at ``zoom`` (0 to 26) that holds a key."""
    return key >> KEY_BITS - 2 * zoom


def cell_range(number: int, zoom: int) -> tuple[int, int]:
    """The keys of a tile as (lo, hi), where ``lo <= key < hi``."""
    shift = KEY_BITS - 2 * zoom
    return number << shift, number + 1 << shift


def cell_centre(number: int, zoom: int) -> tuple[float, float]:
    """The middle of a tile, as (lon, lat)."""
    side = 1 << zoom
    x = (_gather(number) + 0.5) / side
    y = (_gather(number >> 1) + 0.5) / side
    return x * 360 - 180, degrees(atan(sinh(pi * (1 - 2 * y))))


def ranges(bbox: Box | tuple[float, float, float, float], zoom: int = BITS, max_ranges: int = 32) -> list[tuple[int, int]]:
    """Ranges of keys, ``lo <= key < hi``, that together hold every point of the box ``(west, south, east, north)``.

    They are made of tiles no finer than ``zoom``, ordered, apart from each other, and at most ``max_ranges``; the fewer
    are allowed, the more points beside the box they hold, so the caller compares the positions as well.
    """
    if max_ranges < 1:
        msg = "a box takes at least one range"
        raise ValueError(msg)
    west, south, east, north = bbox
    if south > north:
        return []
    sides = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
    found: list[tuple[int, int]] = []
    for left, right in sides:
        found.extend(_cover((_x(left), _y(north), _x(right), _y(south)), zoom))
    return joined(found, max_ranges)


def _cover(box: tuple[int, int, int, int], zoom: int) -> Iterator[tuple[int, int]]:
    left, top, right, bottom = box
    across = max(right - left, bottom - top) + 1
    # The finest level worth splitting to: the box is then some tens of tiles wide, whatever its size.
    finest = min(zoom, max(0, BITS - across.bit_length() + _CELLS_ACROSS.bit_length()))
    stack = [(0, 0, 0)]
    while stack:
        level, x, y = stack.pop()
        shift = BITS - level
        x0, y0 = x << shift, y << shift
        x1, y1 = (x + 1 << shift) - 1, (y + 1 << shift) - 1
        if x0 > right or x1 < left or y0 > bottom or y1 < top:
            continue
        inside = x0 >= left and x1 <= right and y0 >= top and y1 <= bottom
        if inside or level >= finest:
            yield cell_range(_spread(x) | _spread(y) << 1, level)
        else:
            x, y, level = 2 * x, 2 * y, level + 1
            stack += [(level, x, y), (level, x + 1, y), (level, x, y + 1), (level, x + 1, y + 1)]


def joined(found: Iterable[tuple[int, int]], most: int) -> list[tuple[int, int]]:
    """Ranges that hold all that ``found`` do, ordered, apart from each other, and at most ``most``."""
    apart: list[tuple[int, int]] = []
    for lo, hi in sorted(found):
        if apart and lo <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(apart[-1][1], hi))
        else:
            apart.append((lo, hi))
    if len(apart) <= most:
        return apart
    # Close the smallest gaps: they hold the least of what nobody asked for.
    by_gap = sorted(range(1, len(apart)), key=lambda i: apart[i][0] - apart[i - 1][1])
    cuts = sorted(by_gap[len(apart) - most :])
    starts, ends = [0, *cuts], [*cuts, len(apart)]
    return [(apart[start][0], apart[end - 1][1]) for start, end in zip(starts, ends, strict=True)]


def touching(bbox: Box | tuple[float, float, float, float], zoom: int) -> Callable[[int], bool]:
    """Tells of the number of a tile at ``zoom`` whether any of the tile lies in the box."""
    west, south, east, north = bbox
    shift = BITS - zoom
    top, bottom = _y(north) >> shift, _y(south) >> shift
    sides = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
    columns = [(_x(left) >> shift, _x(right) >> shift) for left, right in sides]

    def touches(number: int) -> bool:
        x, y = _gather(number), _gather(number >> 1)
        return top <= y <= bottom and any(left <= x <= right for left, right in columns)

    return touches


def _x(lon: float) -> int:
    return _step((lon + 180) / 360)


def _y(lat: float) -> int:
    lat = max(-MAX_LATITUDE, min(MAX_LATITUDE, lat))
    return _step((1 - asinh(tan(radians(lat))) / pi) / 2)


def _step(share: float) -> int:
    return max(0, min(_SIDE - 1, int(share * _SIDE)))


def _spread(value: int) -> int:
    """Put the 26 bits of ``value`` into the even places."""
    value = (value | value << 16) & 0x0000FFFF0000FFFF
    value = (value | value << 8) & 0x00FF00FF00FF00FF
    value = (value | value << 4) & 0x0F0F0F0F0F0F0F0F
    value = (value | value << 2) & 0x3333333333333333
    return (value | value << 1) & 0x5555555555555555


def _gather(value: int) -> int:
    """Take the even bits of ``value`` together; the inverse of spreading."""
    value &= 0x5555555555555555
    value = (value | value >> 1) & 0x3333333333333333
    value = (value | value >> 2) & 0x0F0F0F0F0F0F0F0F
    value = (value | value >> 4) & 0x00FF00FF00FF00FF
    value = (value | value >> 8) & 0x0000FFFF0000FFFF
    return (value | value >> 16) & 0x00000000FFFFFFFF
