"""``shuhua import``."""

import csv
from itertools import islice
from pathlib import Path

import pytest
from sqlalchemy import func, select

from shuhua_core.datasets import files
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.places.models import Division
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.sites.models import Site
from tests.core.commands.conftest import Run


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The first ten rows of the set, and three that cannot be taken over."""
    rows = list(islice(files.rows("boston311-2015.csv.gz"), 10))
    path = tmp_path / "cases.csv"
    odd = [
        rows[0] | {"OPEN_DT": "yesterday", "CASE_ENQUIRY_ID": "1"},
        rows[1] | {"TYPE": "Pothole", "CASE_ENQUIRY_ID": "2"},
        rows[2],
    ]
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, rows[0].keys())
        writer.writeheader()
        writer.writerows([*rows, *odd])
    return path


def count(deployment: Deployment, model: type) -> int:
    with deployment.database.read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_requests_are_imported_with_a_report_of_what_was_refused_and_why(
    run: Run, ini: Path, file: Path, deployment: Deployment, tmp_path: Path
) -> None:
    target = tmp_path / "refused.csv"
    status, out, _err = run("import", "boston", file, "--settings", ini, "--report", target)
    assert status == 0
    assert "read 10, added 10" in out
    assert "The row cannot be read" in out
    assert "The same number stands in an earlier row" in out
    assert count(deployment, RepairRequest) == 10
    with target.open(encoding="utf-8-sig", newline="") as stream:
        refused = list(csv.DictReader(stream))
    assert {"1", "2"} <= {row["row"] for row in refused}
    assert all(row["reason"] for row in refused)


def test_a_second_import_of_the_same_file_changes_nothing(run: Run, ini: Path, file: Path, deployment: Deployment) -> None:
    run("import", "boston", file, "--settings", ini)
    status, out, _err = run("import", "boston", file, "--settings", ini)
    assert status == 0
    assert "added 0" in out
    assert "already there 10" in out
    assert count(deployment, RepairRequest) == 10


def test_a_dry_run_reports_the_same_and_writes_nothing(run: Run, ini: Path, file: Path, deployment: Deployment) -> None:
    status, out, _err = run("import", "boston", file, "--settings", ini, "--dry-run")
    assert status == 0
    assert out.startswith("dry run: nothing was changed\nread 10, added 10")
    assert count(deployment, RepairRequest) == count(deployment, Division) == 0


def test_a_file_of_something_else_is_refused_with_the_columns_it_lacks(run: Run, ini: Path, tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("name,phone\nsomebody,1\n")
    status, _out, err = run("import", "boston", path, "--settings", ini)
    assert status == 2
    assert "CASE_ENQUIRY_ID" in err


def test_a_file_that_is_not_there_is_told(run: Run, ini: Path, tmp_path: Path) -> None:
    status, _out, err = run("import", "boston", tmp_path / "nothing.csv", "--settings", ini)
    assert status == 2
    assert "nothing.csv" in err
    assert "Traceback" not in err


def test_places_bring_their_divisions(run: Run, ini: Path, deployment: Deployment) -> None:
    status, out, err = run("import", "osm", "--settings", ini)
    assert status == 0
    assert "added 385" in out
    assert "sports places" in err
    assert count(deployment, Site) == 385


def test_divisions_are_imported_by_set(run: Run, ini: Path, deployment: Deployment) -> None:
    status, out, _err = run("import", "divisions", "--set", "boston", "--settings", ini)
    assert status == 0
    assert "read 24, added 24" in out
    assert count(deployment, Division) == 24
