"""Words of the trade."""

from decimal import Decimal

import pytest

from shuhua_core.archives.kinds import EQUIPMENT_TYPES
from shuhua_core.datasets.vocabulary import vocabulary


def test_every_word_has_both_languages_and_a_key_of_its_own():
    words = vocabulary()
    for group in (words.types, words.faults, words.parts, words.sites):
        assert len({word.key for word in group}) == len(group) > 0
        assert all(word.zh and word.en for word in group)


@pytest.mark.usefixtures("ctx")  # what may be chosen stands in the database
def test_every_type_has_faults_that_fit_and_every_fault_occurs_somewhere():
    words = vocabulary()
    assert all(kind.faults for kind in words.types)
    assert {kind.kind for kind in words.types} <= EQUIPMENT_TYPES.keys()
    assert {fault for kind in words.types for fault in kind.faults} == set(words.faults)


def test_every_fault_says_why_and_what_is_done():
    for fault in vocabulary().faults:
        assert fault.severity in {"urgent", "high", "normal"}
        assert all((fault.cause_zh, fault.cause_en, fault.remedy_zh, fault.remedy_en))


def test_every_part_is_used():
    words = vocabulary()
    assert {fault.part for fault in words.faults if fault.part} == set(words.parts)


def test_models_have_numbers_of_their_own_that_are_plainly_made_up():
    models = vocabulary().models
    assert len({model.number for model in models}) == len(models) == 2 * len(vocabulary().types)
    assert all(model.number.startswith("DEMO-") for model in models)
    assert all(isinstance(model.price, Decimal) and model.price > 0 for model in models)


def test_patterns_of_site_names_take_no_other_words():
    for site in vocabulary().sites:
        for pattern in (*site.names, site.host):
            assert pattern.format(county="甲县", town="乙镇", word="丙")
