"""What was done before, and who looks at it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from shuhua_core.inspections.models import Checklist
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


@pytest.fixture
def outdoor(deployment) -> int:
    """Id of the built-in checklist of outdoor equipment."""
    with deployment.database.read() as session:
        return session.scalars(select(Checklist.id).where(Checklist.number == "outdoor")).one()


@pytest.fixture
def plan(as_, world, outdoor) -> Callable[..., dict[str, Any]]:
    """A plan of site one, made over the API."""

    def make(**data: Any) -> dict[str, Any]:
        values = {
            "site_id": world.sites["one"].id,
            "checklist_id": outdoor,
            "interval_days": 30,
            "starts_on": "2026-11-22",
            **data,
        }
        return as_("dispatcher").api.post("/plans", values, status=201).json

    return make


@pytest.fixture
def found(world, outdoor) -> Callable[..., dict[str, Any]]:
    """A body of an inspection of site one; answers are (piece or None, item, result, more)."""

    def make(*answers: tuple[Any, ...], **data: Any) -> dict[str, Any]:
        items = [
            {
                "equipment_id": world.pieces[piece].id if piece else None,
                "item": item,
                "result": result,
                **(more[0] if more else {}),
            }
            for piece, item, result, *more in answers or [("one_1", "fixing", "normal")]
        ]
        return {"site_id": world.sites["one"].id, "checklist_id": outdoor, "items": items, **data}

    return make
