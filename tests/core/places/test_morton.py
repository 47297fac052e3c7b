"""Morton keys of positions."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuhua_core.places import morton

longitudes = st.floats(-180, 180)
latitudes = st.floats(-85, 85)
zooms = st.integers(0, 26)


@st.composite
def boxes(draw):
    west, east = sorted(draw(st.lists(longitudes, min_size=2, max_size=2)))
    south, north = sorted(draw(st.lists(latitudes, min_size=2, max_size=2)))
    return morton.Box(west, south, east, north)


def tile(lon, lat, zoom):
    """The number of a map tile from its x and y, digit by digit, as map libraries name it."""
    from math import asinh, pi, radians, tan

    x = min(int((lon + 180) / 360 * 2**zoom), 2**zoom - 1)
    y = min(int((1 - asinh(tan(radians(lat))) / pi) / 2 * 2**zoom), 2**zoom - 1)
    return sum((x >> i & 1) << 2 * i | (y >> i & 1) << 2 * i + 1 for i in range(zoom))


@given(longitudes, latitudes)
def test_a_key_is_52_bits_and_leads_back_to_its_place(lon, lat):
    key = morton.encode(lon, lat)
    assert 0 <= key < 1 << 52
    back = morton.decode(key)
    assert back == pytest.approx((lon, lat), abs=360 / 2**26)


@given(longitudes, latitudes, zooms)
def test_the_leading_bits_are_the_map_tile(lon, lat, zoom):
    assert morton.cell(morton.encode(lon, lat), zoom) == tile(lon, lat, zoom)


@given(longitudes, latitudes, zooms)
def test_the_centre_of_a_cell_lies_in_it(lon, lat, zoom):
    cell = morton.cell(morton.encode(lon, lat), zoom)
    assert morton.cell(morton.encode(*morton.cell_centre(cell, zoom)), zoom) == cell


@given(longitudes, latitudes, zooms)
def test_the_range_of_a_cell_holds_its_keys_and_no_others(lon, lat, zoom):
    key = morton.encode(lon, lat)
    lo, hi = morton.cell_range(morton.cell(key, zoom), zoom)
    assert lo <= key < hi
    assert morton.cell(lo, zoom) == morton.cell(hi - 1, zoom) == morton.cell(key, zoom)


@given(boxes(), zooms, st.integers(1, 64), st.floats(0, 1), st.floats(0, 1))
def test_the_ranges_of_a_box_hold_every_point_in_it(box, zoom, most, across, up):
    lon = box.west + across * (box.east - box.west)
    lat = box.south + up * (box.north - box.south)
    lon, lat = min(lon, box.east), min(lat, box.north)
    found = morton.ranges(box, zoom, most)
    assert any(lo <= morton.encode(lon, lat) < hi for lo, hi in found)


@given(boxes(), zooms, st.integers(1, 64))
def test_ranges_are_ordered_apart_and_no_more_than_allowed(box, zoom, most):
    found = morton.ranges(box, zoom, most)
    assert 1 <= len(found) <= most
    assert all(lo < hi for lo, hi in found)
    assert all(one[1] < other[0] for one, other in pairwise(found))


@given(boxes(), st.integers(1, 20))
def test_more_ranges_never_hold_more(box, most):
    def size(allowed):
        return sum(hi - lo for lo, hi in morton.ranges(box, 26, allowed))

    assert size(most + 10) <= size(most)


@given(st.floats(-179, 179), st.floats(-80, 80), st.floats(0.001, 1), st.floats(0.001, 1))
def test_ranges_are_tight(lon, lat, width, height):
    box = morton.Box(lon, lat, min(lon + width, 180), min(lat + height, 85))
    left, top = morton._x(box.west), morton._y(box.north)
    right, bottom = morton._x(box.east), morton._y(box.south)
    across, down = right - left + 1, bottom - top + 1
    area = across * down
    rim = 4 * (max(across, down) // 16 + 1) * (across + down)
    assert sum(hi - lo for lo, hi in morton.ranges(box, 26, 1000)) <= area + rim


def test_a_tile_asked_for_as_a_box_is_one_range():
    lo, hi = morton.cell_range(morton.cell(morton.encode(119.3, 26.08), 8), 8)
    west, north = morton.decode(lo)
    east, south = morton.decode(hi - 1)
    assert morton.ranges((west, south, east, north), 26, 8) == [(lo, hi)]


def test_a_box_over_the_date_line_holds_both_of_its_sides():
    found = morton.ranges((170, -20, -170, 20), 10, 16)
    for lon, inside in ((175, True), (-175, True), (0, False), (120, False)):
        assert any(lo <= morton.encode(lon, 5) < hi for lo, hi in found) == inside


def test_a_box_upside_down_holds_nothing():
    assert morton.ranges((0, 10, 1, 9), 10, 8) == []


def test_no_range_at_all_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        morton.ranges((0, 0, 1, 1), 10, 0)


def test_positions_beyond_the_rim_of_the_map_are_kept_at_it():
    assert morton.encode(0, 90) == morton.encode(0, morton.MAX_LATITUDE)
    assert morton.encode(180, 0) == morton.encode(179.999_999_9, 0)
