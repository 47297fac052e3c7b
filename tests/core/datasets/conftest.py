"""Deployments to load data into."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shuhua_core.datasets.divisions import divisions
from shuhua_core.datasets.invent import Plan
from shuhua_core.datasets.load.divisions_load import load_divisions
from shuhua_core.kernel.clock import SetClock
from shuhua_core.kernel.deployment import Deployment
from tests.conftest import NOW, open_for_test
from tests.template import Template

Empty = Callable[[], Deployment]


@pytest.fixture
def empty(template: Template, tmp_path: Path) -> Iterator[Empty]:
    """Makes seeded deployments without anything else in them."""
    opened: list[tuple[Deployment, str]] = []

    def make() -> Deployment:
        url = template.copy()
        deployment = open_for_test(url, tmp_path / f"media{len(opened)}", SetClock(NOW), check_kinds="school")
        opened.append((deployment, url))
        return deployment

    yield make
    for deployment, url in opened:
        deployment.database.dispose()
        template.drop(url)


def load_divisions_of(deployment: Deployment, plan: Plan) -> None:
    """The divisions that a plan's sites and customers lie in."""
    codes = {site.division for site in plan.sites()} | {customer.division for customer in plan.customers()}
    wanted = {code[:length] for code in codes for length in (2, 4, 6, 9)}
    for _count in load_divisions(deployment, [each for each in divisions() if each.code in wanted]):
        pass
