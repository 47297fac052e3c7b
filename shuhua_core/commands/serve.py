"""``shuhua serve``: the web application of an ini file, behind the server that the file names."""

from __future__ import annotations

import importlib
import signal
import sys
from pathlib import Path
from typing import Any

import click

from shuhua_core import revision
from shuhua_core.kernel.errors import ConfigurationError
from shuhua_core.kernel.i18n import _

from ._deployment import deployment_of
from ._memory import return_large_blocks


@click.command("serve")
@click.option(
    "--settings",
    "ini",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    envvar="SHUHUA_SETTINGS",
    required=True,
    help="The ini file with [app:main] and [server:main].",
)
@click.option("--host", help="Address to listen on, instead of the file's.")
@click.option("--port", type=int, help="Port to listen on, instead of the file's.")
def command(ini: Path, host: str | None, port: int | None) -> None:
    """Serve the web application until SIGTERM or Ctrl-C."""
    with deployment_of(ini) as deployment:
        revision.require_current(deployment.database)
    serve(ini, host=host, port=port)


def serve(ini: Path, host: str | None = None, port: int | None = None) -> None:
    """Load the application that ``[app:main]`` names and run it; needs ``shuhua[web]``."""
    plaster, waitress = _module("plaster"), _module("waitress")
    return_large_blocks()
    loader: Any = plaster.get_loader(str(ini), protocols=["wsgi"])
    loader.setup_logging({})
    app = loader.get_wsgi_app()
    options = {key: value for key, value in loader.get_settings("server:main").items() if key not in {"use", "here", "__file__"}}
    if host:
        options["host"] = host
    if port:
        options["port"] = str(port)
    if host or port:
        options.pop("listen", None)
    # waitress ends on SystemExit and lets requests under way finish; a bare SIGTERM would cut them off.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
    waitress.serve(app, **options)


def _module(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ConfigurationError(_("The web part is not installed. Run: pip install 'shuhua[web]'")) from error
