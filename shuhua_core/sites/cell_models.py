"""How many sites lie in each cell of the coarse map, by what the map filters and scopes by.

Filled by triggers (``cell_triggers.py``), so that whoever writes sites, and however, keeps the counts; read by ``cells.py``.
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from shuhua_core.archives.models import PATH_LENGTH
from shuhua_core.kernel.db import Base
from shuhua_core.kernel.scope import ScopeColumns
from shuhua_core.kernel.types import BigInt, code_string

KEPT_ZOOMS = (6, 9, 12)
"""Zooms of the tiles that counts are kept of. Finer views hold few enough sites to be counted."""
KEPT_DIVISION = 6
"""Characters of a division's code that are kept, which for China is the county."""
PERIOD_ZOOMS = (6, 10)
"""Zooms of the tiles that counts are kept of by time of installation. Finer views hold few enough sites here too."""
_SCOPE = ScopeColumns("site_cell", division="division_code", organisation="organisation_path")


class SiteCell(Base):
    """How many sites of one tile have these properties, and the sums of their positions in millionths of a degree."""

    __tablename__ = "site_cells"
    __table_args__ = ({"sqlite_with_rowid": False},)
    __scope__: ClassVar[ScopeColumns] = _SCOPE

    zoom: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    cell: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    organisation_path: Mapped[str] = mapped_column(code_string(PATH_LENGTH), primary_key=True)
    """Of the site; empty for none, as is the division."""
    division_code: Mapped[str] = mapped_column(code_string(KEPT_DIVISION), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    state: Mapped[str] = mapped_column(String(20), primary_key=True)
    count: Mapped[int]
    longitude_sum: Mapped[int] = mapped_column(BigInteger)
    latitude_sum: Mapped[int] = mapped_column(BigInteger)


class SitePeriodCell(Base):
    """The same by year and month of installation: of years for all kinds together and for each, of months for all together."""

    __tablename__ = "site_period_cells"
    __table_args__ = ({"sqlite_with_rowid": False},)
    __scope__: ClassVar[ScopeColumns] = _SCOPE

    zoom: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    period: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """``202400`` is the year, ``202405`` its May."""
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    """Empty for all kinds together."""
    cell: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    organisation_path: Mapped[str] = mapped_column(code_string(PATH_LENGTH), primary_key=True)
    division_code: Mapped[str] = mapped_column(code_string(KEPT_DIVISION), primary_key=True)
    state: Mapped[str] = mapped_column(String(20), primary_key=True)
    count: Mapped[int]
    longitude_sum: Mapped[int] = mapped_column(BigInteger)
    latitude_sum: Mapped[int] = mapped_column(BigInteger)


class SiteCellChange(Base):
    """On PostgreSQL: a site that came (``count`` 1) or went (-1), until the worker adds it to the cells.

    If writers changed the cells themselves, all who change sites of one town would wait for each other until they commit.
    On SQLite writers queue anyway, so the cells are changed at once, and this table stays empty.
    """

    __tablename__ = "site_cell_changes"
    __scope__: ClassVar[ScopeColumns] = _SCOPE

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    morton: Mapped[int]
    organisation_path: Mapped[str] = mapped_column(code_string(PATH_LENGTH))
    division_code: Mapped[str] = mapped_column(code_string(KEPT_DIVISION))
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20))
    installed_on: Mapped[date | None]
    count: Mapped[int]
    longitude_sum: Mapped[int] = mapped_column(BigInteger)
    latitude_sum: Mapped[int] = mapped_column(BigInteger)
