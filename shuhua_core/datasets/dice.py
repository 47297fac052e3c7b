"""Chance that is the same everywhere and always: a stream of numbers for each key.

The standard library promises the same numbers for a seed only for one method of one generator. Here each thing that is made
up throws dice of its own, keyed by the seed and by what it is, so it comes out the same whatever else is made up, in
whatever order and amount.
"""

from bisect import bisect_right
from collections.abc import Sequence
from hashlib import blake2b
from itertools import accumulate
from math import cos, log, pi, sqrt
from typing import Generic, TypeVar

T = TypeVar("T")

_MASK = (1 << 64) - 1


class Dice:
    """A stream of numbers that depends on its key alone (splitmix64, begun at the hash of the key)."""

    __slots__ = ("_state",)

    def __init__(self, *key: str | int) -> None:
        text = "\x1f".join(map(str, key)).encode()
        self._state = int.from_bytes(blake2b(text, digest_size=8).digest(), "big")

    def bits(self) -> int:
        """64 bits."""
        self._state = self._state + 0x9E3779B97F4A7C15 & _MASK
        mixed = self._state
        mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 & _MASK
        mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & _MASK
        return mixed ^ mixed >> 31

    def share(self) -> float:
        """A number from 0 up to, not including, 1."""
        return (self.bits() >> 11) / (1 << 53)

    def below(self, n: int) -> int:
        """A whole number from 0 to ``n`` - 1."""
        return self.bits() * n >> 64

    def between(self, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``, both included."""
        return low + self.below(high - low + 1)

    def chance(self, share: float) -> bool:
        """True in that share of cases."""
        return self.share() < share

    def pick(self, choices: Sequence[T]) -> T:
        """One of the choices, each as likely."""
        return choices[self.below(len(choices))]

    def normal(self, spread: float) -> float:
        """A number around 0 with that standard deviation."""
        return spread * sqrt(-2 * log(1 - self.share())) * cos(2 * pi * self.share())


class Weighted(Generic[T]):
    """Choices that are not equally likely."""

    __slots__ = ("_choices", "_sums")

    def __init__(self, choices: Sequence[T], weights: Sequence[float]) -> None:
        self._choices = choices
        self._sums = list(accumulate(weights))

    def pick(self, dice: Dice) -> T:
        """One of the choices, as likely as its weight says."""
        return self._choices[bisect_right(self._sums, dice.share() * self._sums[-1])]
