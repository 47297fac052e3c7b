"""What was done before, and who prints it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial

import pytest

from shuhua_core.testing.flow import Flow
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
