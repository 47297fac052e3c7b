"""The invented deployment: ``plan(seed, ...)`` gives everything in it, the same for the same seed, at any size.

All is streamed and nothing is kept, so a million sites take no more memory than a hundred. Requests come in the order of
their reports; each brings the whole script of what happens to it, which ends with the history. The history ends now, with
work in every state on the table.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from shuhua_core.datasets.dice import Dice, Weighted
from shuhua_core.datasets.invented import (
    PUBLIC,
    CustomerPlan,
    EquipmentPlan,
    OrganisationPlan,
    PersonPlan,
    ProjectPlan,
    RepairPlan,
    SitePlan,
    Step,
)
from shuhua_core.datasets.invented_script import Scene, Script
from shuhua_core.datasets.invented_story import NEED_ANOTHER, REPORTERS_OWN, OpenWork, Story, choose_fate
from shuhua_core.datasets.invented_time import ReportTimes, after_work
from shuhua_core.datasets.invented_world import ZONE, World, person_name, phone_number
from shuhua_core.datasets.vocabulary import Fault, Model, vocabulary

TIMELINE_LIMIT = 10_000
"""Requests up to which a timeline is made, which is held in memory."""

# The last requests stop at these actions, so that every state is on the table today: (how it goes, its last action).
# A draft, and a request that was just sent, have no action yet.
_DRAFT, _SENT = "draft", "sent"
_STOPS = (
    ("plain", "follow_up"), ("plain", "confirm"), ("cancel", "cancel"), ("reject", "reject"), ("answer", "answer"),
    ("withdraw", "withdraw"), ("merge", "merge"), ("plain", "close"), ("plain", "complete"), ("rework", "rework"),
    ("hold", "hold"), ("plain", "start"), ("plain", "arrive"), ("plain", "depart"), ("plain", "assign"), ("plain", "take"),
    ("object", "object"), ("plain", "accept"), ("plain", "allocate"), ("plain", "approve"), ("supply", "ask_more"),
    ("check", "complete"), ("plain", "approve"), ("plain", _DRAFT), ("plain", _SENT),
)  # fmt: skip
_TRIES = 60
_BUSY = timedelta(days=10)
_LONGEST_REVIEW = 430  # working minutes
# How many hours ago somebody may still be on the way, and so on; other work lies a day or two.
_FRESH = {"depart": 1, "arrive": 1, "start": 3, "take": 8, "assign": 12, "complete": 20}
_LYING = 40
# Work that ends once, without rework, so that others may join it.
_ONCE_ONLY = ("plain", "hold", "object", "decline")
_CHANNELS: Weighted[Literal["call_centre", "app", "public"]] = Weighted(("call_centre", "app", "public"), (50, 30, 20))


@dataclass(frozen=True, slots=True)
class _Place:
    site: SitePlan
    number: int
    piece: int

    @property
    def equipment(self) -> EquipmentPlan:
        return self.site.equipment[self.piece]


class Plan:
    """What is to be in an invented deployment. Each method starts anew and gives the same again."""

    def __init__(self, seed: int, *, sites: int, equipment_per_site: int, repairs: int, ends_at: datetime, years: int) -> None:
        self.seed = seed
        self.site_count = sites
        self.repair_count = repairs
        self.equipment_per_site = equipment_per_site
        self.ends_at = ends_at.astimezone(UTC).replace(microsecond=0)
        self.starts_at = self.ends_at - timedelta(days=365 * years)
        self._world = World(
            seed,
            sites=sites,
            equipment_per_site=equipment_per_site,
            repairs=repairs,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
        )

    def organisations(self) -> Iterator[OrganisationPlan]:
        """The maker, its branch, departments and agents, each after its parent.

        Where a site has a ``host``, that is an organisation of kind *host_unit* with the site's ``host_unit`` as its name.
        """
        return self._world.organisations()

    def people(self) -> Iterator[PersonPlan]:
        """Everybody who works in the organisations."""
        return self._world.people()

    def customers(self) -> Iterator[CustomerPlan]:
        """The customers."""
        return self._world.customers()

    def projects(self) -> Iterator[ProjectPlan]:
        """The projects, eight sites each."""
        return (self._world.project(number) for number in range(self._world.projects))

    def models(self) -> tuple[Model, ...]:
        """The product models."""
        return vocabulary().models

    def sites(self) -> Iterator[SitePlan]:
        """The sites with their equipment, those of a project together."""
        return (self._world.site(number) for number in range(self.site_count))

    def repairs(self) -> Iterator[RepairPlan]:
        """The requests in order of their reports, each with all that happens to it."""
        busy: dict[str, datetime] = {}
        open_work: deque[OpenWork] = deque(maxlen=200)
        stops = self._stops()
        moments = self._moments(len(stops))
        for number in range(self.repair_count):
            dice = Dice(self.seed, "repair", number)
            at = next(moments)
            behind = number - (self.repair_count - len(stops))
            fate, stop = stops[behind] if behind >= 0 else (choose_fate(dice), None)
            if len(busy) > 1000 and number % 500 == 0:
                busy = {piece: until for piece, until in busy.items() if until > at}
            other = self._other(open_work, at, dice) if fate in NEED_ANOTHER else None
            place = self._place_of(other) if other else self._place(dice, at, busy, check=fate == "check")
            if fate in NEED_ANOTHER and other is None:
                fate = "plain"
            repair, script = self._repair(number, dice, at, place=place, fate=fate, stop=stop, other=other)
            yield repair
            if other is None or script.tasks:
                busy[place.equipment.key] = max(busy.get(place.equipment.key, at), self._until(script))
            if fate in _ONCE_ONLY and stop is None:
                open_work.extend(_work_of(script, place))

    def timeline(self) -> list[tuple[datetime, RepairPlan, Step | None]]:
        """All reports (without a step) and steps of all requests in order of time; for small plans, since it is a list."""
        if self.repair_count > TIMELINE_LIMIT:
            msg = f"a timeline of {self.repair_count} requests would fill the memory; stream repairs() instead"
            raise ValueError(msg)
        found: list[tuple[datetime, RepairPlan, Step | None]] = []
        for repair in self.repairs():
            found.append((repair.created_at, repair, None))
            found += [(step.at, repair, step) for step in repair.steps]
        found.sort(key=lambda entry: entry[0])  # stable, so the steps of one moment stay in order
        return found

    def _moments(self, stops: int) -> Iterator[datetime]:
        """When the requests are reported; the last ones within some days, so that a small deployment is busy today too."""
        times = ReportTimes(self.starts_at, self.ends_at)
        before = self.repair_count - stops
        turn = max(before / max(1, self.repair_count), times.share_of(self.ends_at - _BUSY))
        for number in range(self.repair_count):
            share = Dice(self.seed, "moment", number).share()
            if number < before:
                yield times.at((number + share) / before * turn)
            else:
                yield times.at(turn + (number - before + share) / stops * (1 - turn))

    def _stops(self) -> list[tuple[str, str]]:
        """How the last requests go: each stop a few times in large plans, only the last ones in tiny plans."""
        copies = max(1, min(4, self.repair_count // 600))
        stops = [stop for stop in _STOPS for _copy in range(copies)]
        return stops[max(0, len(stops) - self.repair_count // 4) :]

    def _repair(
        self, number: int, dice: Dice, at: datetime, *, place: _Place, fate: str, stop: str | None, other: OpenWork | None
    ) -> tuple[RepairPlan, Script]:
        channel = _CHANNELS.pick(dice)
        if fate in REPORTERS_OWN or stop == _DRAFT:
            channel = "app"
        site, piece = place.site, place.equipment
        fault = _fault(piece, dice)
        draft = stop == _DRAFT or (channel == "app" and stop is None and dice.chance(0.1))
        office = {role: self._world.office(role, dice) for role in ("call_centre", "reviewer", "dispatcher", "followup_clerk")}
        reporter = {"call_centre": office["call_centre"], "app": site.customer, "public": PUBLIC}[channel]
        agent, department = self._world.units(site.division)
        scene = Scene(
            number, dice, site, piece, fault, fault.severity, agent, department, self._world.repairers_a_unit, office, reporter
        )
        script = Script(scene, at, "draft" if draft else "pending_review")
        caller, phone = (site.contact, site.phone) if dice.chance(0.5) else (person_name(dice), phone_number(dice))
        symptom = f"{piece.model.type.zh}{fault.zh}"
        in_warranty = script.in_warranty
        Story(script, fate).tell(other)
        if stop in (_DRAFT, _SENT):
            script.cut_all()
        elif stop is not None:
            script.cut_after(stop)
            hours = _FRESH.get(stop, _LYING) * dice.share()
            # Who was merged keeps the time at which the other request was being worked on.
            if other is None or script.at > self.ends_at:
                script.end_at(at, max(at + (self.ends_at - at) / 2, self.ends_at - timedelta(hours=hours)))
        script.cut_at(self.ends_at)
        joined = next((step.input["task_id"] for step in script.steps if "task_id" in step.input), None)
        plan = RepairPlan(
            key=scene.key,
            created_at=at,
            state="draft" if draft else "pending_review",
            channel=channel,
            reporter=reporter,
            caller=caller,
            phone=phone,
            site=site.key,
            equipment=piece.key,
            division=site.division,
            fault=fault,
            symptom=symptom,
            severity=fault.severity,
            in_warranty=in_warranty,
            steps=tuple(script.steps),
            final_state=script.state,
            tasks=tuple(script.tasks),
            task_states=tuple(script.tasks.values()),
            joined_task=joined,
        )
        return plan, script

    def _place(self, dice: Dice, at: datetime, busy: dict[str, datetime], *, check: bool) -> _Place:
        """A piece that stands at that time and that nobody is working on; ``check`` where the host unit checks repairs."""
        day = at.astimezone(ZONE).date()
        found: _Place | None = None
        for _try in range(_TRIES * (5 if check else 1)):
            number = dice.below(self.site_count)
            if not self._world.stands(number, day):
                continue
            site = self._world.site(number)
            choice = _Place(site, number, dice.below(len(site.equipment)))
            if choice.equipment.life or choice.equipment.spare_from:
                continue
            found = choice
            if busy.get(found.equipment.key, at) <= at and (site.host is not None or not check):
                return found
        if check and found is not None:
            return self._place(dice, at, busy, check=False)
        msg = "more requests than the equipment can have: plan more sites, fewer requests or more years"
        raise ValueError(msg)

    def _place_of(self, other: OpenWork) -> _Place:
        return _Place(self._world.site(other.site), other.site, other.piece)

    def _other(self, open_work: deque[OpenWork], at: datetime, dice: Dice) -> OpenWork | None:
        reviewed_at = after_work(at, _LONGEST_REVIEW)
        going_on = [work for work in open_work if work.approved_at < at and reviewed_at < work.completes_at]
        return dice.pick(going_on) if going_on else None

    def _until(self, script: Script) -> datetime:
        """When the piece may fail again: never, where it could not be repaired or the history left it in pieces."""
        ends = script.steps[-1].at if script.steps else self.ends_at
        lost = any(step.input.get("result") == "cannot_repair" for step in script.steps)
        settled = script.state in ("closed", "rejected", "withdrawn", "merged")
        return ends + timedelta(days=1) if settled and not lost else datetime.max.replace(tzinfo=UTC)


def plan(seed: int, *, sites: int, repairs: int, ends_at: datetime, equipment_per_site: int = 6, years: int = 2) -> Plan:
    """The invented deployment of a seed: so many sites and requests, with a history of so many years up to ``ends_at``.

    ``equipment_per_site`` is the mean number of pieces. ``ends_at`` is a moment with a zone.
    """
    if sites < 1 or repairs < 0 or years < 1 or not 1 <= equipment_per_site <= 50:
        msg = "a plan takes at least one site and one year, no fewer than no requests, and 1 to 50 pieces a site"
        raise ValueError(msg)
    if ends_at.tzinfo is None:
        msg = "the end of the history needs a time zone"
        raise ValueError(msg)
    return Plan(seed, sites=sites, equipment_per_site=equipment_per_site, repairs=repairs, ends_at=ends_at, years=years)


def _fault(piece: EquipmentPlan, dice: Dice) -> Fault:
    # The usual faults of a type come first; the square of a share leans to them.
    faults = piece.model.type.faults
    return faults[int(dice.share() ** 1.6 * len(faults))]


def _work_of(script: Script, place: _Place) -> Iterator[OpenWork]:
    """The span in which other requests may join, where the task runs through to its completion."""
    approved = next((step.at for step in script.steps if step.action == "approve"), None)
    resolved = next((step.at for step in script.steps if step.action == "resolve"), None)
    if approved and resolved and len(script.tasks) == 1:
        yield OpenWork(script.scene.key, next(iter(script.tasks)), place.number, place.piece, approved, resolved)
