"""Sports places of OpenStreetMap as sites."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from shuhua_core.datasets import osm
from shuhua_core.datasets.load.chunks import in_chunks
from shuhua_core.datasets.load.history import History
from shuhua_core.datasets.load.real_branch import real_branch
from shuhua_core.datasets.load.report import ImportReport
from shuhua_core.datasets.osm import PlaceRecord
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.kernel.errors import Invalid
from shuhua_core.kernel.schema import deserialize
from shuhua_core.sites.models import Site
from shuhua_core.sites.schema import SiteCreate
from shuhua_core.sites.service import SiteService

_CHUNK = 50


def number_of(place: PlaceRecord) -> str:
    """The number of a place's site, by which a second import finds it."""
    return f"OSM-{place.source_id.replace('/', '-')}"


def load_places(deployment: Deployment, report: ImportReport, *, dry_run: bool = False) -> Iterator[int]:
    """Make a site of each place that has none; yields how many were read since the last time."""
    now = deployment.clock.now()
    history = History(deployment, now)
    with deployment.database.read() as session:
        known = set(session.scalars(select(Site.number).where(Site.number.like("OSM-%"))))
    if not dry_run:
        with history.transaction():
            real_branch(history, now)
    for chunk in in_chunks(osm.places(), _CHUNK):
        if dry_run:
            for place in chunk:
                _check(place, known, report)
        else:
            with history.transaction():
                for place in chunk:
                    if _check(place, known, report):
                        SiteService(history.at(now)).create(_values(place))
        yield len(chunk)


def _check(place: PlaceRecord, known: set[str], report: ImportReport) -> bool:
    """Whether the place is new and can be a site; counts it."""
    report.read += 1
    if number_of(place) in known:
        report.known += 1
        return False
    try:
        deserialize(SiteCreate, _values(place))
    except Invalid as error:
        for name, reason in error.errors.items():
            report.refuse(place.source_id, name, reason)
        return False
    report.added += 1
    return True


def _values(place: PlaceRecord) -> dict[str, object]:
    return {
        "number": number_of(place),
        "name": place.name,
        "kind": place.kind,
        "division_code": place.division,
        "position": {"longitude": place.lon, "latitude": place.lat, "datum": "wgs84", "source": "import"},
        "note": osm.ATTRIBUTION,
    }
