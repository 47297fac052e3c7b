"""Sums of quotations, and amounts in the capital numerals that Chinese paper writes against forgery."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

FEN = Decimal("0.01")
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿")


def line_amount(quantity: Decimal, unit_price: Decimal) -> Decimal:
    """Quantity times price, rounded to the fen as trade does: half up."""
    return (quantity * unit_price).quantize(FEN, ROUND_HALF_UP)


def total_of(amounts: Iterable[Decimal]) -> Decimal:
    """The sum of lines' amounts."""
    return sum(amounts, Decimal("0.00"))


def capitals(amount: Decimal) -> str:
    """``1280.50`` as ``壹仟贰佰捌拾元伍角整``. Takes amounts of whole fen below a million million yuan.

    Raises ValueError for others.
    """
    fen = amount * 100
    if not amount.is_finite() or fen != fen.to_integral_value() or not 0 <= amount < 10**12:
        raise ValueError(f"no amount to write out: {amount}")
    whole, rest = divmod(int(fen), 100)
    jiao, last = divmod(rest, 10)
    yuan = f"{_whole(whole)}元" if whole else ""
    if not jiao and not last:
        return f"{yuan or '零元'}整"
    tenths = f"{_DIGITS[jiao]}角" if jiao else ("零" if whole else "")
    return f"{yuan}{tenths}{f'{_DIGITS[last]}分' if last else '整'}"


def _whole(number: int) -> str:
    """A whole number: groups of four digits, one 零 for any run of noughts between digits."""
    text, group, gap = "", 0, False
    while number:
        number, four = divmod(number, 10_000)
        if four:
            text = f"{_four(four)}{_GROUPS[group]}{'零' if gap and text else ''}{text}"
            gap = four < 1000
        elif text:
            gap = True
        group += 1
    return text


def _four(number: int) -> str:
    """Up to four digits."""
    text, gap = "", False
    for place in range(4):
        number, digit = divmod(number, 10)
        if digit:
            text = f"{_DIGITS[digit]}{_PLACES[place]}{'零' if gap and text else ''}{text}"
            gap = False
        else:
            gap = True
    return text
