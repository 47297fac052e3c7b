"""How columns share the width of a page: what must not break, such as a day, stands in one line."""

import pytest

from shuhua_core.plugins.contracts import Column
from shuhua_core.plugins.paper.table import column_characters, paper_characters


@pytest.mark.parametrize(
    ("title", "kind", "width", "characters"),
    [
        ("Installation points", "number", 8, 14),  # its longest word and the edges
        ("Installation points", "text", 26, 26),
        ("安全使用寿命至", "date", 11, 11),  # half of it in a line
        ("数量", "number", None, 9),
        ("", "text", None, 16),
    ],
)
def test_a_title_takes_several_lines_on_paper(title, kind, width, characters):
    assert paper_characters(Column(title, kind, width)) == characters


def test_in_a_file_a_title_takes_one():
    assert column_characters(Column("Installation points", "number", 8)) == 21
