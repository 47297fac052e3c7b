"""The way of the invented history's replaced parts: sent by the repairers, received and judged by the quality engineer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from shuhua_core.accounts.actors import load_actor_by_login
from shuhua_core.datasets.dice import Dice, Weighted
from shuhua_core.datasets.load.history import History
from shuhua_core.kernel.actor import Actor
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.parts.models import ReturnedPart
from shuhua_core.parts.service import PartService
from shuhua_core.tasks.models import Task

_CARRIERS = ("顺丰速运", "德邦物流", "中通快递")
_FINDINGS: Mapping[str, Weighted[str]] = {
    "material": Weighted(("material", "manufacture", "misuse"), (6, 2, 1)),
    "lubrication": Weighted(("wear", "design", "material"), (5, 2, 1)),
    "fatigue": Weighted(("manufacture", "material", "design"), (5, 3, 2)),
    "vandalism": Weighted(("damage", "misuse"), (5, 2)),
    "water": Weighted(("design", "installation"), (4, 1)),
}
"""Cause that the repairer named -> what the maker found out about the part."""
_USUAL = Weighted(("wear", "material", "no_fault", "installation"), (7, 2, 1, 1))
_NOTES = {
    "material": "断口检查，材料强度不足，已反馈采购",
    "manufacture": "焊缝未焊透，已反馈生产车间",
    "design": "结构易积水，建议改进密封",
    "installation": "安装时未按扭矩紧固",
    "wear": "磨损量在正常范围内",
    "misuse": "受力方向异常，属使用不当",
    "damage": "有外力撞击痕迹",
    "no_fault": "装机复测未见异常",
}


class Returns:
    """Carries the parts of the history on, each at its own moment, until ``now``."""

    def __init__(self, deployment: Deployment, now: datetime) -> None:
        self._now = now
        self._history = History(deployment, now)
        self._engineer: Actor | None = None

    def make(self) -> int:
        """Carry all of them on; gives how many there are. What was replaced lately has not been sent yet."""
        history, done = self._history, 0
        with history.transaction() as session:
            self._engineer = load_actor_by_login(session, "quality_engineer")
            query = select(ReturnedPart, Task.cause_code).join(Task, Task.id == ReturnedPart.task_id)
            for part, cause in session.execute(query.where(ReturnedPart.state == "to_return").order_by(ReturnedPart.id)).all():
                self._carry_on(part, cause)
                done += 1
        return done

    def _carry_on(self, part: ReturnedPart, cause: str | None) -> None:
        dice, at = Dice("returns", part.number), part.created_at
        if dice.chance(0.04):
            self._act(part, "waive", self._engineer, at + timedelta(days=2), {"reason": "小件，免返还"})
            return
        sender = self._history.user(part.repairer_id) if part.repairer_id else self._engineer
        tracking = f"YS{dice.below(10**10):010d}"
        at += timedelta(days=dice.between(1, 6), minutes=dice.below(400))
        if not self._act(part, "send", sender, at, {"carrier": dice.pick(_CARRIERS), "tracking": tracking}):
            return
        at += timedelta(days=dice.between(2, 7), minutes=dice.below(400))
        if not self._act(part, "receive", self._engineer, at, {}):
            return
        finding = _FINDINGS.get(cause or "", _USUAL).pick(dice)
        at += timedelta(days=dice.between(3, 20), minutes=dice.below(400))
        self._act(part, "find", self._engineer, at, {"finding": finding, "text": _NOTES[finding]})

    def _act(self, part: ReturnedPart, action: str, actor: Actor | None, at: datetime, data: dict[str, Any]) -> bool:
        """Do it if its moment has come."""
        if at > self._now or actor is None:
            return False
        PartService(self._history.at(at, actor)).act(part.id, action, data)
        return True
