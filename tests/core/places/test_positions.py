import pytest

from shuhua_core.kernel.schema import PositionSchema, deserialize
from shuhua_core.places.datums import from_wgs84
from shuhua_core.places.morton import encode
from shuhua_core.places.positions import position_of, set_position
from shuhua_core.sites.models import Site

QUANZHOU = (118.5894, 24.9089)


def position(**values):
    return deserialize(PositionSchema, {"longitude": QUANZHOU[0], "latitude": QUANZHOU[1], **values})


def test_a_position_of_a_gps_is_kept_as_it_came():
    site = Site()
    set_position(site, position(accuracy=8))
    assert (site.longitude, site.latitude) == (site.raw_longitude, site.raw_latitude) == QUANZHOU
    assert (site.datum, site.accuracy, site.position_source) == ("wgs84", 8.0, "gps")
    assert site.morton == encode(*QUANZHOU)


def test_a_position_in_another_datum_is_kept_beside_its_conversion():
    shifted = from_wgs84(*QUANZHOU, "gcj02")
    site = Site()
    set_position(site, position(longitude=shifted.lon, latitude=shifted.lat, datum="gcj02", source="map"))
    assert (site.longitude, site.latitude) == pytest.approx(QUANZHOU, abs=1e-7)
    assert (site.raw_longitude, site.raw_latitude, site.datum) == (shifted.lon, shifted.lat, "gcj02")
    assert position_of(site) == {
        "longitude": shifted.lon,
        "latitude": shifted.lat,
        "datum": "gcj02",
        "accuracy": None,
        "source": "map",
    }


def test_a_position_can_be_taken_away():
    site = Site()
    set_position(site, position())
    set_position(site, None)
    assert site.longitude is None
    assert site.morton is None
    assert position_of(site) is None
