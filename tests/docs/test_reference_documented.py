"""Permissions, roles, errors, events and settings stand in the docs in the code's own words."""

from __future__ import annotations

from dataclasses import fields

import pytest

from shuhua_core.accounts import permissions
from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel import errors, settings
from shuhua_core.kernel.settings import Settings
from shuhua_web.errors import STATUS, WEB_ERRORS
from tests.architecture.source import attribute_docs
from tests.docs.reference import CORE, DOCS, EVENT_ROOMS, SECTIONS, enums, marked, rewrite


@pytest.mark.parametrize(("page", "part"), SECTIONS)
def test_the_page_says_what_the_code_says(page, part):
    expected = marked(part, SECTIONS[page, part]())
    assert expected in (DOCS / page).read_text(encoding="utf-8"), "run: python -m tests.docs.reference"


def test_every_setting_stands_there_with_its_meaning():
    text, meanings = (DOCS / "settings.md").read_text(encoding="utf-8"), attribute_docs(settings.__file__, "Settings")
    for each in fields(Settings):
        assert meanings[each.name], each.name
        assert each.name == "plugins" or f"| `shuhua.{each.name}` |" in text


def test_every_permission_stands_there_with_its_meaning():
    text, meanings = (DOCS / "permissions.md").read_text(encoding="utf-8"), attribute_docs(permissions.__file__, "Permission")
    for each in Permission:
        assert meanings[each.name], each
        assert text.count(f"| `{each}` |") == 2


def test_every_error_stands_there_and_each_has_a_status_and_a_code_of_its_own():
    text = (DOCS / "errors.md").read_text(encoding="utf-8")
    codes = [error.code for error in errors.CATALOGUE]
    assert len({*codes, *WEB_ERRORS}) == len(codes) + len(WEB_ERRORS)
    for error in errors.CATALOGUE:
        assert f"| `{error.code}` | {STATUS[error]} |" in text
    raised = {value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, errors.ServiceError)}
    assert raised - {errors.ServiceError} == set(errors.CATALOGUE) == set(STATUS)


def test_every_event_stands_there_with_its_meaning():
    text = (DOCS / "events.md").read_text(encoding="utf-8")
    for room in EVENT_ROOMS:
        for enum in enums(room):
            meanings = attribute_docs(CORE / room / "events.py", enum.__name__)
            for event in enum:
                assert meanings[event.name], event
                assert f"| `{event}` |" in text


def test_a_planted_lie_is_found_and_put_right(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"Before\n\n{marked('errors', '| a lie |')}\n\nAfter\n")
    assert marked("errors", "| so |") not in page.read_text()
    rewrite(page, "errors", "| so |")
    assert page.read_text() == f"Before\n\n{marked('errors', '| so |')}\n\nAfter\n"
