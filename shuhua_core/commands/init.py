"""``shuhua init``: an empty database becomes a deployment; a prepared one is brought up to date."""

from __future__ import annotations

from pathlib import Path

import click

from shuhua_core import migrations, revision, seed
from shuhua_core.datasets.load.divisions_load import known_divisions, load_divisions

from ._deployment import deployment_of, settings_option
from ._progress import follow

CHINA = 45_102
"""How many divisions China has in the set that comes with the system."""


@click.command("init")
@settings_option
@click.option(
    "--divisions",
    type=click.Choice(["china", "none"]),
    default="china",
    show_default=True,
    help="Administrative divisions to begin with. Others: shuhua import divisions.",
)
def command(ini: Path | None, divisions: str) -> None:
    """Make the tables, the roles, the workflows, the maker and China's divisions. Running it again changes nothing."""
    with deployment_of(ini) as deployment:
        migrations.upgrade(deployment.database)
        with deployment.database.write() as session:
            seed.seed(session, deployment.clock.now(), deployment.settings.maker)
        if divisions != "none":
            follow("divisions", load_divisions(deployment, known_divisions()[divisions]), CHINA)
        deployment.settings.media_path.mkdir(parents=True, exist_ok=True)
        click.echo(f"Ready at revision {revision.newest()}. Add an administrator: shuhua user add LOGIN --role administrator")
