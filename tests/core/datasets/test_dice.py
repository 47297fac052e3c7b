"""Chance that is the same everywhere."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from shuhua_core.datasets.dice import Dice, Weighted


def test_a_key_gives_the_same_numbers_for_ever():
    dice = Dice(1, "site", 2)
    assert [dice.below(1000) for _ in range(6)] == FOREVER


@given(st.integers(), st.integers(1, 10**9))
def test_numbers_stay_within_their_bounds(key, n):
    dice = Dice(key)
    assert 0 <= dice.below(n) < n
    assert 0 <= dice.share() < 1
    assert -n <= dice.between(-n, n) <= n


def test_keys_are_told_apart():
    assert Dice(1, "a").bits() != Dice(1, "b").bits()
    assert Dice(1, 23).bits() != Dice(12, 3).bits()


def test_choices_come_as_often_as_their_weights_say():
    dice = Dice("weights")
    choices = Weighted("abc", (1, 2, 7))
    counts = Counter(choices.pick(dice) for _ in range(10_000))
    assert abs(counts["a"] - 1000) < 150
    assert abs(counts["c"] - 7000) < 250


def test_normal_numbers_crowd_around_zero():
    dice = Dice("normal")
    values = [dice.normal(2) for _ in range(5000)]
    assert abs(sum(values) / len(values)) < 0.15
    assert 1.9 < (sum(value * value for value in values) / len(values)) ** 0.5 < 2.1


FOREVER = [898, 283, 425, 439, 88, 23]
