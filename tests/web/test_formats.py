"""Values as people read them, where a form of writing needs thought."""

import pytest

from shuhua_web import formats


@pytest.mark.parametrize(
    ("division", "street", "whole"),
    [
        ("广东省深圳市南山区南山街道", "南山区南山街道样板路141号", "广东省深圳市南山区南山街道样板路141号"),
        ("广东省深圳市南山区", "样板路141号", "广东省深圳市南山区 样板路141号"),
        ("福建省泉州市", "福建省泉州市某路1号", "福建省泉州市某路1号"),
        ("福建省泉州市", None, "福建省泉州市"),
        ("", "某路1号", "某路1号"),
        ("Jinjiang, Quanzhou, Fujian", "1 Some Road", "Jinjiang, Quanzhou, Fujian 1 Some Road"),
        ("福建省泉州市", "市府路1号", "福建省泉州市 市府路1号"),
    ],
)
def test_what_a_street_repeats_of_its_division_stands_once(division, street, whole):
    assert formats.address(division, street) == whole
