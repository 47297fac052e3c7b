"""How a command finds its deployment: ``--settings etc/production.ini``, and ``SHUHUA_*`` in the environment."""

from __future__ import annotations

import configparser
import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from sqlalchemy.exc import OperationalError, ProgrammingError

from shuhua_core.house import open_deployment
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.kernel.errors import ConfigurationError
from shuhua_core.kernel.i18n import _
from shuhua_core.kernel.settings import Settings, from_mapping
from shuhua_core.logs import JsonFormatter

SECTION = "app:main"


def settings_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Adds ``--settings`` to a command, which gets the path of the ini file as ``ini`` or None."""
    return click.option(
        "--settings",
        "ini",
        type=click.Path(path_type=Path, dir_okay=False),
        envvar="SHUHUA_SETTINGS",
        help="The ini file of the deployment; SHUHUA_... variables override it.",
    )(function)


def read_settings(ini: Path | None, environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of section ``[app:main]`` and of the environment. Raises ConfigurationError."""
    values: dict[str, str] = {}
    if ini is not None:
        if not ini.is_file():
            raise ConfigurationError(_("There is no file ${path}.", mapping={"path": str(ini)}))
        parser = configparser.ConfigParser(defaults={"here": str(ini.resolve().parent)})
        try:
            parser.read(ini, encoding="utf-8")
            values = dict(parser[SECTION])
        except (configparser.Error, KeyError, UnicodeDecodeError) as error:
            raise ConfigurationError(
                _("${path} cannot be read: ${problem}", mapping={"path": str(ini), "problem": str(error)})
            ) from error
    return from_mapping(values, environ)


@contextmanager
def deployment_of(ini: Path | None) -> Iterator[Deployment]:
    """The deployment of an ini file, closed at the end. A database that cannot be had is a ConfigurationError."""
    deployment = open_deployment(read_settings(ini))
    try:
        yield deployment
    except (OperationalError, ProgrammingError) as error:
        where = deployment.database.url.render_as_string(hide_password=True)
        if "no such table" in str(error.orig) or "does not exist" in str(error.orig):
            raise ConfigurationError(_("${url} is not prepared. Run `shuhua init`.", mapping={"url": where})) from error
        if isinstance(error, ProgrammingError):
            raise
        raise ConfigurationError(_("The database ${url} cannot be had.", mapping={"url": where})) from error
    finally:
        deployment.database.dispose()


def log_to_stderr(level: int = logging.INFO) -> None:
    """One JSON object a line on standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("alembic").setLevel(logging.WARNING)
