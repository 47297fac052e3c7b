"""The small world, and what happens to quotations in it."""

from __future__ import annotations

from typing import Any

import pytest

from shuhua_core.kernel.context import Context
from shuhua_core.quotations.models import Quotation
from shuhua_core.quotations.service import QuotationService
from shuhua_core.tasks.models import Task
from shuhua_core.testing.flow import Flow
from shuhua_core.testing.world import build_world

LINES = [
    {"kind": "labour", "text": "上门维修", "quantity": "1.5", "unit_price": "120.00"},
    {"kind": "part", "text": "轴承 6204", "quantity": "2", "unit_price": "35.25"},
    {"kind": "travel", "text": "往返 30 公里", "quantity": "1", "unit_price": "60"},
]


class QuotationFlow(Flow):
    """Acts as anybody, on one request, its tasks and their quotations."""

    def accepted_task(self, *, in_warranty: bool = False, **report: Any) -> Task:
        """A task that the agent has accepted and assigned."""
        return self.to_assigned(self.approve(self.report(**report), in_warranty=in_warranty))

    def quote(self, task: Task, login: str = "agent_manager", **data: Any) -> Quotation:
        """A draft."""
        with self.ctx.session.begin_nested():
            return QuotationService(self.context(login)).create(task.id, {"lines": LINES, **data})

    def sent(self, task: Task, login: str = "agent_manager", **data: Any) -> Quotation:
        """A quotation that went out."""
        return self.act(login, self.quote(task, login, **data), "send")

    def act(self, login: str, quotation: Quotation, action: str, **data: Any) -> Quotation:
        """An action of the table."""
        with self.ctx.session.begin_nested():
            return QuotationService(self.context(login)).act(quotation.id, action, data)

    def change(self, login: str, quotation: Quotation, **data: Any) -> Quotation:
        """Written anew, or a new version."""
        with self.ctx.session.begin_nested():
            service = QuotationService(self.context(login))
            return service.change(quotation.id, {"lines": LINES, **data}, expected_version=quotation.version)

    def waive(self, login: str, task: Task, reason: str = "老客户优惠") -> Quotation:
        """Free of charge."""
        with self.ctx.session.begin_nested():
            return QuotationService(self.context(login)).waive(task.id, {"reason": reason})


@pytest.fixture
def flow(ctx: Context) -> QuotationFlow:
    """Acts as anybody, on one request, its tasks and their quotations."""
    return QuotationFlow(ctx, build_world(ctx.session))
