"""Inputs of choice lists."""

from __future__ import annotations

from typing import Any

from shuhua_core.kernel.choices import CodeList
from shuhua_core.kernel.i18n import _
from shuhua_core.kernel.schema import Choice, InputSchema, Items, Text, field

TYPES = CodeList("equipment_types")
PATTERN = r"[a-z][a-z0-9_]*"


class WordPatch(InputSchema):
    """What may be changed of a word: what it is called in each language, and what it is offered for."""

    zh = field(Text(40), _("Chinese"))
    en = field(Text(60), _("English"))
    applies_to = field(
        Items(Choice(TYPES), 60), _("For these types of equipment"), help=_("None chosen: for all. Only of codes of faults.")
    )
    parent = field(
        Text(20, pattern=PATTERN),
        _("Shown on the map as"),
        help=_("The code of a kind that came with the system: its shape on the map."),
    )
    note = field(Text(500, multiline=True), _("Note"), help=_("When to choose it. Seen in the office only."))


class Word(WordPatch):
    """A word needs a name in both languages."""

    zh = field(Text(40), _("Chinese"), required=True)
    en = field(Text(60), _("English"), required=True)


def _code() -> Any:
    hint = _("Small letters, digits and _ only, a letter first.")
    return field(
        Text(20, pattern=PATTERN, hint=hint),
        _("Code", context="choice"),
        required=True,
        insert_before="zh",
        help=_("Stays on records for ever and cannot be changed later."),
    )


class NewWord(Word):
    """A new word. Its code stands on records for ever."""

    code = _code()
