"""The tool by which screens are judged finds faults that were put there."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.axe import SCRIPT, faults

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not SCRIPT.is_file(), reason="the front end's packages are not installed"),
]

PAGE = """<!doctype html><html lang="en"><head><title>t</title></head><body><main><h1>Heading</h1>
<p>Words</p><button id="bare"></button><div id="ours"><input></div></main></body></html>"""


def test_a_button_without_a_name_and_an_input_without_a_label_are_found_and_what_is_left_out_is_not(browser: Browser):
    page = browser.new_page()
    page.set_content(PAGE)
    found = faults(page)
    assert any("button-name" in each for each in found)
    assert any("label" in each for each in found)
    assert faults(page, leave=("#bare", "#ours")) == []
    page.close()
