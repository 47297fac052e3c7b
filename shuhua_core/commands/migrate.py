"""``shuhua migrate``: the schema of the database up to the code's, or back."""

from __future__ import annotations

from pathlib import Path

import click

from shuhua_core import migrations
from shuhua_core.kernel.db import Database
from shuhua_core.revision import current, newest

from ._deployment import deployment_of, settings_option


@click.group("migrate")
def command() -> None:
    """Bring the tables up to date, or back. Stop the server and the workers before, and make a backup."""


@command.command()
@settings_option
@click.argument("revision", default="head")
def up(ini: Path | None, revision: str) -> None:
    """Bring the database up to REVISION, the newest unless told otherwise."""
    with deployment_of(ini) as deployment:
        migrations.upgrade(deployment.database, revision)
        _tell(deployment.database)


@command.command()
@settings_option
@click.argument("revision")
@click.confirmation_option(prompt="Going back deletes what the older tables cannot hold. Go on?")
def down(ini: Path | None, revision: str) -> None:
    """Bring the database back to REVISION ("base" is before the first)."""
    with deployment_of(ini) as deployment:
        migrations.downgrade(deployment.database, revision)
        _tell(deployment.database)


@command.command()
@settings_option
def show(ini: Path | None) -> None:
    """Say at which revision the database is, and which the code needs."""
    with deployment_of(ini) as deployment:
        _tell(deployment.database)


def _tell(database: Database) -> None:
    with database.engine.connect() as connection:
        click.echo(f"database: {current(connection) or 'empty'}, code: {newest()}")
