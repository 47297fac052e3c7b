"""Sums, and amounts in capital numerals."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shuhua_core.quotations.amounts import capitals, line_amount, total_of

DIGITS = "零壹贰叁肆伍陆柒捌玖"


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        ("0", "零元整"),
        ("0.01", "壹分"),
        ("0.10", "壹角整"),
        ("0.25", "贰角伍分"),
        ("1", "壹元整"),
        ("10", "壹拾元整"),
        ("20.03", "贰拾元零叁分"),
        ("100.50", "壹佰元伍角整"),
        ("101", "壹佰零壹元整"),
        ("110", "壹佰壹拾元整"),
        ("1001", "壹仟零壹元整"),
        ("1010", "壹仟零壹拾元整"),
        ("1280.50", "壹仟贰佰捌拾元伍角整"),
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("10000", "壹万元整"),
        ("10500", "壹万零伍佰元整"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("100000", "壹拾万元整"),
        ("1000000", "壹佰万元整"),
        ("10000001", "壹仟万零壹元整"),
        ("99999999.99", "玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
        ("100000000", "壹亿元整"),
        ("100010001", "壹亿零壹万零壹元整"),
        ("120000000", "壹亿贰仟万元整"),
        ("999999999999.99", "玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
    ],
)
def test_an_amount_is_written_out_in_capital_numerals(amount, written):
    assert capitals(Decimal(amount)) == written


@pytest.mark.parametrize("amount", ["-0.01", "0.001", "1000000000000", "NaN", "Infinity"])
def test_what_is_no_amount_is_not_written_out(amount):
    with pytest.raises(ValueError, match="no amount"):
        capitals(Decimal(amount))


def value_of(text: str) -> Decimal:
    """An amount back from its numerals: read from the left, independent of how they were written."""
    whole, _yuan, rest = text.partition("元") if "元" in text else ("", "", text)
    total = group = digit = 0
    for each in whole:
        if each in DIGITS:
            digit = DIGITS.index(each)
        elif each in "拾佰仟":
            group, digit = group + digit * {"拾": 10, "佰": 100, "仟": 1000}[each], 0
        else:
            total, group, digit = total + (group + digit) * {"万": 10**4, "亿": 10**8}[each], 0, 0
    fen = (total + group + digit) * 100
    for place, each in enumerate(rest):
        fen += DIGITS.index(rest[place - 1]) * {"角": 10, "分": 1}.get(each, 0) if each in "角分" else 0
    return Decimal(fen) / 100


def test_every_amount_reads_back_as_itself_with_no_nought_at_an_end_or_twice():
    amounts = {10**place + add for place in range(12) for add in (0, 1, 10, 1001)} | set(range(3000)) | {102030405, 900090009}
    for whole in sorted(amounts):
        for fen in (0, 1, 10, 99):
            amount = whole + Decimal(fen) / 100
            text = capitals(amount)
            assert value_of(text) == amount, text
            assert "零零" not in text
            assert "零万" not in text
            assert "零元" not in text.removeprefix("零元") or not whole


def test_lines_are_rounded_half_up_and_summed():
    assert line_amount(Decimal("1.5"), Decimal("0.03")) == Decimal("0.05")
    assert line_amount(Decimal("0.01"), Decimal("0.49")) == Decimal("0.00")
    assert total_of([]) == Decimal("0.00")
    assert total_of([Decimal("180.00"), Decimal("70.50")]) == Decimal("250.50")
