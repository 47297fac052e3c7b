"""Sports places of OpenStreetMap."""

from collections import Counter

import pytest

from shuhua_core.datasets import osm


@pytest.fixture(scope="module")
def places():
    return list(osm.places())


def test_every_place_of_the_set_is_there_once(places):
    assert len(places) == len({place.source_id for place in places}) == 385


def test_every_place_has_a_name_a_kind_and_a_position(places):
    assert all(place.name and -180 <= place.lon <= 180 and -90 <= place.lat <= 90 for place in places)
    assert sum(place.named for place in places) == 87
    assert Counter(place.kind for place in places)["path"] == 4
    assert {place.kind for place in places} == {"park", "stadium", "community", "club", "path"}


def test_made_up_names_are_told_apart(places):
    made = [place.name for place in places if not place.named]
    assert len(made) == len(set(made))


def test_every_place_lies_in_a_division_that_comes_after_its_parent(places):
    seen = set()
    for division in osm.divisions():
        assert division.parent is None or (division.parent in seen and division.code.startswith(division.parent))
        seen.add(division.code)
    assert {place.division for place in places} <= seen


def test_tags_that_lead_to_people_are_left_out(places):
    left = {key for place in places for key in place.tags}
    assert not {key for key in left if key.startswith(("phone", "email", "contact", "website", "@"))}
    assert "leisure" in left
