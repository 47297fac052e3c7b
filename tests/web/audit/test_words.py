"""Every entry of the logs can be read by people."""

import re

import pytest

from shuhua_web.audit.words import EVENTS, SECURITY_KINDS, word
from tests.architecture.source import ROOT
from tests.docs.reference import EVENT_ROOMS, enums

NOTED = re.compile(r"(?:note_security|write_security)\(\s*(?:[\w.]+,\s*)?\"([a-z_.]+)\"")


def test_every_event_has_words_in_both_languages_and_no_words_are_without_one():
    published = {event.value for room in EVENT_ROOMS for enum in enums(room) for event in enum}
    assert set(EVENTS) == published
    assert all(zh and en and re.search("[\u4e00-\u9fff]", zh) for zh, en in EVENTS.values())


def test_every_kind_of_the_security_log_has_words():
    sources = [path.read_text() for package in ("shuhua_core", "shuhua_web") for path in (ROOT / package).rglob("*.py")]
    noted = {kind for source in sources for kind in NOTED.findall(source)}
    assert noted
    assert noted <= set(SECURITY_KINDS)


@pytest.mark.parametrize(("locale", "said"), [("zh_Hans", "登录"), ("en", "Signed in")])
def test_an_event_is_said_in_the_language(locale, said):
    assert word(EVENTS, "accounts.signed_in", locale) == said


def test_a_code_that_is_no_more_is_shown_as_it_is():
    assert word(EVENTS, "tasks.teleported", "zh_Hans") == "tasks.teleported"


def test_the_log_is_read_in_words(as_):
    page = as_("administrator").office.get("/logs?event=accounts.signed_in").html
    rows = [row.text for row in page.select("table.grid tbody tr")]
    assert rows
    assert all("登录" in row and "accounts." not in row for row in rows)
