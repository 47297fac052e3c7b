"""Column types that behave alike on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, String, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB

BigInt = BigInteger().with_variant(Integer(), "sqlite")
"""64-bit integer that SQLite still takes as a rowid."""

PlainJson = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
"""A JSON document of plain values."""


def code_string(length: int) -> String:
    """A string that sorts and compares by code point on both databases, so that prefixes are ranges of its index."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


class UtcDateTime(TypeDecorator[datetime]):
    """A timezone-aware moment, stored and read as UTC. A naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive moment cannot be stored: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """What reads a value from the database, in one step: lists read hundreds."""
        if dialect.name == "sqlite":
            # One call instead of two: fromisoformat makes UTC itself of this ending.
            return lambda text: None if text is None else datetime.fromisoformat(text + "+00:00")
        return lambda value: self.process_result_value(value, dialect)


class Money(TypeDecorator[Decimal]):
    """An amount in yuan as Decimal with two places, stored as whole fen, since SQLite has no decimals."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        """To the database."""
        if value is None:
            return None
        fen = value * 100
        if fen != fen.to_integral_value():
            raise ValueError(f"no amount in whole fen: {value!r}")
        return int(fen)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        """From the database."""
        return None if value is None else Decimal(value).scaleb(-2).quantize(Decimal("0.01"))
