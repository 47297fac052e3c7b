"""An index of a model's texts by every two characters, so that a word of two is found anywhere in them.

The database itself keeps it, in the transaction of the change and whoever makes it: on SQLite a full-text table of grams
that triggers fill, on PostgreSQL a GIN index over a function. Texts are cut into all their pairs of characters (and the last
character alone), codes into all their runs of four. What the index finds may be too much (its pairs need not stand side by
side) and is never too little, so whoever asks compares the texts themselves besides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import DDL, Select, Table, Text, bindparam, cast, column, event, func, literal_column, table, text
from sqlalchemy.orm import Session

PAIR = 2
RUN = 4
"""Characters of a gram of texts, and of one of codes."""
SUFFIX = "_grams"
_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


@dataclass(frozen=True)
class TextIndex:
    """The index of one table."""

    table: str
    texts: tuple[str, ...]
    codes: tuple[str, ...]

    @property
    def name(self) -> str:
        """Of the full-text table on SQLite, and of the index on PostgreSQL."""
        return self.table + SUFFIX

    def texts_with(self, query: Select[Any], dialect: str, found: str) -> Select[Any]:
        """The query, which asks the table, narrowed to rows in whose texts ``found`` may stand, in any case of its letters."""
        return self._narrowed(query, dialect, found, PAIR)

    def codes_with(self, query: Select[Any], dialect: str, found: str) -> Select[Any]:
        """The query, which asks the table, narrowed to rows in one of whose codes ``found`` may stand."""
        return self._narrowed(query, dialect, found, RUN)

    def _narrowed(self, query: Select[Any], dialect: str, found: str, size: int) -> Select[Any]:
        if dialect == "sqlite":
            # As a join, which gives row after row; a subquery would be gathered as a whole before the first.
            grams = table(self.name, column("rowid"))
            match = text(f"{self.name} MATCH :grams").bindparams(bindparam("grams", _fts_query(found, size), unique=True))
            return query.join(grams, grams.c.rowid == literal_column(f"{self.table}.id")).where(match)
        words = func.shuhua_gram_query(cast(found, Text), literal_column(str(size)))
        return query.where(literal_column(self._vector(self.table)).op("@@", is_comparison=True)(words))

    # Making it ----------------------------------------------------------------------------------------------------------

    def create_statements(self, dialect: str) -> list[str]:
        """The SQL that makes the index of a table that is there."""
        if dialect == "sqlite":
            return self._sqlite()
        index = f"CREATE INDEX {self.name} ON {self.table} USING gin ({self._vector('')}) WITH (gin_pending_list_limit = 256)"
        return [*FUNCTIONS, index]

    def drop_statements(self, dialect: str) -> list[str]:
        """The SQL that removes what does not go with the table."""
        return [f"DROP TABLE IF EXISTS {self.name}"] if dialect == "sqlite" else []

    def rebuild(self, session: Session) -> None:
        """Make it anew from the rows."""
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text(f"REINDEX INDEX {self.name}"))
            return
        session.execute(text(f"INSERT INTO {self.name} ({self.name}) VALUES ('delete-all')"))  # noqa: S608 - our own names
        session.execute(text(f"INSERT INTO {self.name} (rowid, grams) SELECT id, {self.grams(self.table)} FROM {self.table}"))  # noqa: S608

    def grams(self, row: str) -> str:
        """On SQLite: all grams of a row as words for its full-text table; ``row`` names it in SQL."""
        parts = []
        if self.texts:
            parts.append(_cut(f"lower({_joined(row, self.texts)})", PAIR, ""))
        if self.codes:
            parts.append(_cut(_joined(row, self.codes), RUN, "n"))
        return " || ' ' || ".join(parts)

    def _vector(self, row: str) -> str:
        return f"shuhua_grams({_joined(row, self.texts)}, {_joined(row, self.codes)})"

    def _sqlite(self) -> list[str]:
        watched = (*self.texts, *self.codes)
        changed = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in watched)
        came = f"INSERT INTO {self.name} (rowid, grams) VALUES (NEW.id, {self.grams('NEW')});"  # noqa: S608
        went = f"INSERT INTO {self.name} ({self.name}, rowid, grams) VALUES ('delete', OLD.id, {self.grams('OLD')});"  # noqa: S608
        options = "grams, content='', columnsize=0, detail=none, tokenize='ascii'"
        on = f"ON {self.table}"
        return [
            f"CREATE VIRTUAL TABLE {self.name} USING fts5({options})",
            f"CREATE TRIGGER {self.name}_insert AFTER INSERT {on} BEGIN {came} END",
            f"CREATE TRIGGER {self.name}_delete AFTER DELETE {on} BEGIN {went} END",
            f"CREATE TRIGGER {self.name}_update AFTER UPDATE OF {', '.join(watched)} {on} WHEN {changed} BEGIN {went} {came} END",
        ]


INDEXES: dict[str, TextIndex] = {}
"""All of them, by table."""


def index_texts(model: Any, *, texts: Sequence[str] = (), codes: Sequence[str] = ()) -> TextIndex:
    """Have the database index these columns of ``model``; to be called once, beside the model."""
    made: Table = model.__table__
    found = INDEXES[made.name] = TextIndex(made.name, tuple(texts), tuple(codes))
    for dialect in ("sqlite", "postgresql"):
        for statement in found.create_statements(dialect):
            _on(made, "after_create", statement, dialect)
        for statement in found.drop_statements(dialect):
            _on(made, "after_drop", statement, dialect)
    return found


def is_of_an_index(name: str | None, kind: str) -> bool:
    """Whether a table or index belongs to one of these and is therefore no business of the models' metadata."""
    return name is not None and kind in {"table", "index"} and any(name.startswith(each.name) for each in INDEXES.values())


