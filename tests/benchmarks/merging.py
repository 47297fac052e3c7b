"""Measures how long it takes to propose what may be merged among many customers and installation points, on SQLite.

    python -m tests.benchmarks.merging                  # 100,000 of each, half a minute
    python -m tests.benchmarks.merging --rows 1000000

One customer in fifty has the name of another, one in fifty its phone. Names of sites are of one of 2,000 each, as communities
name their places alike, a twentieth has no position, and one in fifty lies beside another of its name. Printed are milliseconds
of processor time at the median and how many pairs were proposed. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from shuhua_core.accounts.permissions import Permission
from shuhua_core.archives.customer_merge import customer_twins, twins_of_customer
from shuhua_core.archives.models import Customer
from shuhua_core.kernel.actor import Actor, Grant, ScopeKind
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.places.positions import morton_of
from shuhua_core.sites.merging import site_twins, twins_of_site
from shuhua_core.sites.models import Site
from tests.benchmarks.lists_data import opened

NAMES = 2_000
ROUNDS = 5
_AT = datetime(2026, 1, 1, tzinfo=UTC)
_MADE = {"created_at": _AT, "updated_at": _AT}
_PORTION = 5_000


def customers(count: int) -> Iterator[dict[str, Any]]:
    """So many customers."""
    for number in range(count):
        of = number - 1 if number % 50 == 1 else number
        name, phone = f"示例小学 {of}", f"139{(number - 1 if number % 50 == 2 else number):08d}"
        what = {"name": name, "name_key": name, "phone": phone, "phone_tail": phone[-4:], "kind": "school"}
        yield {"number": f"ZZ{number:08d}", "organisation_path": "/1/2/", **what, **_MADE}


def sites(count: int) -> Iterator[dict[str, Any]]:
    """So many installation points."""
    chance = random.Random(20261130)
    longitude = latitude = 0.0
    name = ""
    for number in range(count):
        if number % 50 != 1:
            name = f"示例社区健身点 {chance.randrange(NAMES)}"
            longitude, latitude = chance.uniform(100, 122), chance.uniform(22, 40)
        placed = chance.random() < 0.95
        where = (longitude + 1e-4 * (number % 50 == 1), latitude) if placed else (None, None)
        key = morton_of(*where) if placed else None
        what = {"name": name, "name_key": name, "kind": "park", "state": "normal", "state_at": _AT}
        position = {"longitude": where[0], "latitude": where[1], "morton": key}
        yield {"number": f"ZZ{number:08d}", "organisation_path": "/1/2/", **what, **position, **_MADE}


def fill(deployment: Deployment, count: int) -> None:
    """So many of each."""
    for model, rows in ((Customer, customers(count)), (Site, sites(count))):
        while portion := list(islice(rows, _PORTION)):
            with deployment.database.write() as session:
                session.execute(sa.insert(model.__table__), portion)
    with deployment.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def report(deployment: Deployment) -> None:
    """Print what each proposal takes, for everything and for one branch."""
    for reach in (Grant(ScopeKind.ALL), Grant(ScopeKind.ORGANISATION, "/1/2/")):
        wanted = (Permission.SITES_MERGE, Permission.CUSTOMERS_MERGE)
        actor = Actor(kind="user", user_id=1, grants=dict.fromkeys(wanted, (reach,)))
        with deployment.database.read() as session:
            ctx = deployment.context(session, actor)
            customer, site = (session.scalars(sa.select(model).order_by(model.id.desc())).first() for model in (Customer, Site))
            asked = {
                "pairs of customers": lambda ctx=ctx: customer_twins(ctx),
                "pairs of sites": lambda ctx=ctx: site_twins(ctx),
                "beside a customer": lambda ctx=ctx, customer=customer: twins_of_customer(ctx, customer),
                "beside a site": lambda ctx=ctx, site=site: twins_of_site(ctx, site),
            }
            for name, ask in asked.items():
                took = []
                for _round in range(ROUNDS):
                    began = time.thread_time()
                    found = len(ask())  # type: ignore[operator]
                    took.append((time.thread_time() - began) * 1000)
                sys.stdout.write(f"{reach.scope.value:14s}{name:22s}{statistics.median(took):9.1f} ms{found:6d} found\n")


def main() -> None:
    """The table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder, opened(f"sqlite:///{folder}/merging.sqlite", Path(folder), 10) as deployment:
        fill(deployment, rows)
        report(deployment)


if __name__ == "__main__":
    main()
