"""The lists that there are: what they are called, who keeps them, where their words stand, and the words they begin with."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, String, cast, select
from sqlalchemy.orm import Session

from shuhua_core.accounts.permissions import Permission
from shuhua_core.kernel.choice_store import ChoiceEntry, choices_changed
from shuhua_core.kernel.db import Base

FILE = Path(__file__).parent / "lists.toml"
KEEPERS: Mapping[str, str] = {"quality": Permission.CHOICES_CODES, "office": Permission.CHOICES_KINDS}
"""Keeper of a list -> the permission to change it."""


@dataclass(frozen=True, slots=True)
class Use:
    """A place where words of a list stand."""

    column: Any
    """A column of a table."""
    member: str | None = None
    """Member of the JSON object in the column that is the word."""
    within: bool = False
    """Whether the word stands somewhere within the column's JSON."""

    def holds(self, code: str) -> ColumnElement[bool]:
        """Whether a row has the word."""
        if self.within:
            return cast(self.column, String).contains(f'"{code}"', autoescape=True)
        found: ColumnElement[bool] = self.word == code
        return found

    @property
    def word(self) -> Any:
        """The word of a row, to group by; not where it stands within JSON."""
        return self.column if self.member is None else self.column[self.member].as_string()


@dataclass(frozen=True, slots=True)
class ChoiceList:
    """One list."""

    name: str
    zh: str
    en: str
    keeper: str
    uses: tuple[str, ...]
    words: tuple[tuple[str, str, str], ...]
    """(code, zh, en) of those that it begins with."""
    by_type: bool = False
    parents: bool = False
    fixed: frozenset[str] = frozenset()

    @property
    def permission(self) -> str:
        """What somebody needs to change it."""
        return KEEPERS[self.keeper]

    def label(self, locale: str) -> str:
        """Its name in the language."""
        return self.en if locale == "en" else self.zh

    def places(self) -> Sequence[Use]:
        """Where its words stand."""
        return [_use(each) for each in self.uses]


@cache
def lists() -> Mapping[str, ChoiceList]:
    """All lists by name, in the order in which the office shows them."""
    with FILE.open("rb") as file:
        read: list[dict[str, Any]] = tomllib.load(file)["list"]
    return {each["name"]: _list(each) for each in read}


def _list(read: dict[str, Any]) -> ChoiceList:
    return ChoiceList(
        name=read["name"],
        zh=read["zh"],
        en=read["en"],
        keeper=read["keeper"],
        uses=tuple(read["uses"]),
        words=tuple((code, zh, en) for code, zh, en in read["words"]),
        by_type=read.get("by_type", False),
        parents=read.get("parents", False),
        fixed=frozenset(read.get("fixed", ())),
    )


def _use(text: str) -> Use:
    place, _colon, member = text.removesuffix("~").partition(":")
    table, _dot, column = place.partition(".")
    return Use(Base.metadata.tables[table].c[column], member or None, within=text.endswith("~"))


def seed_choices(session: Session, now: datetime) -> None:
    """The words of lists that are still empty; one that has words is data of the deployment and left alone."""
    present = set(session.scalars(select(ChoiceEntry.list_name).distinct()))
    missing = [each for each in lists().values() if each.name not in present]
    for each in missing:
        session.add_all(
            ChoiceEntry(list_name=each.name, code=code, zh=zh, en=en, position=place, version=1, created_at=now, updated_at=now)
            for place, (code, zh, en) in enumerate(each.words, start=1)
        )
    if missing:
        choices_changed(session)
