"""What an entry of the logs says happened, in words: of the state machines by their tables, of the rest by ``words.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.resources import files

Words = Mapping[str, tuple[str, str]]
"""Code -> (zh, en)."""


def _of_tables() -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for room in files("shuhua_core").iterdir():
        table = room / "workflow.toml"
        if table.is_file():
            for row in tomllib.loads(table.read_text("utf-8"))["row"]:
                found.setdefault(row["event"], (row["zh"], row["en"]))
    return found


def _of_file(part: str) -> dict[str, tuple[str, str]]:
    stored = tomllib.loads((files(__package__) / "words.toml").read_text("utf-8"))[part]
    return {code: (zh, en) for code, (zh, en) in stored.items()}


EVENTS: Words = {**_of_tables(), **_of_file("events")}
"""Every event that can be in the operation log."""
SECURITY_KINDS: Words = _of_file("security")
"""Every kind of entry of the security log."""


def word(words: Words, code: str, locale: str) -> str:
    """The words of a code; an older entry may have one that is no more, and shows it."""
    zh, en = words.get(code, (code, code))
    return en if locale == "en" else zh
