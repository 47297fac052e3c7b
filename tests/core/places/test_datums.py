"""Datums of positions."""

from math import cos, hypot, radians

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shuhua_core.places import datums

METRE = 1 / 111_320  # degrees of latitude

longitudes = st.floats(-180, 180)
latitudes = st.floats(-85, 85)
chinese_longitudes = st.floats(80, 122)
chinese_latitudes = st.floats(23, 45)


def metres(one, other):
    return hypot((one[0] - other[0]) * cos(radians(one[1])), one[1] - other[1]) / METRE


@given(chinese_longitudes, chinese_latitudes, st.sampled_from(datums.DATUMS))
def test_a_position_of_the_mainland_comes_back_from_any_datum(lon, lat, datum):
    assume(datums.in_mainland(lon, lat))
    back = datums.to_wgs84(*datums.from_wgs84(lon, lat, datum), datum)
    assert metres(back, (lon, lat)) < 0.001


@given(chinese_longitudes, chinese_latitudes)
def test_the_shift_is_at_most_seven_hundred_metres_and_baidu_adds_as_much_again(lon, lat):
    # Measured over the mainland: 19 m (in empty Qinghai) to 680 m, and 690 m to 1,492 m.
    assume(datums.in_mainland(lon, lat))
    assert 10 < metres(datums.from_wgs84(lon, lat, "gcj02"), (lon, lat)) < 700
    assert 600 < metres(datums.from_wgs84(lon, lat, "bd09"), (lon, lat)) < 1600


@pytest.mark.parametrize(("lon", "lat"), [(116.40, 39.90), (121.47, 31.23), (113.26, 23.13), (104.07, 30.67), (87.62, 43.82)])
def test_in_cities_the_shift_is_a_hundred_to_seven_hundred_metres(lon, lat):
    assert 100 < metres(datums.from_wgs84(lon, lat, "gcj02"), (lon, lat)) < 700


@given(longitudes, latitudes, st.sampled_from(datums.DATUMS))
def test_abroad_nothing_is_shifted(lon, lat, datum):
    assume(not (70 < lon < 140 and 15 < lat < 56))
    assert datums.from_wgs84(lon, lat, datum) == (lon, lat)
    assert datums.to_wgs84(lon, lat, datum) == (lon, lat)


@given(longitudes, latitudes)
def test_cgcs2000_is_wgs84(lon, lat):
    assert datums.convert(lon, lat, "cgcs2000", "wgs84") == (lon, lat)
    assert datums.convert(lon, lat, "wgs84", "cgcs2000") == (lon, lat)


@given(chinese_longitudes, chinese_latitudes, st.sampled_from(datums.DATUMS))
def test_a_datum_to_itself_changes_nothing(lon, lat, datum):
    assert datums.convert(lon, lat, datum, datum) == (lon, lat)


@given(chinese_longitudes, chinese_latitudes)
def test_baidu_to_amap_agrees_with_the_way_over_wgs84(lon, lat):
    assume(datums.in_mainland(lon, lat))
    baidu = datums.from_wgs84(lon, lat, "bd09")
    assert metres(datums.convert(*baidu, "bd09", "gcj02"), datums.from_wgs84(lon, lat, "gcj02")) < 0.001


def test_tiananmen_is_shifted_as_the_maps_show_it():
    gcj = datums.from_wgs84(116.404, 39.915, "gcj02")
    assert gcj == pytest.approx((116.410244, 39.916404), abs=2e-6)
    assert datums.from_wgs84(116.404, 39.915, "bd09") == pytest.approx((116.416627, 39.922699), abs=2e-6)


@pytest.mark.parametrize(
    ("name", "lon", "lat"),
    [
        ("Beijing", 116.40, 39.90), ("Kashgar", 75.99, 39.47), ("Mohe", 122.54, 52.97), ("Sanya", 109.51, 18.25),
        ("Luohu", 114.131, 22.548), ("Shekou", 113.92, 22.482), ("Yantian", 114.236, 22.558), ("Gongbei", 113.553, 22.22),
        ("Hengqin", 113.53, 22.13), ("Xiamen", 118.089, 24.48), ("Pingtan", 119.79, 25.50), ("Zhoushan", 122.10, 30.02),
        ("Beilun", 121.85, 29.90), ("Dandong", 124.38, 40.13), ("Yongxing", 112.34, 16.83), ("Lhasa", 91.11, 29.65),
    ],
)  # fmt: skip
def test_places_of_the_mainland_lie_in_it(name, lon, lat):
    assert datums.in_mainland(lon, lat), name


@pytest.mark.parametrize(
    ("name", "lon", "lat"),
    [
        ("Kowloon", 114.17, 22.32), ("Sheung Shui", 114.128, 22.502), ("Macau", 113.549, 22.19), ("Coloane", 113.565, 22.12),
        ("Taipei", 121.56, 25.03), ("Kaohsiung", 120.30, 22.63), ("Penghu", 119.57, 23.57), ("Kinmen", 118.32, 24.44),
        ("Hanoi", 105.85, 21.03), ("Vladivostok", 131.88, 43.11), ("Seoul", 127.0, 37.56), ("Pyongyang", 125.75, 39.03),
        ("Ulaanbaatar", 106.9, 47.9), ("Almaty", 76.9, 43.25), ("Kathmandu", 85.3, 27.7), ("Boston", -71.06, 42.36),
    ],
)  # fmt: skip
def test_other_places_do_not(name, lon, lat):
    assert not datums.in_mainland(lon, lat), name
