"""Administrative divisions, and the columns of a position."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Float, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from shuhua_core.kernel.db import Base
from shuhua_core.kernel.types import code_string

DIVISION_CODE_LENGTH = 20


class Division(Base):
    """One administrative division. Its code begins with the code of every division that it lies in.

    Codes are merged and retired, so a division keeps when it was valid and what took its place.
    """

    __tablename__ = "divisions"
    __table_args__ = (Index("ix_divisions_name_zh", "name_zh"), Index("ix_divisions_name_en", "name_en"))

    code: Mapped[str] = mapped_column(code_string(DIVISION_CODE_LENGTH), primary_key=True)
    """GB/T 2260 for China (2, 4, 6 or 9 digits); a deployment may bring others."""
    parent_code: Mapped[str | None] = mapped_column(code_string(DIVISION_CODE_LENGTH), index=True)
    """The nearest division above that exists; levels may be left out (东莞 has no counties)."""
    level: Mapped[str] = mapped_column(String(10))
    """``country``, ``province``, ``city``, ``county`` or ``town``."""
    name_zh: Mapped[str] = mapped_column(code_string(60))
    name_en: Mapped[str] = mapped_column(code_string(80))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    """The last day on which the code was in use; None for a present one."""
    replaced_by: Mapped[str | None] = mapped_column(code_string(DIVISION_CODE_LENGTH))

    def name(self, locale: str) -> str:
        """The division's own name in the language."""
        return self.name_en if locale == "en" and self.name_en else self.name_zh


class PositionColumns:
    """Mixin: a position in WGS-84 beside what came in. Filled by :func:`shuhua_core.places.positions.set_position` alone."""

    longitude: Mapped[float | None] = mapped_column(Float(53))
    latitude: Mapped[float | None] = mapped_column(Float(53))
    raw_longitude: Mapped[float | None] = mapped_column(Float(53))
    raw_latitude: Mapped[float | None] = mapped_column(Float(53))
    datum: Mapped[str | None] = mapped_column(String(10))
    """Datum of the raw position."""
    accuracy: Mapped[float | None] = mapped_column(Float(53))
    """In metres, as the device said."""
    position_source: Mapped[str | None] = mapped_column(String(10))
    """``gps``, ``network``, ``map``, ``import`` or ``address``."""


class MapColumns(PositionColumns):
    """Mixin: a position that the map finds by its Morton key, None without a position."""

    morton: Mapped[int | None]
