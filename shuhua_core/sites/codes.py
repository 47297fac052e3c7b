"""Codes of labels: eight characters that people read, type and say on the phone.

The 32 characters are the digits and the capital letters without 0, O, 1 and I, which look alike. Seven of them carry a
number, the last one checks. Each character stands for an element of the field with 32 elements, and the check is

    c = 2·d₁ + 2²·d₂ + … + 2⁷·d₇        (all in that field, where 2 is a primitive element)

Every place has a weight of its own and none is zero, so any one wrong character and any swap of two unequal
characters, neighbours or not, is noticed. Further errors slip through once in 32 times.

The number is spread over the 35 bits first, so that labels printed one after the other do not look alike. That hides
nothing: a code is an address, never a secret.
"""

import re

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH = 8
DATA_LENGTH = LENGTH - 1
CAPACITY = 32**DATA_LENGTH

_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_PATTERN = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")
# An odd factor makes the spreading a bijection modulo a power of two; this one is near CAPACITY divided by the golden ratio.
_FACTOR = 21_235_392_325
_OFFSET = 11_400_714_819  # so that label 0 is not eight times the same character
# x⁵ + x² + 1, irreducible over the field with two elements.
_POLYNOMIAL = 0b100101


def make_code(n: int) -> str:
    """The code of label number ``n`` (0 to 32⁷ - 1); different numbers give different codes."""
    if not 0 <= n < CAPACITY:
        msg = f"label numbers go from 0 to {CAPACITY - 1}, not {n}"
        raise ValueError(msg)
    spread = (n * _FACTOR + _OFFSET) % CAPACITY
    values = [spread >> shift & 31 for shift in range(5 * (DATA_LENGTH - 1), -1, -5)]
    return "".join(ALPHABET[value] for value in (*values, _check(values)))


def is_valid(code: str) -> bool:
    """Whether ``code`` is eight characters of the alphabet of which the last one checks."""
    if not _PATTERN.fullmatch(code):
        return False
    *values, check = (_VALUES[character] for character in code)
    return _check(values) == check


def normalise(text: str) -> str:
    """What a person typed, as a code is written: capitals, without the spaces and dashes that help the eye."""
    return re.sub(r"[\s\-–—_.·]", "", text).upper()


def _check(values: list[int]) -> int:
    # Horner's scheme from the right: ((d₇·2 + d₆)·2 + …)·2.
    check = 0
    for value in reversed(values):
        check = _double(check ^ value)
    return check


def _double(value: int) -> int:
    doubled = value << 1
    return doubled ^ _POLYNOMIAL if doubled & 32 else doubled
