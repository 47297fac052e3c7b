"""The dirty formats of real lists of fitness paths, and what becomes of each."""

import pytest

from shuhua_core.imports.archives import ARCHIVES
from shuhua_core.imports.cells import CellError, is_nothing, plain
from shuhua_core.imports.child import as_text
from shuhua_core.kernel.errors import Invalid
from shuhua_core.kernel.schema import deserialize

pytestmark = pytest.mark.usefixtures("ctx")
"""What may be chosen stands in the database."""

COLUMNS = {name: {column.name: column for column in archive.columns} for name, archive in ARCHIVES.items()}


def read(archive, name, text):
    return plain(COLUMNS[archive][name].node, text)


@pytest.mark.parametrize(
    "text",
    [
        "2016-09-01",
        "2016/9/1",
        "2016.9.1",
        "2016年9月1日",
        "20160901",
        "２０１６－９－１",
        "2016-09-01 00:00:00",
        "2016 年 9 月 1 日",
    ],
)
def test_a_whole_date_is_read_in_any_usual_way_of_writing(text):
    assert read("sites", "installed_on", text) == "2016-09-01"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2008年", "no whole date"),
        ("2016年9月", "no whole date"),
        ("2016-09", "no whole date"),
        ("2020年投放", "no whole date"),
        ("2017年、2013年", "several dates"),
        ("2010年/2024年", "several dates"),
        ("2016-02-30", "no such day"),
        ("去年", "no date"),
    ],
)
def test_no_day_is_made_up_where_none_was_written(text, words):
    with pytest.raises(CellError, match=words):
        read("sites", "installed_on", text)


@pytest.mark.parametrize("text", ["未知", "NULL", "/", "不详", "-", "——", " 无 ", "N/A", "ＮＵＬＬ", ""])
def test_words_for_nothing_are_nothing(text):
    assert is_nothing(text)


@pytest.mark.parametrize("text", ["0", "（好家庭）", "好家庭+奥瑞特", "正常", "无锡路小学"])
def test_other_words_are_not(text):
    assert not is_nothing(text)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("100", "100"),
        ("1,280.50", "1280.5"),
        ("￥1280.5元", "1280.5"),
        ("12.8万元", "128000"),
        ("１２８０", "1280"),
        ("0.00", "0"),
    ],
)
def test_amounts_lose_their_units(text, amount):
    assert read("projects", "amount", text) == amount


@pytest.mark.parametrize("text", ["90平拼装+60平安全地垫", "约100", "一万", "170平方"])
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(CellError, match="no amount"):
        read("projects", "amount", text)


@pytest.mark.parametrize(("text", "months"), [("24", 24), ("24个月", 24), ("2年", 24), ("２４", 24), ("24.0", 24)])
def test_terms_are_reckoned_in_months(text, months):
    assert read("models", "warranty_months", text) == months


@pytest.mark.parametrize("text", ["170平方", "2.5", "两年", "1" * 30])
def test_what_is_no_whole_number_is_refused(text):
    with pytest.raises(CellError):
        read("models", "warranty_months", text)


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        (as_text(13900000000.0), "13900000000"),
        ("１３９０００００００００"[:11], "13900000000"),
        ("+86 139-0000-0000", "13900000000"),
        ("0595－88880000转12", "059588880000-12"),
    ],
)
def test_phones_are_read_as_they_are_kept(text, phone):
    values = deserialize(ARCHIVES["customers"].create, {"name": "x", "phone": read("customers", "phone", text)})
    assert values["phone"] == phone


def test_a_landline_without_its_area_code_is_refused():
    with pytest.raises(Invalid) as refused:
        deserialize(ARCHIVES["customers"].create, {"name": "x", "phone": read("customers", "phone", "88880000")})
    assert list(refused.value.errors) == ["phone"]


@pytest.mark.parametrize("text", ["1.38E+10", "1.2345678901234567e+19"])
def test_a_number_that_excel_has_shortened_is_never_taken(text):
    for archive, name in (("customers", "phone"), ("equipment", "serial"), ("equipment", "number")):
        with pytest.raises(CellError, match="shortened"):
            read(archive, name, text)


def test_codes_keep_their_leading_zeros_and_lose_only_their_width():
    assert read("equipment", "serial", "０００１２Ａ") == "00012A"


@pytest.mark.parametrize(("text", "word"), [("学校", "school"), ("School", "school"), ("school", "school"), (" 学校 ", "school")])
def test_choices_are_taken_in_both_languages(text, word):
    assert read("customers", "kind", text) == word


def test_a_choice_that_is_none_names_those_that_are():
    with pytest.raises(CellError) as refused:
        read("customers", "kind", "杂牌")
    assert "学校" in refused.value.message.interpolate()


@pytest.mark.parametrize(
    ("text", "degrees"),
    [("118.5806", 118.5806), ("东经118.5806°", 118.5806), ("E118.5806", 118.5806), ("118°34′50.16″", 118.5806)],
)
def test_degrees_are_read_with_their_signs(text, degrees):
    assert read("sites", "longitude", text) == pytest.approx(degrees)


@pytest.mark.parametrize("text", ["118.58,24.81", "东边", "nan1"])
def test_what_is_no_degrees_is_refused(text):
    with pytest.raises(CellError):
        read("sites", "longitude", text)


@pytest.mark.parametrize(
    ("cell", "text"), [(12.0, "12"), (12.5, "12.5"), (None, ""), (True, "是"), (" x ", "x"), (1e20, "1e+20"), (0.1, "0.1")]
)
def test_cells_of_excel_are_the_text_that_a_person_sees(cell, text):
    assert as_text(cell) == text


@pytest.mark.parametrize(
    ("row", "heads"),
    [
        (["编号", "名称*", "联系电话", "备注 "], ["number", "name", "phone", "note"]),
        (["Number", "NAME", "Phone", "其他"], ["number", "name", "phone", None]),
        (["名称＊", "类别"], ["name", "kind"]),
    ],
)
def test_headings_are_found_in_both_languages_and_with_marks(row, heads):
    assert ARCHIVES["customers"].heads(row) == heads


@pytest.mark.parametrize("row", [[], ["a", "b"], ["编号"], ["类别", "地址"], ["名称", "名称*", "电话"]])
def test_headings_that_do_not_do_are_refused(row):
    with pytest.raises(Invalid) as refused:
        ARCHIVES["customers"].heads(row)
    assert list(refused.value.errors) == ["file"]
