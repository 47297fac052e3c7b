"""Choice lists that a deployment keeps as data, as the code names them.

A room that takes or shows a word of such a list says ``FAULTS = CodeList("faults")``. That is a mapping like any other from
word to its labels, and always the list as it is now: schemas, columns, filters, exports and sheets that hold it show a new
label from the next request on.

How a process holds them: all lists together as one :class:`Book`, read again when its token has moved. Who begins something
(a request, a context of a job or command) binds a :class:`Source`; only when a list is needed does it ask for the token, once,
by one small statement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from .choice_store import ChoiceEntry, ChoicesVersion
from .db import Database
from .i18n import _

_KEY = "kernel.choices"
_TOKEN = select(ChoicesVersion.token).where(ChoicesVersion.id == 1)


@dataclass(frozen=True, slots=True)
class Entry:
    """One word of a list."""

    code: str
    zh: str
    en: str
    retired_at: datetime | None = None
    applies_to: frozenset[str] = frozenset()
    """Types of equipment that it is offered for; none: for all."""
    parent: str | None = None

    @property
    def labels(self) -> tuple[str, str]:
        """(zh, en)."""
        return self.zh, self.en

    def fits(self, equipment_type: str | None) -> bool:
        """Whether it is offered for a piece of this type; nothing is hidden where the type is not known."""
        return not self.applies_to or equipment_type is None or equipment_type in self.applies_to


@dataclass(frozen=True, slots=True)
class Book:
    """All lists under one token of their version: list -> code -> entry, in the order in which they are offered."""

    token: str
    lists: Mapping[str, Mapping[str, Entry]] = field(default_factory=dict)


class Source:
    """Where the lists come from: read when the first of them is needed, and kept for as long as what it was bound for lasts.

    ``opening`` opens a session of ``database`` to read them in.
    """

    def __init__(self, database: Database, opening: Callable[[], AbstractContextManager[Session]]) -> None:
        self._database, self._opening = database, opening
        self._book: Book | None = None

    def book(self) -> Book:
        """The lists, from the process's memory while their token is the one they were read under."""
        if self._book is None:
            with self._opening() as session:
                token = session.scalar(_TOKEN) or ""
                self._book = self._known(token) or self._keep(Book(token, _read(session)))
        return self._book

    def told(self, token: str | None) -> None:
        """Somebody has read the token along with something else: what the process holds under it need not be asked for."""
        self._book = self._book or self._known(token)

    def _known(self, token: str | None) -> Book | None:
        known: Book | None = self._database.info.get(_KEY)
        return known if known is not None and known.token == token else None

    def _keep(self, read: Book) -> Book:
        self._database.info[_KEY] = read
        return read


def _read(session: Session) -> dict[str, dict[str, Entry]]:
    found: dict[str, dict[str, Entry]] = {}
    for row in session.scalars(select(ChoiceEntry).order_by(ChoiceEntry.list_name, ChoiceEntry.position, ChoiceEntry.id)):
        entry = Entry(row.code, row.zh, row.en, row.retired_at, frozenset(row.applies_to or ()), row.parent)
        found.setdefault(row.list_name, {})[row.code] = entry
    return found


_SOURCE: ContextVar[Source] = ContextVar("choices")


def bind(source: Source) -> None:
    """Take the lists from ``source`` from now on, in this thread or task."""
    _SOURCE.set(source)


def source_beside(session: Session, database: Database) -> Source:
    """A source that reads in ``session`` while a transaction of it is open, else in a short one of its own."""

    @contextmanager
    def opening() -> Iterator[Session]:
        if session.in_transaction():
            yield session
        else:
            with database.read() as own:
                yield own

    return Source(database, opening)


def book() -> Book:
    """The lists as they are now. Raises LookupError where nothing was bound: outside of requests, jobs and commands."""
    return _SOURCE.get().book()


class CodeList(Mapping[str, tuple[str, str]]):
    """One list by its name: code -> (zh, en) of all its words, also of those that are retired, as old records have them."""

    def __init__(self, name: str) -> None:
        self.name = name

    @property
    def entries(self) -> Mapping[str, Entry]:
        """Code -> entry."""
        return book().lists.get(self.name, {})

    def __getitem__(self, code: str) -> tuple[str, str]:
        return self.entries[code].labels

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __hash__(self) -> int:
        return hash(self.name)

    def __eq__(self, other: object) -> bool:
        return self is other

    def offered(self, equipment_type: str | None = None) -> dict[str, tuple[str, str]]:
        """What a new entry may choose: nothing that is retired, and what fits pieces of the type."""
        return {each.code: each.labels for each in self.entries.values() if each.retired_at is None and each.fits(equipment_type)}

    def retired_at(self, code: Any) -> datetime | None:
        """Since when a word is not to be chosen any more; None of one that may be."""
        entry = self.entries.get(code) if isinstance(code, str) else None
        return entry.retired_at if entry else None

    def label(self, code: str | None, locale: str) -> str:
        """The word in the language; '' for none, an unknown code as it is."""
        if code is None:
            return ""
        zh, en = self.get(code, (code, code))
        return en if locale == "en" else zh


def offered(options: Mapping[str, tuple[str, str]]) -> Mapping[str, tuple[str, str]]:
    """The words that a new entry may choose from ``options``, which are fixed or a list."""
    return options.offered() if isinstance(options, CodeList) else options


def retired_words(chosen: Mapping[str, CodeList], values: Mapping[str, Any], kept: Any) -> dict[str, Any]:
    """Field -> what is wrong with it, where ``values`` choose what was retired before they were captured.

    ``kept`` is the record that is changed: what it has already, it may keep.
    """
    captured, errors = values.get("captured_at"), {}
    for name, words in chosen.items():
        value, had = values.get(name), getattr(kept, name, None)
        for word in value if isinstance(value, list) else [value]:
            since = words.retired_at(word)
            if word is None or since is None or word == had or (captured is not None and captured < since):
                continue
            mapping = {"word": " / ".join(words[word]), "day": since.date().isoformat()}
            errors[name] = _("${word} has not been in use since ${day}. Choose another one.", mapping=mapping)
    return errors
