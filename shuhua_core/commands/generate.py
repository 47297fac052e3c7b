"""``shuhua generate``: an invented deployment of any size, from a seed."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy import select

from shuhua_core.datasets.invent import Plan, plan
from shuhua_core.datasets.load.bulk import BulkLoad
from shuhua_core.datasets.load.divisions_load import known_divisions, load_divisions
from shuhua_core.datasets.load.replay import Replay
from shuhua_core.kernel.clock import SystemClock
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.kernel.errors import Conflict
from shuhua_core.kernel.i18n import _
from shuhua_core.places.models import Division
from shuhua_core.sites.models import Site

from ._deployment import deployment_of, settings_option
from ._progress import follow

THROUGH_SERVICES = 10_000
"""Records (sites, pieces and requests) up to which everything goes through the services; beyond, it is written in bulk."""


@click.command("generate")
@settings_option
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed and size give the same deployment.")
@click.option("--sites", type=click.IntRange(min=1), default=300, show_default=True, help="Number of installation points.")
@click.option("--equipment-per-site", type=click.IntRange(1, 50), default=6, show_default=True, help="Pieces a site, on average.")
@click.option("--repairs", type=click.IntRange(min=0), default=1500, show_default=True, help="Number of repair requests.")
@click.option("--years", type=click.IntRange(1, 20), default=2, show_default=True, help="Length of the history.")
@click.option(
    "--ends-at",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="End of the history (UTC); now unless told otherwise.",
)
@click.option(
    "--way",
    type=click.Choice(["auto", "services", "bulk"]),
    default="auto",
    show_default=True,
    help=f"Through the services or in bulk; auto: in bulk beyond {THROUGH_SERVICES} records. Both make the same rows.",
)
def command(
    *,
    ini: Path | None,
    seed: int,
    sites: int,
    equipment_per_site: int,
    repairs: int,
    years: int,
    ends_at: datetime | None,
    way: str,
) -> None:
    """Make an invented deployment: units, people, customers, sites with equipment, and a history of requests and tasks.

    The database must be prepared (`shuhua init`) and hold no invented deployment yet.
    """
    ends = ends_at.replace(tzinfo=UTC) if ends_at else SystemClock().now()
    with deployment_of(ini) as deployment:
        try:
            planned = plan(seed, sites=sites, repairs=repairs, ends_at=ends, equipment_per_site=equipment_per_site, years=years)
        except ValueError as error:
            raise click.BadParameter(str(error)) from error
        records = sites * (1 + equipment_per_site) + repairs
        in_bulk = way == "bulk" or (way == "auto" and records > THROUGH_SERVICES)
        generate(deployment, planned, in_bulk=in_bulk)


def generate(deployment: Deployment, planned: Plan, *, in_bulk: bool) -> None:
    """Load a plan with progress. Raises Conflict when there is one already, BadParameter when its history has no room."""
    try:
        if planned.repair_count <= THROUGH_SERVICES:  # a longer one is found out while it is written
            deque(planned.repairs(), maxlen=0)
        _load(deployment, planned, in_bulk=in_bulk)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def _load(deployment: Deployment, planned: Plan, *, in_bulk: bool) -> None:
    with deployment.database.read() as session:
        taken = session.scalar(select(Site.number).where(Site.number == next(planned.sites()).number))
        divisions = session.scalar(select(Division.code).where(Division.code == "35")) is not None
    if taken is not None:
        raise Conflict(_("This database holds an invented deployment already. Take an empty one."))
    if not divisions:
        follow("divisions", load_divisions(deployment, known_divisions()["china"]), 45_102)
    load = BulkLoad(deployment, planned) if in_bulk else Replay(deployment, planned)
    for name, steps, total in load.parts():
        follow(name, steps, total)
