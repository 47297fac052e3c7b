"""``shuhua audit``: whether the log is whole."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from shuhua_core.audit.chain import state, verify

from ._deployment import deployment_of, settings_option


@click.group("audit")
def command() -> None:
    """The log of changes and the chain that protects it."""


@command.command("verify")
@settings_option
def verify_command(ini: Path | None) -> None:
    """Check every link of the chain. Exit status 1 and the first broken position when it does not hold.

    Keep the head that it prints somewhere else: with it one can tell later that nothing was cut off the end.
    """
    with deployment_of(ini) as deployment, deployment.database.read() as session:
        broken = verify(session)
        now = state(session)
    click.echo(f"links: {now.links}, waiting: {now.waiting}, head: {now.head}")
    if broken is not None:
        click.echo(f"The chain is broken at position {broken}.", err=True)
        sys.exit(1)
    click.echo("The chain holds.")
