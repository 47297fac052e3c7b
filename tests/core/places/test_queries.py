from datetime import date

import pytest

from shuhua_core.kernel.errors import Invalid
from shuhua_core.places import queries
from shuhua_core.places.models import Division

ROWS = (
    ("11", None, "province", "北京市", "Beijing"),
    ("1101", "11", "city", "市辖区", "Municipal districts"),
    ("110101", "1101", "county", "东城区", "Dongcheng District"),
    ("35", None, "province", "福建省", "Fujian Province"),
    ("3505", "35", "city", "泉州市", "Quanzhou City"),
    ("350582", "3505", "county", "晋江市", "Jinjiang City"),
    ("350582100", "350582", "town", "安海镇", "Anhai Town"),
    ("41", None, "province", "河南省", "Henan Province"),
    ("419001", "41", "county", "济源市", "Jiyuan City"),
    ("419001001", "419001", "town", "济源市沁园街道", "Qinyuan Subdistrict"),
)


@pytest.fixture
def session(ctx):
    for code, parent, level, zh, en in ROWS:
        ctx.session.add(Division(code=code, parent_code=parent, level=level, name_zh=zh, name_en=en))
    old = Division(code="350583", parent_code="3505", level="county", name_zh="旧安海县", name_en="Old Anhai")
    old.valid_to, old.replaced_by = date(1990, 1, 1), "350582"
    ctx.session.add(old)
    ctx.session.flush()
    return ctx.session


def test_a_full_name_holds_every_level(session):
    assert queries.full_name(session, "350582", "zh_Hans") == "福建省泉州市晋江市"
    assert queries.full_name(session, "350582", "en") == "Jinjiang City, Quanzhou City, Fujian Province"


def test_a_full_name_leaves_out_headings_and_repeated_names(session):
    assert queries.full_name(session, "110101", "zh_Hans") == "北京市东城区"
    assert queries.full_name(session, "419001001", "zh_Hans") == "河南省济源市沁园街道"


def test_full_names_of_a_page_take_one_statement(session, count_sql):
    with count_sql() as sql:
        names = queries.full_names(session, ["350582", "11", None, "99"], "zh_Hans")
    assert names == {"350582": "福建省泉州市晋江市", "11": "北京市"}
    assert len(sql.statements) == 1


def test_ancestors_come_largest_first(session):
    assert [each.code for each in queries.ancestors(session, "350582100")] == ["35", "3505", "350582", "350582100"]
    assert queries.ancestors(session, "359999") == []


def test_search_goes_by_the_beginning_of_names_and_codes(session):
    assert [each.code for each in queries.search(session, "晋")] == ["350582"]
    assert [each.code for each in queries.search(session, "quan")] == ["3505"]
    assert [each.code for each in queries.search(session, "3505")] == ["3505", "350582", "350582100"]
    assert [each.code for each in queries.search(session, "济源", under="41")] == ["419001", "419001001"]
    assert queries.search(session, "%") == queries.search(session, " ") == []


def test_a_search_offers_no_division_that_was_given_up(session):
    assert queries.search(session, "旧安海") == []


def test_children_are_the_next_level(session):
    assert [each.code for each in queries.children(session, "3505")] == ["350582"]
    assert [each.code for each in queries.children(session, None)] == ["11", "35", "41"]


def test_a_record_cannot_be_put_into_an_unknown_or_former_division(session):
    queries.require_division(session, None)
    queries.require_division(session, "350582")
    with pytest.raises(Invalid) as unknown:
        queries.require_division(session, "99")
    assert "division_code" in unknown.value.errors
    with pytest.raises(Invalid) as former:
        queries.require_division(session, "350583")
    assert former.value.errors["division_code"].mapping["new"] == "350582"
