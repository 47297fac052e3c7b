"""``shuhua init``: an empty database becomes a deployment; a prepared one is brought up to date."""

from __future__ import annotations

from pathlib import Path

import click

from shuhua_core import migrations, seed

from ._deployment import deployment_of, settings_option


@click.command("init")
@settings_option
def command(ini: Path | None) -> None:
    """Make the tables, the roles, the workflows and the maker. Running it again changes nothing."""
    with deployment_of(ini) as deployment:
        migrations.upgrade(deployment.database)
        with deployment.database.write() as session:
            seed.seed(session, deployment.clock.now(), deployment.settings.maker)
        deployment.settings.media_path.mkdir(parents=True, exist_ok=True)
        click.echo(f"Ready at revision {migrations.newest()}. Add an administrator: shuhua user add LOGIN --role administrator")
