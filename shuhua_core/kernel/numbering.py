"""Numbers that people say on the phone: ``BX20261122-0001``. Gaps are allowed, twins are not.

A counter row locked until commit would make every creation wait on PostgreSQL, so there a process takes a block of
numbers on a second connection; on SQLite the counter moves inside the writing transaction, since a second connection
would wait for the gate that this one holds.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, String, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from .db import Base, Database
from .prepared import Prepared

_TAKE = text(
    "INSERT INTO numbers (series, next) VALUES (:series, :size + 1) "
    "ON CONFLICT (series) DO UPDATE SET next = numbers.next + :size RETURNING next"
).columns(next=BigInteger)
_TAKE_HERE = Prepared(_TAKE)


class NumberSeries(Base):
    """The next free number of one series (prefix and day)."""

    __tablename__ = "numbers"

    series: Mapped[str] = mapped_column(String(40), primary_key=True)
    next: Mapped[int]


class Numbering:
    """Gives numbers after the deployment's rule, e.g. ``{prefix}{date}-{n:04d}``."""

    def __init__(self, database: Database, zone: ZoneInfo, rule: str = "{prefix}{date}-{n:04d}", block: int = 20) -> None:
        self._database, self._zone, self._rule, self._block = database, zone, rule, block
        self._lock = threading.Lock()
        self._blocks: dict[str, range] = {}

    def take(self, session: Session, prefix: str, now: datetime) -> str:
        """The next number of ``prefix`` on the deployment's day of ``now``."""
        day = now.astimezone(self._zone).strftime("%Y%m%d")
        series = f"{prefix}{day}"
        number = self._ahead(session, series) if session.info.get("numbers_ahead") else self._one(session, series)
        return self._rule.format(prefix=prefix, date=day, n=number)

    def _one(self, session: Session, series: str) -> int:
        if self._database.dialect == "sqlite":
            return int(_TAKE_HERE.rows(session, {"series": series, "size": 1})[0].next) - 1
        return self._from_block(series)

    def _ahead(self, session: Session, series: str) -> int:
        """For a session that says in ``info["numbers_ahead"]`` how many it will want: all of them in one go."""
        blocks: dict[str, Iterator[int]] = session.info.setdefault("number_blocks", {})
        number = next(blocks.get(series, iter(())), None)
        if number is None:
            size = session.info["numbers_ahead"]
            if self._database.dialect == "sqlite":
                end = session.execute(_TAKE, {"series": series, "size": size}).scalar_one()
            else:
                with self._database.engine.begin() as connection:
                    end = connection.execute(_TAKE, {"series": series, "size": size}).scalar_one()
            blocks[series] = iter(range(end - size, end))
            number = next(blocks[series])
        return number

    def _from_block(self, series: str) -> int:
        with self._lock:
            block = self._blocks.get(series, range(0))
            if not block:
                with self._database.engine.begin() as connection:
                    end = connection.execute(_TAKE, {"series": series, "size": self._block}).scalar_one()
                block = range(end - self._block, end)
                if len(self._blocks) > 100:
                    del self._blocks[next(iter(self._blocks))]  # of the longest past day; what is left of it is a gap
            self._blocks[series] = block[1:]
            return block[0]
