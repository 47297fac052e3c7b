"""Fills the desks of the demo logins: requests and tasks in every state, made in the last hours, through the services."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from shuhua_core.datasets.load.casting import Cast
from shuhua_core.datasets.load.history import History
from shuhua_core.datasets.load.world_load import Ids
from shuhua_core.kernel.context import Context
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.kernel.events import Event
from shuhua_core.quotations.service import QuotationService
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.repairs.service import RepairService
from shuhua_core.sites.models import Equipment, Site
from shuhua_core.tasks.events import TaskEvent
from shuhua_core.tasks.service import TaskService

_OVER = ("rejected", "withdrawn", "closed", "merged")
_DONE = {
    "result": "repaired",
    "cause_code": "wear",
    "cause": "长期使用，轴承磨损",
    "remedy_code": "replaced",
    "remedy": "更换轴承，重新紧固并试用",
    "parts": [{"name": "轴承", "old_number": "BEAR-2021-0417", "new_number": "BEAR-2026-1108", "in_warranty": True}],
}
_SCORES = {"way": "phone", "repaired": True, "response_score": 5, "manner_score": 5, "quality_score": 4, "opinion": "处理及时"}

_ALLOCATED = ("approve", "allocate")
_ASSIGNED = (*_ALLOCATED, "accept", "assign")
_AT_WORK = (*_ASSIGNED, "take", "depart", "arrive", "start")
_FINISHED = (*_AT_WORK, "complete")
Story = tuple[str, str, tuple[str, ...]]
"""Severity, what is broken, what has been done so far."""
_STORIES: tuple[Story, ...] = (
    ("normal", "漆面脱落，有锈迹", ("draft",)),
    ("high", "踏板松动，使用时晃动", ()),
    ("normal", "使用时有异响", ("ask_more",)),
    ("urgent", "立柱倾斜，有倾倒危险", ("approve",)),
    ("high", "把手断裂", _ALLOCATED),
    ("normal", "坐垫破损", (*_ALLOCATED, "accept")),
    ("urgent", "连接螺栓缺失", _ASSIGNED),
    ("high", "摆臂卡滞", (*_ASSIGNED, "take", "appoint")),
    ("high", "转轴异响", (*_ASSIGNED, "take", "depart")),
    ("normal", "限位块脱落", _AT_WORK),
    ("high", "轴承损坏，等待配件", (*_AT_WORK, "hold")),
    ("normal", "护套磨损", _FINISHED),
    ("high", "阻尼失效", (*_FINISHED, "follow_up")),
    ("normal", "标识牌脱落", ("reject",)),
)
_PRICED = (*_ASSIGNED, "quote", "offer")
_PAID_STORIES: tuple[Story, ...] = (
    ("normal", "踏板防滑面磨损，要求更换", (*_ASSIGNED, "quote")),
    ("high", "拉簧断裂，不能复位", _PRICED),
    ("normal", "扶手镀层剥落，要求翻新", (*_PRICED, "agree", "take", "depart", "arrive", "start")),
    ("normal", "座椅人为损坏", (*_PRICED, "refuse")),
    ("high", "立柱被车辆撞弯", (*_ASSIGNED, "waive", "take")),
    ("normal", "标牌丢失，要求补装", _ALLOCATED),
)
"""The same out of warranty: what is paid for begins with a quotation."""
_OFFER: dict[str, Any] = {
    "lines": [
        {"kind": "labour", "text": "上门拆装、调试", "quantity": "1.5", "unit_price": "120.00"},
        {"kind": "part", "text": "原厂配件", "quantity": "2", "unit_price": "186.50"},
        {"kind": "travel", "text": "往返交通", "quantity": "1", "unit_price": "60.00"},
    ],
    "warranty_months": 6,
    "note": "报价含税。更换下的旧件归客户所有。",
}
_MONEY: dict[str, tuple[str, dict[str, Any]]] = {
    "quote": ("create", _OFFER),
    "waive": ("waive", {}),
    "offer": ("send", {}),
    "agree": ("accept", {}),
    "refuse": ("decline", {"reason": "价格偏高，先不维修"}),
}
"""Deeds that are done to quotations: action and input."""
_AGENTS_TWO = (1, 3, 4, 6, 9, 11)
_DEPARTMENT = (4, 5, 6, 9)
_TO_CHECK = (6, 11)
_PACE = timedelta(minutes=11)


@dataclass(frozen=True, slots=True)
class Desk:
    """Who plays in a story: keys of the plan."""

    reporter: str
    unit: str
    repairer: str


class Desks:
    """Makes the stories. They end shortly before ``now``."""

    def __init__(self, deployment: Deployment, ids: Ids, cast: Cast, now: datetime) -> None:
        self._ids, self._cast, self._now = ids, cast, now
        self.history = History(deployment, now, listeners={TaskEvent.CREATED: (self._task_made,)}, quotations=True)
        self._by_login = {login: key for key, login in cast.logins.items()}
        self._tasks: dict[int, int] = {}
        self._quotations: dict[int, int] = {}

    def _task_made(self, _ctx: Context, event: Event) -> None:
        self._tasks[event.values["repair_id"]] = event.record_id

    def fill(self) -> None:
        """Fill all desks, in the open transaction."""
        first, second = self._cast.agents
        everything = tuple(range(len(_STORIES)))
        mine = Desk(self._cast.customers[0], first, self._by_login["repairer"])
        pieces = self._pieces(self._cast.customers[0])
        self._tell(mine, everything, pieces)
        self._tell_paid(mine, pieces)
        others = Desk(self._cast.customers[1], second, self._by_login["repairer_2"])
        self._tell(others, _AGENTS_TWO, self._pieces(self._cast.customers[1]))
        department = self._cast.department
        house = Desk(self._cast.customers[0], department, f"{department}:repairer:1")
        self._tell(house, _DEPARTMENT, self._pieces(self._cast.customers[0]))
        if self._cast.host is not None:
            checked = Desk(self._cast.host, first, self._by_login["repairer"])
            self._tell(checked, _TO_CHECK, self._pieces_of_host(self._cast.host))

    def _pieces(self, customer: str) -> Iterator[int]:
        """Pieces of a customer that nothing is known to be wrong with, where no host unit checks."""
        mine = Site.customer_id == self._ids.customers[customer]
        yield from self.history.session.scalars(_sound().where(mine, Site.host_unit_id.is_(None)))

    def _pieces_of_host(self, host: str) -> Iterator[int]:
        yield from self.history.session.scalars(_sound().where(Site.host_unit_id == self._ids.organisations[host]))

    def _tell(self, desk: Desk, stories: tuple[int, ...], pieces: Iterator[int]) -> None:
        for number, story in enumerate(stories):
            piece = next(pieces, None)
            if piece is None:
                return
            told = _STORIES[story]
            began = self._now - _PACE * (len(told[2]) + 1) - timedelta(minutes=3 * number + 2)
            self._story(desk, piece, told, began)

    def _tell_paid(self, desk: Desk, pieces: Iterator[int]) -> None:
        for number, story in enumerate(_PAID_STORIES):
            piece = next(pieces, None)
            if piece is None:
                return
            began = self._now - _PACE * (len(story[2]) + 1) - timedelta(minutes=5 * number + 4)
            self._story(desk, piece, story, began, in_warranty=False)

    def _story(self, desk: Desk, piece: int, story: Story, began: datetime, *, in_warranty: bool = True) -> None:
        severity, symptom, deeds = story
        reporter = self.history.user(self._ids.users[desk.reporter])
        report = {"symptom": symptom, "equipment_id": piece, "caller_phone": "13900000001", "as_draft": deeds == ("draft",)}
        repair = RepairService(self.history.at(began, reporter)).report(report)
        for count, action in enumerate(deeds, start=1):
            if action != "draft":
                self._do(desk, repair, action, severity, began + count * _PACE, in_warranty=in_warranty)

    def _do(self, desk: Desk, repair: RepairRequest, action: str, severity: str, at: datetime, *, in_warranty: bool) -> None:
        data = self._input(desk, action, severity, at)
        actor = self._actor(desk, action)
        if action == "approve":
            data["in_warranty"] = in_warranty
        if action in _MONEY:
            self._charge(QuotationService(self.history.at(at, actor)), self._tasks[repair.id], action)
        elif action in ("approve", "ask_more", "reject"):
            RepairService(self.history.at(at, actor)).act(repair.id, action, data)
        else:
            TaskService(self.history.at(at, actor)).act(self._tasks[repair.id], action, data)

    def _charge(self, service: QuotationService, task_id: int, action: str) -> None:
        if action == "quote":
            self._quotations[task_id] = service.create(task_id, _OFFER).id
        elif action == "waive":
            service.waive(task_id, {"reason": "责任方赔付前，按协议先行免费修复"})
        else:
            name, data = _MONEY[action]
            service.act(self._quotations[task_id], name, data)

    def _actor(self, desk: Desk, action: str) -> Any:
        keys = {
            "approve": self._by_login["reviewer"],
            "ask_more": self._by_login["reviewer"],
            "reject": self._by_login["reviewer"],
            "allocate": self._by_login["dispatcher"],
            "accept": f"{desk.unit}:manager",
            "assign": f"{desk.unit}:manager",
            "follow_up": self._by_login["followup_clerk"],
            "quote": f"{desk.unit}:manager",
            "offer": f"{desk.unit}:manager",
            "agree": desk.reporter,
            "refuse": desk.reporter,
            "waive": self._by_login["dispatcher"],
        }
        return self.history.user(self._ids.users[keys.get(action, desk.repairer)])

    def _input(self, desk: Desk, action: str, severity: str, at: datetime) -> dict[str, Any]:
        inputs: dict[str, dict[str, Any]] = {
            "approve": {"severity": severity, "in_warranty": True},
            "ask_more": {"question": "请补充故障部位的照片"},
            "reject": {"reason": "所报器材不属于本公司产品"},
            "allocate": {"unit_id": self._ids.organisations[desk.unit]},
            "assign": {"repairer_id": self._ids.users[desk.repairer]},
            "appoint": {"appointed_at": (at + timedelta(hours=20)).isoformat()},
            "hold": {"hold_reason": "parts", "note": "缺少轴承，已向仓库申请"},
            "complete": _DONE,
            "follow_up": _SCORES,
        }
        return inputs.get(action, {})


def _sound() -> Any:
    """Pieces that are normal and have no request that is not over; those longest in warranty first, since most work is free."""
    reported = select(RepairRequest.equipment_id).where(
        RepairRequest.equipment_id.is_not(None), RepairRequest.state.not_in(_OVER)
    )
    return (
        select(Equipment.id)
        .join(Site, Site.id == Equipment.site_id)
        .where(Equipment.state == "normal", Equipment.id.not_in(reported))
        .order_by(Equipment.warranty_to.desc().nulls_last(), Equipment.id)
    )