def _on(made: Table, moment: str, statement: str, dialect: str) -> None:
    event.listen(made, moment, DDL(statement.replace("%", "%%")).execute_if(dialect=dialect))  # type: ignore[no-untyped-call]


def _joined(row: str, names: Sequence[str]) -> str:
    """The columns one below the other: nobody looks for a line break, so nothing is found across them."""
    before = f"{row}." if row else ""
    return " || '\n' || ".join(f"coalesce({before}{name}, '')" for name in names) or "''"


def _cut(expression: str, size: int, mark: str) -> str:
    """SQL for SQLite that gives all runs of ``size`` characters, written as hexadecimal digits that no tokenizer alters."""
    return (
        f"(WITH RECURSIVE rest(t) AS (SELECT {expression} UNION ALL SELECT substr(t, 2) FROM rest WHERE length(t) > 1) "  # noqa: S608
        f"SELECT group_concat('{mark}' || hex(substr(t, 1, {size})), ' ') FROM rest)"
    )


def _fts_query(found: str, size: int) -> str:
    """All grams of what is looked for; one shorter than a gram is the beginning of one."""
    mark, lowered = ("n" if size == RUN else ""), found.translate(_LOWER) if size == PAIR else found
    whole = [lowered[at : at + size] for at in range(len(lowered) - size + 1)]
    return " ".join(f"{mark}{_hex(gram)}" for gram in dict.fromkeys(whole)) or f"{mark}{_hex(lowered)}*"


def _hex(gram: str) -> str:
    return gram.encode().hex()


_GRAMS = """CREATE OR REPLACE FUNCTION shuhua_grams(texts text, codes text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 2000 AS
$$ DECLARE t text[] := string_to_array(lower(texts), NULL); c text[] := string_to_array(codes, NULL);
BEGIN RETURN array_to_tsvector(ARRAY(
SELECT t[n] || coalesce(t[n + 1], '') FROM generate_subscripts(t, 1) AS n
UNION SELECT '#' || array_to_string(c[n : n + 3], '') FROM generate_subscripts(c, 1) AS n)); END $$"""
_GRAM_QUERY = r"""CREATE OR REPLACE FUNCTION shuhua_gram_query(wanted text, size integer) RETURNS tsquery
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS
$$ DECLARE mark text := CASE size WHEN 4 THEN '#' ELSE '' END; words text;
t text := replace(replace(CASE size WHEN 4 THEN wanted ELSE lower(wanted) END, '\', E'\x01'), '''', E'\x02');
BEGIN SELECT string_agg('''' || mark || substr(t, n, size) || '''', ' & ') INTO words
FROM generate_series(1, length(t) - size + 1) AS n;
words := coalesce(words, '''' || mark || t || ''':*');
RETURN replace(replace(words, E'\x01', '\\'), E'\x02', '''''')::tsquery; END $$"""
FUNCTIONS = (_GRAMS, _GRAM_QUERY)
"""What PostgreSQL is taught: the grams of a row, and the query for all grams of a word, whose quotes are doubled at the end."""
