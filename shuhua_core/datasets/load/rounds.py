"""The inspections of the demonstration: plans, three months of rounds, what is due today, and some visits; all invented."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import func, select

from shuhua_core.accounts.models import User
from shuhua_core.archives.models import ProductModel
from shuhua_core.datasets.invented_world import ZONE
from shuhua_core.datasets.load.history import History
from shuhua_core.datasets.load.proofs import Proofs
from shuhua_core.datasets.load.world_load import add_person, morning
from shuhua_core.followups.service import FollowupService
from shuhua_core.inspections.checklists import Item, items_of
from shuhua_core.inspections.due import keep_due
from shuhua_core.inspections.models import Checklist, ChecklistVersion, Finding, InspectionPlan
from shuhua_core.inspections.plans import PlanService
from shuhua_core.inspections.service import InspectionService
from shuhua_core.kernel.actor import Actor
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.media.service import MediaService
from shuhua_core.repairs.service import RepairService
from shuhua_core.sites.models import Equipment, Site

SEED = 20261122
PLACES = 20
"""Sites that have a plan of their own."""
INTERVAL = 30
ROUNDS = (90, 60, 30)
"""How many days ago the rounds began; the next is due about now."""
PIECES_AT_MOST = 3
_FAULTS = ("轻微锈蚀，建议补漆", "螺栓松动，已手工紧固，需复查", "护套开裂", "异响，需加注润滑脂", "标牌字迹不清")
_SAID = ("器材都好用，早晚来锻炼的人很多", "维修后没有再出问题", "希望增加一块遮阳棚", "扶手有点松，请来看看")


class Rounds:
    """Makes them through the services, at the moments at which they happened."""

    def __init__(self, deployment: Deployment, now: datetime, division: str) -> None:
        self.history = History(deployment, now)
        self._now, self._division = now, division
        self._dice = Random(SEED)  # noqa: S311 - invented data, the same each time
        self._proofs = Proofs(deployment.settings)

    def make(self) -> int:
        """Make all of them; gives how many inspections."""
        with self.history.transaction():
            people = self._people()
            asked = self._asked()
            places = self._places()
            plans = self._plans(places, people, asked)
        made = 0
        for days in ROUNDS:
            with self.history.transaction():
                for number, (site, plan) in enumerate(zip(places, plans, strict=True)):
                    made += self._round(site, plan, number, days, people[number % len(people)], asked)
        with self.history.transaction():
            made += self._today(places[0], people[0], asked)
            self._visits(places, people)
            keep_due(self.history.at(self._now))
        return made

    def _people(self) -> list[Actor]:
        """The inspector who signs in, and two colleagues who do not."""
        session = self.history.session
        known = session.scalars(select(User).where(User.login == "inspector")).one()
        ctx = self.history.at(self._now - timedelta(days=120))
        ids = [known.id]
        for number, name in enumerate(("示例·巡查员王", "示例·巡查员李"), start=2):
            ids.append(add_person(ctx, f"inspector_{number}", "inspector", name, organisation_id=known.organisation_id))
        return [self.history.user(each) for each in ids]

    def _asked(self) -> tuple[int, Sequence[Item]]:
        session = self.history.session
        checklist = session.scalars(select(Checklist).where(Checklist.number == "outdoor")).one()
        return checklist.id, list(items_of(session.get_one(ChecklistVersion, (checklist.id, checklist.version))).values())

    def _places(self) -> list[Site]:
        """Sites with sound pieces and a position, those of the authority's division first."""
        pieces = select(func.count()).where(Equipment.site_id == Site.id, Equipment.state == "normal").scalar_subquery()
        inside = func.substr(Site.division_code, 1, len(self._division)) == self._division
        query = select(Site).where(Site.state == "normal", Site.longitude.is_not(None), pieces >= 2)
        return list(self.history.session.scalars(query.order_by(inside.desc(), Site.id).limit(PLACES)))

    def _plans(self, places: Sequence[Site], people: Sequence[Actor], asked: tuple[int, Sequence[Item]]) -> list[InspectionPlan]:
        """A plan for each, every month; most of them name a person."""
        session = self.history.session
        dispatcher = self.history.user(session.scalars(select(User.id).where(User.login == "dispatcher")).one())
        found = []
        for number, site in enumerate(places):
            ctx = self.history.at(self._now - timedelta(days=100), dispatcher)
            starts = (self._now - timedelta(days=ROUNDS[0] - number % 5)).date()
            values: dict[str, Any] = {"site_id": site.id, "checklist_id": asked[0], "interval_days": INTERVAL}
            values |= {"starts_on": starts.isoformat(), "name": f"{site.name}月度巡查"[:120]}
            if number % 5 != 4:
                values["responsible_id"] = people[number % len(people)].user_id
            found.append(PlanService(ctx).create(values))
        return found

    def _round(  # noqa: PLR0917 - one visit of one round
        self, site: Site, plan: InspectionPlan, number: int, days: int, person: Actor, asked: tuple[int, Sequence[Item]]
    ) -> int:
        """One visit of a round, in time, late or left out."""
        if self._dice.random() < 0.1:
            return 0
        late = 3 if self._dice.random() < 0.15 else 0
        at = self._at(days - number % 5 - late)
        fault = self._dice.choice(_FAULTS) if self._dice.random() < 0.15 else None
        self._inspect(at, site, person, asked, fault=fault, plan_id=plan.id)
        return 1

    def _today(self, site: Site, person: Actor, asked: tuple[int, Sequence[Item]]) -> int:
        """One of yesterday, about which nobody has done anything yet."""
        self._inspect(self._at(1), site, person, asked, fault="护栏立柱松动，需要处理", settled=False)
        return 1

    def _at(self, days: int) -> datetime:
        """An hour of work so many days ago."""
        return morning(self._now.astimezone(ZONE).date() - timedelta(days=days)) + timedelta(minutes=self._dice.randrange(420))

    def _inspect(
        self,
        at: datetime,
        site: Site,
        person: Actor,
        asked: tuple[int, Sequence[Item]],
        *,
        fault: str | None,
        plan_id: int | None = None,
        settled: bool = True,
    ) -> None:
        ctx = self.history.at(at, person)
        items = self._answers(site, asked[1])
        if fault is not None:
            picture = MediaService(ctx).add(self._proofs.next()).id
            items[0] |= {"result": "abnormal", "note": fault, "media_ids": [picture]}
        made = InspectionService(ctx).record(
            {
                "site_id": site.id,
                "plan_id": plan_id,
                "checklist_id": asked[0],
                "items": items,
                "position": self._near(site),
                "captured_at": (at - timedelta(minutes=self._dice.randrange(1, 90))).isoformat(),
            }
        )
        if fault is not None and settled:
            repairs = select(Finding.repair_id).where(Finding.inspection_id == made.id, Finding.repair_id.is_not(None))
            reviewer = self.history.user(self.history.session.scalars(select(User.id).where(User.login == "reviewer")).one())
            for repair_id in sorted({each for each in self.history.session.scalars(repairs) if each is not None}):
                later = self.history.at(at + timedelta(hours=20), reviewer)
                RepairService(later).act(repair_id, "answer", {"answer": "已请管护单位现场处理，复查正常"})

    def _answers(self, site: Site, items: Sequence[Item]) -> list[dict[str, Any]]:
        query = (
            select(Equipment.id, ProductModel.type)
            .join(ProductModel, ProductModel.id == Equipment.model_id)
            .where(Equipment.site_id == site.id, Equipment.state == "normal")
            .order_by(Equipment.id)
            .limit(PIECES_AT_MOST)
        )
        pieces = self.history.session.execute(query).all()
        found = [
            {"equipment_id": piece, "item": item.code, "result": "normal"}
            for piece, type_ in pieces
            for item in items
            if item.fits(type_)
        ]
        return [*found, *({"item": item.code, "result": "normal"} for item in items if item.fits(None))]

    def _near(self, site: Site) -> dict[str, Any]:
        """Where the phone was: beside the site, now and then far from it."""
        spread = 0.02 if self._dice.random() < 0.04 else 0.0003
        shift = [self._dice.uniform(-spread, spread) for _axis in range(2)]
        longitude, latitude = (site.longitude or 0.0) + shift[0], (site.latitude or 0.0) + shift[1]
        return {"longitude": longitude, "latitude": latitude, "accuracy": float(self._dice.randrange(4, 25))}

    def _visits(self, places: Sequence[Site], people: Sequence[Actor]) -> None:
        """What people on some sites said."""
        for number, said in enumerate(_SAID):
            site = places[number]
            ctx = self.history.at(self._at(3 * number + 1), people[number % len(people)])
            values = {"site_id": site.id, "person": "示例·管理员", "opinion": said, "repaired": number != 3}
            FollowupService(ctx).visit({**values, "position": self._near(site)})
