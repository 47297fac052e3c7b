"""A completed task with two replaced parts, and the people who deal with them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import select

from shuhua_core.parts.models import ReturnedPart
from tests.web.client import OfficeClient, Person
from tests.web.work import flow_in, in_english

BEARING = {"name": "轴承", "old_number": "6204-A1", "new_number": "6204-B7", "in_warranty": True}
PEDAL = {"name": "踏板 <b>", "in_warranty": False}


@pytest.fixture
def replaced(deployment, world) -> list[int]:
    """Ids of a bearing that is to be returned and a pedal that is not."""
    with partial(flow_in, deployment, world)() as flow:
        flow.to_completed(flow.to_assigned(flow.approve(flow.report())), parts=[BEARING, PEDAL])
        return list(flow.ctx.session.scalars(select(ReturnedPart.id).order_by(ReturnedPart.id)))


@pytest.fixture
def browser(as_: Callable[[str], Person]) -> Callable[[str], OfficeClient]:
    """Gives a person's browser by login, in English."""
    return in_english(as_)
