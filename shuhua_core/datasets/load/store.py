"""Records of a bulk load in memory: made and changed without a statement each, then written part by part."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import bindparam, func, insert, select, text, update
from sqlalchemy.orm import Session

from shuhua_core.kernel.collecting import defaults
from shuhua_core.kernel.db import Base
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.kernel.numbering import Numbering, NumberSeries

RecordT = TypeVar("RecordT", bound=Base)


class Store:
    """New and changed records of the models that it is given, which are written in the order of that list."""

    def __init__(self, models: Sequence[type[Base]]) -> None:
        self._models = tuple(models)
        self._next: dict[type[Base], int] = {}
        self._new: dict[type[Base], list[Base]] = {model: [] for model in models}
        self._changed: dict[type[Base], dict[int, Base]] = {model: {} for model in models}
        self._unwritten: set[int] = set()

    def begin(self, session: Session) -> None:
        """Give ids from here on after the last ones in the database."""
        for model in self._models:
            if "id" in model.__table__.columns:
                self._next[model] = (session.scalar(select(func.max(model.__table__.columns["id"]))) or 0) + 1

    def next_id(self, model: type[Base]) -> int:
        """The id that the next new record of the model gets."""
        return self._next[model]

    def reserve(self, model: type[Base], count: int) -> int:
        """Keep ``count`` ids for records that bring theirs; gives the first."""
        first = self._next[model]
        self._next[model] += count
        return first

    def new(self, model: type[RecordT], **values: Any) -> RecordT:
        """A new record with an id and the defaults of its columns."""
        if model in self._next and "id" not in values:
            values["id"] = self._next[model]
            self._next[model] += 1
        record = model(**{**defaults(model), **values})
        self._new[model].append(record)
        self._unwritten.add(id(record))
        return record

    def touch(self, record: Any) -> None:
        """The record was changed."""
        if id(record) not in self._unwritten:
            self._changed[type(record)][record.id] = record

    def write(self, session: Session) -> None:
        """Send all that is new or changed."""
        for model in self._models:
            records, self._new[model] = self._new[model], []
            if records:
                session.execute(insert(model.__table__), [_row(record) for record in records])  # type: ignore[arg-type]
        for model in self._models:
            changed, self._changed[model] = self._changed[model], {}
            if changed:
                session.execute(_update(model), [_row(record, prefix="v_") for record in changed.values()])
        self._unwritten.clear()

    def end(self, session: Session) -> None:
        """Let PostgreSQL's sequences go on after the ids that were given here."""
        if session.get_bind().dialect.name != "postgresql":
            return
        for model, following in self._next.items():
            sequence = f"pg_get_serial_sequence('{model.__tablename__}', 'id')"
            session.execute(text(f"SELECT setval({sequence}, :next, false)"), {"next": following})


class CountedNumbers(Numbering):
    """Numbers by the deployment's rule, counted in memory and noted part by part; nobody else takes any meanwhile."""

    def __init__(self, deployment: Deployment) -> None:
        settings = deployment.settings
        super().__init__(deployment.database, settings.timezone, settings.number_rule)
        self._counted: dict[str, int] = {}

    def take(self, session: Session, prefix: str, now: datetime) -> str:
        """The next number of ``prefix`` on the deployment's day of ``now``."""
        day = now.astimezone(self._zone).strftime("%Y%m%d")
        series = f"{prefix}{day}"
        if series not in self._counted:
            # On the connection: what the session holds back need not be sent for this question.
            asked = session.connection().execute(select(NumberSeries.next).where(NumberSeries.series == series))
            self._counted[series] = asked.scalar() or 1
        number = self._counted[series]
        self._counted[series] += 1
        return self._rule.format(prefix=prefix, date=day, n=number)

    def write(self, session: Session) -> None:
        """Note how far each series has come."""
        rows = [{"series": series, "next": following} for series, following in self._counted.items()]
        self._counted.clear()
        if rows:
            session.execute(_NOTE_SERIES, rows)


_NOTE_SERIES = text(
    "INSERT INTO numbers (series, next) VALUES (:series, :next) ON CONFLICT (series) DO UPDATE SET next = excluded.next"
)


def detached(session: Session, records: Iterable[RecordT]) -> list[RecordT]:
    """The records, which the session forgets, so that it never writes them."""
    found = list(records)
    for record in found:
        session.expunge(record)
    return found


@cache
def _update(model: type[Base]) -> Any:
    table: Any = model.__table__
    columns = [column.key for column in table.columns if column.key != "id"]
    return update(table).where(table.c.id == bindparam("v_id")).values({name: bindparam(f"v_{name}") for name in columns})


def _row(record: Base, prefix: str = "") -> dict[str, Any]:
    return {f"{prefix}{column.key}": getattr(record, column.key) for column in record.__table__.columns}
