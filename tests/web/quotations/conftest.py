"""A task out of warranty, and the people who deal with its price."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import update

from shuhua_core.quotations.service import QuotationService
from shuhua_core.repairs.models import RepairRequest
from tests.web.client import OfficeClient, Person
from tests.web.work import flow_in, in_english

LINES = [
    {"kind": "labour", "text": "上门维修 <b>", "quantity": "1.5", "unit_price": "120.00"},
    {"kind": "part", "text": "轴承 6204", "quantity": "2", "unit_price": "35.25"},
    {"kind": "travel", "text": "往返 30 公里", "quantity": "1", "unit_price": "60"},
]
TOKEN = "the-token-of-a-reporter-without-an-account"


@dataclass(frozen=True)
class Priced:
    """Ids of what there is."""

    task: int
    repair: int
    quotation: int = 0


@pytest.fixture
def priced(deployment, world) -> Priced:
    """An assigned task out of warranty without a quotation."""
    with flow_in(deployment, world) as flow:
        repair = flow.report()
        task = flow.to_assigned(flow.approve(repair, in_warranty=False))
        return Priced(task.id, repair.id)


@pytest.fixture
def sent(deployment, world, priced) -> Priced:
    """The same with a quotation that was sent, for a reporter who holds a token too."""
    with flow_in(deployment, world) as flow:
        made = QuotationService(flow.context("agent_manager")).create(priced.task, {"lines": LINES, "warranty_months": 6})
        QuotationService(flow.context("agent_manager")).act(made.id, "send")
        digest = hashlib.sha256(TOKEN.encode()).hexdigest()
        flow.ctx.session.execute(update(RepairRequest).where(RepairRequest.id == priced.repair).values(token_hash=digest))
        return Priced(priced.task, priced.repair, made.id)


@pytest.fixture
def browser(as_: Callable[[str], Person]) -> Callable[[str], OfficeClient]:
    """Gives a person's browser by login, in English."""
    return in_english(as_)
