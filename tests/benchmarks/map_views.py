"""Measures views of the map at a million installation points on SQLite: each filter by itself, as several people.

    python -m tests.benchmarks.map_views                      # about three minutes, most of it to fill the database
    python -m tests.benchmarks.map_views --sites 100000 --keep var/map.sqlite

The points are those of an invented deployment (``shuhua generate``'s plan of 10,000), each repeated some hundred metres to some
kilometres beside it, so that they lie clustered as real places do. A view is a screen of 1280 × 800 pixels around the place with
most points. What is measured is what the service does for one view: the query and the making of clusters. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import cos, radians
from pathlib import Path
from typing import Any

from shuhua_core import migrations, seed
from shuhua_core.accounts.permissions import Permission
from shuhua_core.datasets.invent import plan
from shuhua_core.house import open_deployment
from shuhua_core.kernel.actor import Actor, Grant, ScopeKind
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.kernel.settings import from_mapping
from shuhua_core.places.morton import MAX_LATITUDE, Box, encode
from shuhua_core.sites.map_queries import SiteFilter, View, look_at_sites

GOAL = 50
"""Milliseconds at the median."""
PLANNED = 10_000
AGENTS = 400
ROUNDS = 9
CLOCK = time.perf_counter
SCREEN = (1280, 800)
ZOOMS = (4, 5, 6, 8, 10, 12, 16)
STATES = ("normal",) * 80 + ("faulty",) * 8 + ("repairing",) * 6 + ("watched",) * 3 + ("out_of_use",) * 2 + ("past_life",)
_ENDS = datetime(2026, 11, 22, tzinfo=UTC)
_INSERT = (
    "INSERT INTO sites (number, name, name_key, kind, division_code, project_id, customer_id, installed_on, organisation_path, "
    "state, longitude, latitude, raw_longitude, raw_latitude, morton, state_at, created_at, updated_at, "
    "datum, position_source, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'wgs84', 'gps', 1)"
)


@dataclass(frozen=True)
class Places:
    """What the filters have to know of the data."""

    middle: tuple[float, float]
    province: str
    county: str
    project: int
    customer: int
    agent: str


def fill(path: Path, count: int) -> Places:
    """Put ``count`` sites into a prepared database. The triggers keep the cells meanwhile."""
    chance = random.Random(20261122)
    connection = sqlite3.connect(path)
    for pragma in ("foreign_keys=OFF", "synchronous=OFF", "journal_mode=WAL", "cache_size=-262144"):
        connection.execute(f"PRAGMA {pragma}")
    planned = [
        (site.lon, site.lat, site.division, site.kind, number, site.customer)
        for number, site in enumerate(plan(1, sites=min(PLANNED, count), repairs=0, ends_at=_ENDS).sites())
    ]
    counties = sorted({division[:6] for _lon, _lat, division, *_rest in planned})
    agents = {county: f"/1/2/{3 + number * AGENTS // len(counties)}/" for number, county in enumerate(counties)}
    customers = {key: number for number, key in enumerate(sorted({each[5] for each in planned}), start=1)}
    with connection:
        connection.executemany(_INSERT, _rows(chance, planned, agents, customers, count))
    connection.execute("ANALYZE")
    connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    crowds = Counter((round(lon), round(lat)) for lon, lat, *_rest in planned)
    longitude, latitude = crowds.most_common(1)[0][0]
    county = Counter(each[2][:6] for each in planned).most_common(1)[0][0]
    return Places((longitude, latitude), county[:2], county, 1, 1, agents[county])


def _rows(
    chance: random.Random, planned: list[Any], agents: dict[str, str], customers: dict[str, int], count: int
) -> Iterator[Any]:
    now = "2026-11-22 00:00:00.000000"
    for number in range(count):
        lon, lat, division, kind, base, customer = planned[number % len(planned)]
        if number >= len(planned):
            away = chance.choice((0.004, 0.02, 0.05))
            lon, lat = lon + chance.gauss(0, away), lat + chance.gauss(0, away)
        installed = date(2016, 1, 1) + timedelta(days=chance.randrange(3900))
        state = STATES[chance.randrange(len(STATES))]
        place = (
            f"示例健身点 {number}",
            f"示例健身点{number}",
            kind,
            division,
            1 + base // 20,
            customers[customer],
            installed.isoformat(),
        )
        path = agents[division[:6]]
        yield (f"AZ{number:07d}", *place, path, state, lon, lat, lon, lat, encode(lon, lat), now, now, now)


def screen(middle: tuple[float, float], zoom: int) -> Box:
    """What a screen shows around a place."""
    longitude, latitude = middle
    degrees = 360 / 256 / 2**zoom
    width, height = SCREEN[0] * degrees, SCREEN[1] * degrees * cos(radians(latitude))
    south, north = max(-MAX_LATITUDE, latitude - height / 2), min(MAX_LATITUDE, latitude + height / 2)
    return Box(max(-180, longitude - width / 2), south, min(180, longitude + width / 2), north)


def filters(places: Places) -> dict[str, SiteFilter]:
    """Each filter of the map by itself."""
    return {
        "none": SiteFilter(),
        "state: faulty": SiteFilter(states={"faulty"}),
        "state: normal": SiteFilter(states={"normal"}),
        "kind": SiteFilter(kinds={"park"}),
        "division: province": SiteFilter(division=places.province),
        "division: county": SiteFilter(division=places.county),
        "project": SiteFilter(project_id=places.project),
        "customer": SiteFilter(customer_id=places.customer),
        "installed in a month": SiteFilter(installed_from=date(2024, 5, 1), installed_to=date(2024, 5, 31)),
        "installed in a year": SiteFilter(installed_from=date(2024, 1, 1), installed_to=date(2024, 12, 31)),
        "installed since 2017": SiteFilter(installed_from=date(2017, 1, 1)),
        "installed, odd days": SiteFilter(installed_from=date(2017, 2, 3), installed_to=date(2025, 11, 27)),
        "since 2017, faulty": SiteFilter(installed_from=date(2017, 1, 1), states={"faulty"}),
        "a year, a kind": SiteFilter(installed_from=date(2024, 1, 1), installed_to=date(2024, 12, 31), kinds={"park"}),
        "March to October, a kind": SiteFilter(installed_from=date(2024, 3, 1), installed_to=date(2024, 10, 31), kinds={"park"}),
        "two years less two days, a kind": SiteFilter(
            installed_from=date(2022, 1, 2), installed_to=date(2023, 12, 30), kinds={"park"}
        ),
        "since 2017, a kind": SiteFilter(installed_from=date(2017, 1, 1), kinds={"park"}),
    }


def people(places: Places) -> dict[str, Actor]:
    """Who looks."""
    reach = {
        "administrator": Grant(ScopeKind.ALL),
        "dispatcher": Grant(ScopeKind.ORGANISATION, "/1/2/"),
        "province": Grant(ScopeKind.DIVISION, places.province),
        "agent": Grant(ScopeKind.ORGANISATION, places.agent),
    }
    return {name: Actor(kind="user", user_id=1, grants={Permission.SITES_VIEW: (grant,)}) for name, grant in reach.items()}


def measure(deployment: Deployment, actor: Actor, view: View, chosen: SiteFilter) -> tuple[float, int]:
    """Median of milliseconds by :data:`CLOCK`, and how many sites the view has."""
    took = []
    total = 0
    with deployment.database.read() as session:
        ctx = deployment.context(session, actor)
        for _round in range(ROUNDS + 1):
            began = CLOCK()
            total = look_at_sites(ctx, view, chosen).total
            took.append((CLOCK() - began) * 1000)
    return statistics.median(took[1:]), total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path, help="keep the database there, and use it when it is there already")
    parser.add_argument("--cpu", action="store_true", help="processor time, for a machine that others use as well")
    parser.add_argument("--people", default="administrator,dispatcher,province,agent")
    arguments = parser.parse_args()
    if arguments.cpu:
        global CLOCK  # noqa: PLW0603 - the one choice of this script
        CLOCK = time.thread_time
    with tempfile.TemporaryDirectory() as folder:
        path = arguments.keep or Path(folder) / "map.sqlite"
        if path.exists():
            raise SystemExit(f"{path} exists already")
        settings = from_mapping(
            {"shuhua.database_url": f"sqlite:///{path}", "shuhua.media_path": folder, "shuhua.secret": "x" * 40}, {}
        )
        deployment = open_deployment(settings)
        migrations.upgrade(deployment.database)
        with deployment.database.write() as session:
            seed.seed(session, _ENDS)
        began = time.perf_counter()
        places = fill(path, arguments.sites)
        print(f"{arguments.sites:,} sites in {time.perf_counter() - began:.0f} s, {path.stat().st_size / 2**20:,.0f} MiB")
        with deployment.database.read() as session:
            for zoom, rows in session.connection().exec_driver_sql("SELECT zoom, count(*) FROM site_cells GROUP BY zoom"):
                print(f"cells kept at zoom {zoom}: {rows:,} rows")
            for zoom, rows in session.connection().exec_driver_sql("SELECT zoom, count(*) FROM site_period_cells GROUP BY zoom"):
                print(f"cells kept by time at zoom {zoom}: {rows:,} rows")
        report(deployment, places, arguments.people.split(","))
        deployment.database.dispose()


def report(deployment: Deployment, places: Places, wanted: list[str]) -> None:
    """Print milliseconds for each person, filter and zoom; what is beyond the goal is marked."""
    beyond = 0
    for name in wanted:
        actor = people(places)[name]
        print(f"\n{name}\n{'zoom':24s}" + "".join(f"{zoom:>9d}" for zoom in ZOOMS))
        for label, chosen in filters(places).items():
            line = ""
            for zoom in ZOOMS:
                took, total = measure(deployment, actor, View(screen(places.middle, zoom), zoom), chosen)
                if label == "none" and zoom == ZOOMS[0]:
                    print(f"{'':24s}{total:>9,d} sites in view")
                beyond += took > GOAL
                line += f"{took:8.1f}{'!' if took > GOAL else ' '}"
            print(f"{label:24s}{line}")
            sys.stdout.flush()
    print(f"\n{beyond} beyond {GOAL} ms")


if __name__ == "__main__":
    main()
