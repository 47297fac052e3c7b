"""Reads and thins the outlines that ECharts publishes; used by ``build.py`` alone."""

import json
import re
from math import hypot
from pathlib import Path

Point = tuple[float, float]
_SCALE = 1024


def contour(path: Path, corners: int) -> list[list[Point]]:
    """The rings of a map file of ECharts that have at least so many corners, as (lon, lat)."""
    found: list[list[Point]] = []
    for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
        geometry = feature["geometry"]
        parts, offsets = geometry["coordinates"], geometry["encodeOffsets"]
        if geometry["type"] == "Polygon":
            parts, offsets = [parts], [offsets]
        for polygon, starts in zip(parts, offsets, strict=True):
            found += [_decode(text, start) for text, start in zip(polygon, starts, strict=True)]
    return [ring for ring in found if len(ring) >= corners]


def thinned(ring: list[Point], tolerance: float) -> list[Point]:
    """The corners that are needed to keep within ``tolerance`` degrees of the ring (Douglas and Peucker)."""
    keep = {0, len(ring) - 1}
    open_spans = [(0, len(ring) - 1)]
    while open_spans:
        first, last = open_spans.pop()
        farthest, distance = first, tolerance
        for i in range(first + 1, last):
            away = _distance(ring[i], ring[first], ring[last])
            if away > distance:
                farthest, distance = i, away
        if farthest != first:
            keep.add(farthest)
            open_spans += [(first, farthest), (farthest, last)]
    return [ring[i] for i in sorted(keep)]


def centres(path: Path) -> dict[str, Point]:
    """The label points of the divisions in a map script, by division code."""
    text = path.read_text(encoding="utf-8")
    pattern = r'"id"\s*:\s*"(\d{6})".{0,400}?"cp"\s*:\s*\[\s*([\d.]+)\s*,\s*([\d.]+)\s*\]'
    return {code: (float(lon), float(lat)) for code, lon, lat in re.findall(pattern, text, re.DOTALL)}


def _decode(text: str, start: list[int]) -> list[Point]:
    # Each corner is a pair of zigzag differences, shifted into printable characters.
    x, y = start
    ring: list[Point] = []
    for i in range(0, len(text), 2):
        dx, dy = (((ord(character) - 64) >> 1) ^ -((ord(character) - 64) & 1) for character in text[i : i + 2])
        x, y = x + dx, y + dy
        ring.append((x / _SCALE, y / _SCALE))
    return ring


def _distance(point: Point, start: Point, end: Point) -> float:
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = dx * dx + dy * dy
    along = 0.0 if length == 0 else ((point[0] - start[0]) * dx + (point[1] - start[1]) * dy) / length
    along = max(0.0, min(1.0, along))
    return hypot(point[0] - start[0] - along * dx, point[1] - start[1] - along * dy)
