"""Codes of labels."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuhua_core.sites import codes

numbers = st.integers(0, codes.CAPACITY - 1)


@given(numbers)
def test_a_code_is_eight_characters_that_do_not_look_alike(n):
    assert re.fullmatch("[2-9A-HJ-NP-Z]{8}", codes.make_code(n))
    assert codes.is_valid(codes.make_code(n))


@given(numbers, st.integers(0, 7), st.sampled_from(codes.ALPHABET))
def test_any_single_wrong_character_is_noticed(n, place, wrong):
    code = codes.make_code(n)
    mistyped = code[:place] + wrong + code[place + 1 :]
    assert codes.is_valid(mistyped) == (mistyped == code)


@given(numbers, st.integers(0, 7), st.integers(0, 7))
def test_any_swap_of_two_characters_is_noticed(n, one, other):
    characters = list(codes.make_code(n))
    characters[one], characters[other] = characters[other], characters[one]
    swapped = "".join(characters)
    assert codes.is_valid(swapped) == (swapped == codes.make_code(n))


def test_a_hundred_thousand_numbers_give_as_many_codes():
    assert len({codes.make_code(n) for n in range(100_000)}) == 100_000


@given(st.sets(numbers, min_size=2, max_size=2))
def test_two_numbers_give_two_codes(pair):
    one, other = pair
    assert codes.make_code(one) != codes.make_code(other)


def test_neighbouring_numbers_do_not_look_alike():
    alike = [sum(a == b for a, b in zip(codes.make_code(n)[:7], codes.make_code(n + 1)[:7], strict=True)) for n in range(1000)]
    assert sum(alike) / len(alike) < 2


def test_codes_never_change_since_they_are_printed_on_metal():
    assert [codes.make_code(n) for n in (0, 1, 2, 12_345, codes.CAPACITY - 1)] == PRINTED


@pytest.mark.parametrize("n", [-1, codes.CAPACITY])
def test_a_number_out_of_range_is_refused(n):
    with pytest.raises(ValueError, match="label numbers"):
        codes.make_code(n)


@pytest.mark.parametrize("text", ["", "ABC", "ABCDEFGHJ", "OOOO0000", "abcdefgh", "22222222\n", "２２２２２２２２"])
def test_what_is_not_a_code_is_not_valid(text):
    assert not codes.is_valid(text)


@given(numbers)
def test_a_code_typed_in_small_letters_with_gaps_is_understood(n):
    code = codes.make_code(n)
    assert codes.normalise(f" {code[:4].lower()}-{code[4:].lower()} ") == code


PRINTED = ["CMSL8L58", "YEN8YEAX", "L7HVQ8FE", "XPYCJ728", "QUWXGRY8"]
