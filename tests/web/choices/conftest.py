"""People in English, and a repair that is being carried out."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.web.client import OfficeClient, Person
from tests.web.work import flow_in, in_english


@pytest.fixture
def browser(as_: Callable[[str], Person]) -> Callable[[str], OfficeClient]:
    """Gives a person's browser by login, in English."""
    return in_english(as_)


@pytest.fixture
def started_id(deployment, world) -> int:
    """Id of a task that the repairer is at work on."""
    with flow_in(deployment, world) as flow:
        task = flow.to_assigned(flow.approve(flow.report()))
        flow.task("repairer", task, "start")
        return task.id
