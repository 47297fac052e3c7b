"""A request on its way, and the people who look at it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial

import pytest

from shuhua_core.testing.flow import Flow
from shuhua_core.worker import Worker
from tests.web.client import OfficeClient, Person
from tests.web.work import flow_in, in_english


@pytest.fixture
def past(deployment, world) -> Callable[[], AbstractContextManager[Flow]]:
    """``with past() as flow:`` what was done before, committed at the end of the block."""
    return partial(flow_in, deployment, world)


@pytest.fixture
def browser(as_: Callable[[str], Person]) -> Callable[[str], OfficeClient]:
    """Gives a person's browser by login, in English."""
    return in_english(as_)


@pytest.fixture
def work(deployment) -> Callable[[], None]:
    """Lets a worker work until nothing is due."""

    def run() -> None:
        with Worker(deployment, jobs=()) as worker:
            while worker.run_once():
                pass

    return run


@pytest.fixture
def told(past, work) -> int:
    """The id of a task that was allocated to the agent; everybody concerned has been told."""
    with past() as flow:
        task = flow.approve(flow.report())
        flow.task("dispatcher", task, "allocate", unit_id=flow.world.units["agent"].id)
        task_id = task.id
    work()
    return task_id
