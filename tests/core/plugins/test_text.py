from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shuhua_core.plugins.paper.fonts import FontMissing, fonts
from shuhua_core.plugins.paper.text import NO_LINE_END, NO_LINE_START, Typesetter

SIZE = 10
CHARACTERS = "中文排版要求行首不得为标点abc ABC123-/，。、；：？！）》」”（《「“…—,.;:!?)]([ \n"


@pytest.fixture
def setter():
    return Typesetter(fonts())


def test_no_line_begins_with_a_comma_or_full_stop(setter):
    lines = setter.lines("踏板松动，" * 30 + "请处理。", 105, SIZE)
    assert len(lines) > 10
    assert not [line for line in lines if line[0] in NO_LINE_START]


def test_no_line_ends_with_an_opening_mark(setter):
    lines = setter.lines("请（勿）使《用》" * 30, 100, SIZE)
    assert not [line for line in lines if line[-1] in NO_LINE_END]


def test_words_and_numbers_stay_whole(setter):
    lines = setter.lines("工单 RW20261122-0001 由 Example 处理，" * 5, 120, SIZE)
    assert "".join(lines).count("RW20261122-0001") == 5
    assert sum("RW20261122-0001" in line for line in lines) == 5


def test_a_word_longer_than_a_line_is_cut_and_nothing_is_lost(setter):
    lines = setter.lines("x" * 200 + "，", 100, SIZE)
    assert "".join(lines) == "x" * 200 + "，"
    assert lines[-1] != "，"


def test_line_ends_of_the_text_are_kept(setter):
    assert setter.lines("一\r\n二\n\n三", 100, SIZE) == ["一", "二", "", "三"]


@settings(max_examples=300, deadline=None)
@given(st.text(CHARACTERS, max_size=120), st.floats(40, 300))
def test_lines_fit_lose_nothing_and_follow_the_rules(text, width):
    setter = Typesetter(fonts())
    face = setter.face()
    lines = setter.lines(text, width, SIZE)
    assert "".join("".join(lines).split()) == "".join(text.split())
    for line in lines:
        assert face.width(line, SIZE) <= width + 0.01
    for before, after in pairwise(lines):
        # A line may begin with closing punctuation only where the one before was nothing but marks and one character.
        if before and after and after[0] in NO_LINE_START and "\n" not in text:
            assert sum(one not in NO_LINE_START | NO_LINE_END for one in before) <= 1


def test_a_character_that_the_font_lacks_is_printed_as_its_code_and_reported(setter):
    assert setter.printable("王𠮷师傅🛠") == "王[U+20BB7]师傅[U+1F6E0]"
    assert setter.missing == "𠮷🛠"


def test_invisible_characters_are_left_out(setter):
    assert setter.printable("a\x00\x1b\u200b\u202e\ufe0fb\tc\u00a0d") in {"ab    c d", "ab    c\u00a0d"}
    assert setter.missing == ""


def test_half_of_a_surrogate_pair_is_reported_not_fatal(setter):
    assert setter.printable("\ud842") == "[U+D842]"
    assert setter.missing == "\ufffd"


def test_a_missing_font_says_what_to_run(tmp_path):
    with pytest.raises(FontMissing, match="make build") as missing:
        fonts(tmp_path)
    assert missing.value.path == tmp_path / "NotoSansSC-Regular.ttf"
