"""``shuhua search``: the indexes of texts."""

from __future__ import annotations

from pathlib import Path

import click

from shuhua_core.kernel.text_index import INDEXES

from ._deployment import deployment_of, settings_option


@click.group("search")
def command() -> None:
    """The indexes by which lists find words. The database keeps them by itself."""


@command.command()
@settings_option
def rebuild(ini: Path | None) -> None:
    """Make them anew from the records: after repairs by hand, or if a list misses what it has."""
    with deployment_of(ini) as deployment, deployment.database.write() as session:
        for index in INDEXES.values():
            index.rebuild(session)
            click.echo(index.table)
