"""Divisions and sports places into the database."""

from itertools import islice

from sqlalchemy import func, select

from shuhua_core.datasets import osm
from shuhua_core.datasets.divisions import Division as Record
from shuhua_core.datasets.load.divisions_load import known_divisions, load_divisions
from shuhua_core.datasets.load.osm_load import load_places
from shuhua_core.datasets.load.report import ImportReport
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.places.models import Division
from shuhua_core.sites.models import Site
from tests.core.datasets.conftest import Empty


def divisions_into(deployment: Deployment, records: list[Record], *, dry_run: bool = False) -> ImportReport:
    report = ImportReport()
    for _count in load_divisions(deployment, records, report, dry_run=dry_run):
        pass
    return report


def places_into(deployment: Deployment, *, dry_run: bool = False) -> ImportReport:
    report = ImportReport()
    assert sum(load_places(deployment, report, dry_run=dry_run)) == 385
    return report


def test_divisions_are_added_once_and_put_right(empty: Empty) -> None:
    deployment = empty()
    records = list(islice(known_divisions()["china"], 50))
    assert divisions_into(deployment, records).added == 50
    again = divisions_into(deployment, records)
    assert (again.added, again.changed, again.known) == (0, 0, 50)
    renamed = [records[0]._replace(name_en="Renamed"), *records[1:]]
    assert divisions_into(deployment, renamed).changed == 1
    with deployment.database.read() as session:
        assert session.get_one(Division, records[0].code).name_en == "Renamed"


def test_a_dry_run_of_divisions_only_counts(empty: Empty) -> None:
    deployment = empty()
    assert divisions_into(deployment, list(known_divisions()["osm"]), dry_run=True).added == len(osm.divisions())
    with deployment.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Division)) == 0


def test_a_division_that_two_sets_share_stands_once(empty: Empty) -> None:
    deployment = empty()
    divisions_into(deployment, list(known_divisions()["boston"]))
    assert divisions_into(deployment, list(known_divisions()["osm"])).known == 1


def test_places_become_sites_of_the_real_branch(empty: Empty) -> None:
    deployment = empty()
    divisions_into(deployment, list(known_divisions()["osm"]))
    assert places_into(deployment).added == 385
    with deployment.database.read() as session:
        sites = session.scalars(select(Site)).all()
    assert len(sites) == 385
    assert {site.number[:4] for site in sites} == {"OSM-"}
    assert all(site.morton is not None and site.division_code and site.note == osm.ATTRIBUTION for site in sites)
    assert len({site.organisation_path for site in sites}) == 1


def test_a_second_import_of_places_changes_nothing(empty: Empty) -> None:
    deployment = empty()
    divisions_into(deployment, list(known_divisions()["osm"]))
    places_into(deployment)
    again = places_into(deployment)
    assert (again.added, again.known) == (0, 385)


def test_a_dry_run_of_places_makes_no_site(empty: Empty) -> None:
    deployment = empty()
    assert places_into(deployment, dry_run=True).added == 385
    with deployment.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Site)) == 0
