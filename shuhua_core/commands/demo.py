"""``shuhua demo``: a whole deployment on this machine, with data to look at, in the foreground until Ctrl-C."""

from __future__ import annotations

import json
import shutil
import sys
from datetime import timedelta
from pathlib import Path

import click

from shuhua_core import migrations
from shuhua_core.accounts.passwords import DEMO_PASSWORD
from shuhua_core.datasets.load.demo_data import LOGINS, make_demo
from shuhua_core.house import open_deployment
from shuhua_core.kernel.clock import SystemClock
from shuhua_core.kernel.i18n import translator
from shuhua_core.kernel.settings import Settings

from ._demo_folder import DemoFolder
from ._deployment import read_settings
from ._processes import Processes, port_is_free
from ._progress import follow

_OLD = timedelta(days=1)


@click.command("demo")
@click.option("--port", type=click.IntRange(1, 65535), default=6543, show_default=True, help="Port to listen on.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("var/demo"),
    show_default=True,
    help="Where the demo keeps its settings and data.",
)
@click.option("--reset", is_flag=True, help="Begin with new data.")
def command(port: int, host: str, folder: Path, reset: bool) -> None:
    """Load the demonstration's data, if there is none yet, and run server and worker until Ctrl-C or SIGTERM."""
    if not port_is_free(host, port):
        raise click.ClickException(f"Port {port} is in use. Stop what listens there, or take another: make demo PORT={port + 1}")
    place = DemoFolder(folder.resolve())
    if reset:
        place.clear()
    ini = place.prepare(host, port)
    settings = read_settings(ini, {})
    with Processes(place.logs) as processes:
        if not place.database.exists():
            _load(place, settings)
        _bring_up_to_date(settings)
        _tell_age(place)
        processes.start("worker", "worker", "--settings", str(ini))
        processes.start("server", "serve", "--settings", str(ini))
        address = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}/"  # noqa: S104 - compared, not bound
        processes.wait_until_ready(f"{address}readyz")
        _tell_logins(address)
        click.echo(f"ready {address}")
        sys.stdout.flush()
        processes.wait()
    click.echo("stopped")


def _load(place: DemoFolder, settings: Settings) -> None:
    click.echo("Loading the demonstration's data; this takes a few minutes, once.", err=True)
    shutil.rmtree(settings.media_path, ignore_errors=True)
    began = SystemClock().now()
    report = make_demo(settings, place.database, follow)
    refused = place.folder / "refused.csv"
    report.write(refused, translator("en"))
    place.note.write_text(json.dumps({"loaded_at": began.isoformat()}), encoding="utf-8")
    took = (SystemClock().now() - began).total_seconds()
    told = f"Loaded in {took:.0f} s. {len(report.refused)} values of the real records were not taken over; see {refused}"
    click.echo(told, err=True)


def _bring_up_to_date(settings: Settings) -> None:
    deployment = open_deployment(settings)
    try:
        migrations.upgrade(deployment.database)
        if not migrations.fits(deployment.database):
            raise click.ClickException("The demo's data are of another version of Shuhua. Begin anew: make demo-reset, make demo")
    finally:
        deployment.database.dispose()


def _tell_age(place: DemoFolder) -> None:
    loaded_at = place.loaded_at()
    if loaded_at is not None and SystemClock().now() - loaded_at > _OLD:
        click.echo(f"The data's history ends on {loaded_at:%Y-%m-%d}. For today's: make demo-reset, make demo", err=True)


def _tell_logins(address: str) -> None:
    click.echo(f"\nShuhua runs at {address}")
    click.echo(f"Sign in with the code name of a role; the password of all is {DEMO_PASSWORD}\n")
    for row in range(0, len(LOGINS), 4):
        click.echo("  " + "".join(f"{login:22s}" for login in LOGINS[row : row + 4]).rstrip())
    click.echo("")
