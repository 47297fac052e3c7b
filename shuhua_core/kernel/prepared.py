"""Statements of the hot path: compiled once for each database, then run by the driver's own cursor.

SQLAlchemy spends five to ten times as long on a statement of a row or two as the database does. Where a request sends a dozen
that never change, that is most of its time. ``Prepared`` keeps what SQLAlchemy is needed for (the SQL of the dialect, the
types of parameters and columns, its errors) and leaves out the rest. It is for statements that are fixed but for their values;
what is put together at each call is run by the session as ever.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Dialect, Executable, Insert, SelectBase
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

Processor = Callable[[Any], Any]
_KEPT = "connection_of"


@dataclass(slots=True)
class _Compiled:
    """A statement as one dialect takes it."""

    sql: str
    binds: tuple[tuple[str, Processor | None], ...]
    """Parameters with what turns a value into the driver's, in the statement's order where the driver takes them by position."""
    fixed: Mapping[str, Any]
    """Values that stand in the statement itself."""
    by_position: bool
    make: Callable[..., Any]
    """Makes a row that is read by names of columns."""
    types: tuple[Any, ...]
    """Of the columns that it gives back, in this dialect."""
    readers: tuple[Processor | None, ...] | None = None
    """What turns the driver's value into the column's; known once the driver has said what it gives."""

    def parameters(self, values: Mapping[str, Any]) -> Any:
        """The values as the driver takes them. Raises KeyError for one that is missing."""
        given = {**self.fixed, **values} if self.fixed else values
        if self.by_position:
            return [given[name] if bind is None else bind(given[name]) for name, bind in self.binds]
        return {name: given[name] if bind is None else bind(given[name]) for name, bind in self.binds}

    def rows(self, cursor: Any, dialect: Dialect) -> list[Any]:
        """All rows of the cursor, by the names of their columns."""
        if self.readers is None:
            given = zip(self.types, cursor.description, strict=True)
            self.readers = tuple(kind.result_processor(dialect, column[1]) for kind, column in given)
        make, readers = self.make, self.readers
        if not any(readers):
            return [make(*raw) for raw in cursor.fetchall()]
        return [
            make(*(value if read is None else read(value) for value, read in zip(raw, readers, strict=True)))
            for raw in cursor.fetchall()
        ]


class Prepared:
    """A fixed Core statement, for any number of sessions and threads."""

    def __init__(
        self, statement: Executable, columns: Sequence[str] = (), attributes: Mapping[str, Any] = MappingProxyType({})
    ) -> None:
        """``columns`` are those that an INSERT is given at each call, besides the ones that stand in the statement.

        ``attributes`` are the same for each row that is given back.
        """
        self._statement, self._columns, self._attributes = statement, list(columns), attributes
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, session: Session, values: Mapping[str, Any]) -> list[Any]:
        """All rows of a SELECT, or of what a statement returns. What the session has not written yet is written before.

        Raises what SQLAlchemy raises (:class:`DBAPIError` and its kinds).
        """
        session.flush()
        return self._execute(_connection(session), values)

    def row(self, session: Session, values: Mapping[str, Any]) -> Any | None:
        """The first row, or None."""
        found = self.rows(session, values)
        return found[0] if found else None

    def scalar(self, session: Session, values: Mapping[str, Any]) -> Any | None:
        """The first column of the first row, or None."""
        found = self.rows(session, values)
        return found[0][0] if found else None

    def run(self, session: Session, values: Mapping[str, Any]) -> None:
        """Run an INSERT that gives nothing back. The rows that it refers to have been written.

        A session that holds back what it writes (``kernel/collecting.py``) may take the row instead.
        """
        hold_back = getattr(session, "hold_back", None)
        if hold_back is None or not hold_back(self._statement, values):
            self._execute(_connection(session), values)

    def _execute(self, connection: Connection, values: Mapping[str, Any]) -> list[Any]:
        dialect = connection.dialect
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _compile(self._statement, self._columns, self._attributes, dialect)
        parameters = compiled.parameters(values)
        cursor = connection.connection.cursor()
        try:
            listeners = connection.dispatch.before_cursor_execute
            if listeners:  # whoever counts or refuses statements meets these too
                listeners(connection, cursor, compiled.sql, parameters, None, False)
            cursor.execute(compiled.sql, parameters)
            return compiled.rows(cursor, dialect) if compiled.types else []
        except dialect.loaded_dbapi.Error as error:
            raise told(connection, cursor, compiled.sql, error) from error
        finally:
            cursor.close()


def _connection(session: Session) -> Connection:
    """The session's connection, asked for once a transaction. One whose work failed, or has ended, is asked as ever."""
    transaction = session.get_transaction()
    kept: tuple[Any, Connection] | None = session.info.get(_KEPT)
    if kept is not None and kept[0] is transaction and session.is_active:
        return kept[1]
    connection = session.connection()
    session.info[_KEPT] = session.get_transaction(), connection
    return connection


def told(connection: Connection, cursor: Any, sql: str, error: Any) -> BaseException:
    """The driver's error as SQLAlchemy tells it, without the values, which may be personal. Lets go a connection that is gone."""
    dialect = connection.dialect
    gone = dialect.is_disconnect(error, connection.connection, cursor)
    told: BaseException = DBAPIError.instance(
        sql,
        None,
        error,
        dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=gone,
        dialect=dialect,
    )
    if gone:
        connection.invalidate(error)
    return told


def _compile(statement: Any, columns: list[str], attributes: Mapping[str, Any], dialect: Dialect) -> _Compiled:
    if isinstance(statement, Insert) and not statement.exported_columns:
        statement = statement.inline()  # else PostgreSQL is asked for the new id, which nobody wants
    options = {"column_keys": columns} if isinstance(statement, Insert) else {}
    compiled = statement.compile(dialect=dialect, **options)
    if compiled.post_compile_params or compiled.literal_execute_params:
        raise ValueError("a list of values changes the statement at each call: let the session run it")
    named = {name: bind for bind, name in compiled.bind_names.items()}
    processors = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in named.items()}
    names = compiled.positiontup if compiled.positional else named
    returned = list(
        statement.selected_columns if isinstance(statement, SelectBase) else getattr(statement, "exported_columns", ())
    )
    keys = [column.key or f"column_{n}" for n, column in enumerate(returned)]
    return _Compiled(
        sql=str(compiled),
        binds=tuple((name, processors[name]) for name in names),
        fixed={name: bind.effective_value for name, bind in named.items() if not bind.required} | _defaults(compiled),
        by_position=bool(compiled.positional),
        make=type("Row", (namedtuple("Columns", keys),), {"__slots__": (), **attributes}),
        types=tuple(column.type.dialect_impl(dialect) for column in returned),
    )


def _defaults(compiled: Any) -> dict[str, Any]:
    """Values of columns that an INSERT leaves to their default."""
    left = [column for column in getattr(compiled, "insert_prefetch", None) or () if column.default is not None]
    for column in left:
        if not column.default.is_scalar:
            raise ValueError(f"{column.name}: a default that is made anew for each row has to be given")
    return {column.name: column.default.arg for column in left}
