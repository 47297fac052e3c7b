"""``shuhua generate``."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from shuhua_core.datasets.divisions import divisions
from shuhua_core.datasets.load import divisions_load
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.sites.models import Site
from tests.core.commands.conftest import Run

SIZE = ("--seed", 2, "--sites", 6, "--repairs", 12, "--ends-at", "2026-11-22")


@pytest.fixture(autouse=True)
def without_most_towns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Divisions of provinces, cities and counties, and of the towns only those that the plan uses."""
    from shuhua_core.datasets.invent import plan
    from tests.conftest import NOW

    used = {site.division for site in plan(2, sites=6, repairs=12, ends_at=NOW).sites()}
    few = [each for each in divisions() if len(each.code) < 9 or each.code in used]
    monkeypatch.setattr(divisions_load.divisions, "divisions", lambda: iter(few))


def count(deployment: Deployment, model: type) -> int:
    with deployment.database.read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.parametrize("way", ["services", "bulk"])
def test_a_deployment_of_the_size_asked_for_is_made(run: Run, ini: Path, deployment: Deployment, way: str) -> None:
    status, _out, err = run("generate", "--settings", ini, *SIZE, "--way", way)
    assert status == 0
    assert "requests and tasks" in err
    assert (count(deployment, Site), count(deployment, RepairRequest)) == (6, 12)


def test_a_database_that_has_one_already_is_refused(run: Run, ini: Path) -> None:
    run("generate", "--settings", ini, *SIZE)
    status, _out, err = run("generate", "--settings", ini, *SIZE)
    assert status == 2
    assert "already" in err


def test_more_requests_than_the_equipment_can_have_are_refused(run: Run, ini: Path) -> None:
    status, _out, err = run("generate", "--settings", ini, "--sites", 1, "--repairs", 500)
    assert status == 2
    assert "more sites" in err
