"""The database itself keeps the counts of the map's cells, in the transaction that changes a site."""

from __future__ import annotations

from sqlalchemy import DDL, event

from shuhua_core.places.morton import KEY_BITS

from .cell_models import KEPT_DIVISION, KEPT_ZOOMS, PERIOD_ZOOMS
from .models import Site

_WATCHED = ("morton", "longitude", "latitude", "state", "kind", "organisation_path", "division_code", "installed_on")
_KEY = ("zoom", "cell", "organisation_path", "division_code", "kind", "state")
PERIOD_KEY = ("zoom", "period", "kind", "cell", "organisation_path", "division_code", "state")
_SUMS = ("count", "longitude_sum", "latitude_sum")


def kept_of(row: str) -> tuple[str, str, str, str, str, str]:
    """Path, division, kind, state, longitude and latitude of one site as the cells keep them; ``row`` names it in SQL."""
    return (
        f"coalesce({row}.organisation_path, '')",
        f"substr(coalesce({row}.division_code, ''), 1, {KEPT_DIVISION})",
        f"{row}.kind",
        f"{row}.state",
        f"CAST(round({row}.longitude * 1000000) AS BIGINT)",
        f"CAST(round({row}.latitude * 1000000) AS BIGINT)",
    )


def periods_of(row: str, dialect: str) -> tuple[tuple[str, str], ...]:
    """Times of installation of one site, and the kind of each, as the cells keep them; ``row`` names it in SQL."""
    if dialect == "sqlite":
        year, month = (f"CAST(substr({row}.installed_on, {at}) AS INTEGER)" for at in ("1, 4", "6, 2"))
    else:
        year, month = (f"CAST(extract({part} FROM {row}.installed_on) AS BIGINT)" for part in ("year", "month"))
    whole = f"{year} * 100"
    return (whole, "''"), (f"{whole} + {month}", "''"), (whole, f"{row}.kind")


def create_statements(dialect: str) -> list[str]:
    """The SQL that makes the triggers on ``sites``."""
    watched = ", ".join(_WATCHED)
    differs = "IS NOT" if dialect == "sqlite" else "IS DISTINCT FROM"
    changed = " OR ".join(f"OLD.{name} {differs} NEW.{name}" for name in _WATCHED)
    if dialect == "sqlite":
        came, went = _sqlite("NEW", 1), _sqlite("OLD", -1)
        return [
            f"CREATE TRIGGER sites_cells_insert AFTER INSERT ON sites BEGIN {came} END",
            f"CREATE TRIGGER sites_cells_delete AFTER DELETE ON sites BEGIN {went} END",
            f"CREATE TRIGGER sites_cells_update AFTER UPDATE OF {watched} ON sites WHEN {changed} BEGIN {went} {came} END",
        ]
    call = "EXECUTE FUNCTION shuhua_count_site()"
    return [
        _FUNCTION,
        f"CREATE TRIGGER sites_cells AFTER INSERT OR DELETE ON sites FOR EACH ROW {call}",
        f"CREATE TRIGGER sites_cells_update AFTER UPDATE OF {watched} ON sites FOR EACH ROW WHEN ({changed}) {call}",
    ]


def _counted(row: str, sign: int) -> str:
    """The columns of a change from the path on."""
    *what, longitude, latitude = kept_of(row)
    return ", ".join((*what, str(sign), f"{sign} * {longitude}", f"{sign} * {latitude}"))


def _sqlite(row: str, sign: int) -> str:
    """Adds the row to its cells, or takes it off them; a cell without any is removed."""
    return f"{_sqlite_cells(row, sign)} {_sqlite_periods(row, sign)}"


def _sqlite_periods(row: str, sign: int) -> str:
    zooms = " UNION ALL ".join(f"SELECT {zoom} AS zoom" for zoom in PERIOD_ZOOMS)
    periods = " UNION ALL ".join(f"SELECT {period} AS period, {kind} AS kind" for period, kind in periods_of(row, "sqlite"))
    sums = ", ".join(f"{name} = {name} + excluded.{name}" for name in _SUMS)
    path, division, _kind, state, longitude, latitude = kept_of(row)
    key = ", ".join(PERIOD_KEY)
    values = f"{path}, {division}, {state}, {sign}, {sign} * {longitude}, {sign} * {latitude}"
    found = f"INSERT INTO site_period_cells ({key}, {', '.join(_SUMS)}) "
    found += (
        f"SELECT zoom, period, kind, {row}.morton >> ({KEY_BITS} - 2 * zoom), {values} FROM ({zooms}) CROSS JOIN ({periods}) "  # noqa: S608
    )
    found += f"WHERE {row}.morton IS NOT NULL AND {row}.installed_on IS NOT NULL ON CONFLICT ({key}) DO UPDATE SET {sums};"
    if sign > 0:
        return found
    same = f"organisation_path = {path} AND division_code = {division} AND state = {state}"
    times = ", ".join(f"({period}, {kind})" for period, kind in periods_of(row, "sqlite"))
    for zoom in PERIOD_ZOOMS:
        tile = f"zoom = {zoom} AND cell = {row}.morton >> {KEY_BITS - 2 * zoom}"
        time = f"(period, kind) IN (VALUES {times})"
        found += f" DELETE FROM site_period_cells WHERE {tile} AND {time} AND {same} AND count = 0;"  # noqa: S608
    return found


def _sqlite_cells(row: str, sign: int) -> str:
    zooms = " UNION ALL ".join(f"SELECT {zoom} AS zoom" for zoom in KEPT_ZOOMS)
    sums = ", ".join(f"{name} = {name} + excluded.{name}" for name in _SUMS)
    key = ", ".join(_KEY)
    found = f"INSERT INTO site_cells ({key}, {', '.join(_SUMS)}) "
    found += f"SELECT zoom, {row}.morton >> ({KEY_BITS} - 2 * zoom), {_counted(row, sign)} FROM ({zooms}) "  # noqa: S608
    found += f"WHERE {row}.morton IS NOT NULL ON CONFLICT ({key}) DO UPDATE SET {sums};"
    if sign > 0:
        return found
    same = " AND ".join(f"{name} = {value}" for name, value in zip(_KEY[2:], kept_of(row), strict=False))
    for zoom in KEPT_ZOOMS:
        cell = f"zoom = {zoom} AND cell = {row}.morton >> {KEY_BITS - 2 * zoom}"
        found += f" DELETE FROM site_cells WHERE {cell} AND {same} AND count = 0;"  # noqa: S608
    return found


def _append(row: str, sign: int) -> str:
    columns = ", ".join(("morton", "installed_on", *_KEY[2:], *_SUMS))
    values = f"{row}.morton, {row}.installed_on, {_counted(row, sign)}"
    append = f"INSERT INTO site_cell_changes ({columns}) VALUES ({values});"  # noqa: S608 - made of our own names
    return f"IF {row}.morton IS NOT NULL THEN {append} END IF;"


_FUNCTION = f"""CREATE OR REPLACE FUNCTION shuhua_count_site() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
IF TG_OP <> 'INSERT' THEN {_append("OLD", -1)} END IF;
IF TG_OP <> 'DELETE' THEN {_append("NEW", 1)} END IF;
RETURN NULL; END $$"""


for _dialect in ("sqlite", "postgresql"):
    for _statement in create_statements(_dialect):
        event.listen(Site.__table__, "after_create", DDL(_statement).execute_if(dialect=_dialect))  # type: ignore[no-untyped-call]
