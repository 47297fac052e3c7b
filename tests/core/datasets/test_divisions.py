"""The divisions of China."""

from collections import Counter

import pytest

from shuhua_core.datasets.divisions import divisions


@pytest.fixture(scope="module")
def all_divisions():
    return list(divisions())


@pytest.fixture(scope="module")
def by_code(all_divisions):
    return {division.code: division for division in all_divisions}


def test_every_level_is_there(all_divisions):
    assert Counter(division.level for division in all_divisions) == {"province": 34, "city": 358, "county": 3358, "town": 41352}


def test_codes_are_unique_and_a_division_comes_after_its_parent(all_divisions):
    seen = set()
    for division in all_divisions:
        assert division.code not in seen
        assert division.parent is None or division.parent in seen
        seen.add(division.code)


def test_a_code_begins_with_the_code_of_its_parent(all_divisions):
    for division in all_divisions:
        assert (division.parent is None) == (division.level == "province")
        assert division.parent is None or division.code.startswith(division.parent)


def test_every_division_has_a_name_in_both_languages(all_divisions):
    assert all(division.name_zh and division.name_en for division in all_divisions)
    foreign = [d.name_en for d in all_divisions if any("一" <= character <= "鿿" for character in d.name_en)]
    assert foreign == []


def test_towns_of_dongguan_zhongshan_and_danzhou_belong_to_the_city(by_code):
    for city in ("4419", "4420", "4604"):
        below = {division.level for division in by_code.values() if division.parent == city}
        assert below == {"town"}
    assert by_code["441900121"].parent == "4419"


def test_counties_without_a_city_belong_to_the_province(by_code):
    assert by_code["419001"].parent == "41"
    assert by_code["429004"].parent == "42"
    assert by_code["419001001"].parent == "419001"
    assert not {"4190", "4290", "4690", "6590"} & by_code.keys()


def test_hong_kong_macao_and_taiwan_are_provinces_with_their_districts(by_code):
    for code, name, counties in (("71", "台湾省", None), ("81", "香港特别行政区", 18), ("82", "澳门特别行政区", 7)):
        assert (by_code[code].name_zh, by_code[code].level) == (name, "province")
        if counties is not None:
            assert sum(division.parent == code for division in by_code.values()) == counties
    assert by_code["710101"].parent == "7101"


def test_english_names_read_as_a_map_writes_them(by_code):
    names = {
        code: by_code[code].name_en for code in ("14", "61", "45", "35", "3501", "350102", "6101", "810018", "4419", "350121")
    }
    assert names == {
        "14": "Shanxi", "61": "Shaanxi", "45": "Guangxi", "35": "Fujian", "3501": "Fuzhou", "350102": "Gulou District",
        "6101": "Xi'an", "810018": "Islands", "4419": "Dongguan", "350121": "Minhou County",
    }  # fmt: skip
