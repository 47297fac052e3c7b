"""``shuhua import``: data sets into a deployment, with a dry run, and a report of what was refused and why."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select

from shuhua_core.datasets import boston, osm
from shuhua_core.datasets.load.boston_load import BostonReplay, acceptable
from shuhua_core.datasets.load.divisions_load import known_divisions, load_divisions
from shuhua_core.datasets.load.osm_load import load_places
from shuhua_core.datasets.load.report import ImportReport
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.kernel.errors import ConfigurationError
from shuhua_core.kernel.i18n import _, translator
from shuhua_core.places.models import Division

from ._deployment import deployment_of, settings_option
from ._progress import follow

BUILT_IN = "built-in"


def _options(function: Callable[..., Any]) -> Callable[..., Any]:
    function = click.option(
        "--report",
        "target",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Write the refused values, a row each, into this CSV file.",
    )(function)
    function = click.option("--dry-run", is_flag=True, help="Say what would be done, and change nothing.")(function)
    return settings_option(function)


@click.group("import")
def command() -> None:
    """Data sets into the deployment. A second import of the same set changes nothing."""


@command.command("divisions")
@_options
@click.option(
    "--set",
    "names",
    type=click.Choice(["china", "boston", "osm"]),
    multiple=True,
    help="Which divisions; all unless told otherwise.",
)
def divisions_command(*, ini: Path | None, dry_run: bool, target: Path | None, names: tuple[str, ...]) -> None:
    """Administrative divisions: China's, Boston's neighbourhoods, the areas of the sports places."""
    report = ImportReport()
    with deployment_of(ini) as deployment:
        sets = known_divisions()
        records = list(chain.from_iterable(sets[name] for name in names or sets))
        follow("divisions", load_divisions(deployment, records, report, dry_run=dry_run), len(records))
    _tell(report, target, dry_run=dry_run)


@command.command("osm")
@_options
def osm_command(*, ini: Path | None, dry_run: bool, target: Path | None) -> None:
    """Sports places of OpenStreetMap as sites, under numbers OSM-..."""
    report = ImportReport()
    with deployment_of(ini) as deployment:
        _need_divisions(deployment, osm.divisions()[0].code, dry_run=dry_run, name="osm")
        follow("sports places", load_places(deployment, report, dry_run=dry_run), len(list(osm.places())))
    _tell(report, target, dry_run=dry_run)


@command.command("boston")
@_options
@click.argument("file", default=BUILT_IN)
def boston_command(*, ini: Path | None, dry_run: bool, target: Path | None, file: str) -> None:
    """Service requests of Boston's 311, replayed at their own times through the services.

    FILE is a CSV file with the columns of the city's set; without it, the 5,567 requests of 2015 that come with Shuhua.
    An import that was interrupted goes on where it stopped.
    """
    report = ImportReport()
    if file == BUILT_IN:
        cases, refusals = boston.read()
    else:
        cases, refusals = boston.parse(_readable(_rows(Path(file)), report))
    for each in refusals:
        report.refuse(each.case_id, each.field, each.reason)
    with deployment_of(ini) as deployment:
        _need_divisions(deployment, "US-MA-BOS", dry_run=dry_run, name="boston")
        cases = acceptable(deployment, cases, report)
        if not dry_run:
            replay = BostonReplay(deployment, report)
            follow("requests", replay.run(cases), replay.count(cases))
    _tell(report, target, dry_run=dry_run)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            missing = boston.COLUMNS - set(reader.fieldnames or ())
            if missing:
                raise ConfigurationError(
                    _("${path} lacks the columns ${names}.", mapping={"path": str(path), "names": ", ".join(sorted(missing))})
                )
            yield from reader
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigurationError(
            _("${path} cannot be read: ${problem}", mapping={"path": str(path), "problem": str(error)})
        ) from error


def _readable(rows: Iterable[Mapping[str, str]], report: ImportReport) -> Iterator[Mapping[str, str]]:
    """The rows that can be read at all; the others are refused."""
    seen: set[str] = set()
    for line, row in enumerate(rows, start=2):
        case_id = row["CASE_ENQUIRY_ID"] or f"line {line}"
        if case_id in seen:
            report.refuse(case_id, "CASE_ENQUIRY_ID", _("The same number stands in an earlier row"))
            continue
        seen.add(case_id)
        try:
            boston.parse([row])
        except (KeyError, ValueError, TypeError, AttributeError):
            report.refuse(case_id, "", _("The row cannot be read: a type, a channel, a time or a position is unknown"))
        else:
            yield row


def _need_divisions(deployment: Deployment, code: str, *, dry_run: bool, name: str) -> None:
    """The set's own divisions come with it."""
    with deployment.database.read() as session:
        known = session.scalar(select(Division.code).where(Division.code == code)) is not None
    if not known and not dry_run:
        for _count in load_divisions(deployment, known_divisions()[name]):
            pass


def _tell(report: ImportReport, target: Path | None, *, dry_run: bool) -> None:
    translate = translator("en")
    if dry_run:
        click.echo("dry run: nothing was changed")
    for line in report.lines(translate):
        click.echo(line)
    if target is not None:
        report.write(target, translate)
        click.echo(f"refused values: {target}")
