"""The rows of each kind for the benchmark of the lists."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

COMMON, RARE, OLD, ABSENT = "踏板", "断裂", "旧式", "绝无"
"""Words of two characters: in a third of the rows, in one of 20,000, in the oldest fiftieth alone, and in none."""
SYMPTOMS = ("踏板松动，转轴有异响", "扶手生锈，漆面脱落", "使用时晃动，螺栓松了")
SELDOM = 5_000
"""One in so many rows waits for somebody, or is of a kind that is rare; the others are settled and usual."""
AGENTS, COUNTIES, PEOPLE = 20, 12, 40
START = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
_DAYS = 2_000
_EVENTS = ("repairs.created", "tasks.completed", "tasks.accepted")
Row = Mapping[str, Any]


class World:
    """What all rows share."""

    def __init__(self, count: int, branch: str, agents: list[tuple[int, str]], versions: Mapping[str, int]) -> None:
        self.count, self.branch, self.agents, self.versions = count, branch, agents, versions
        self.people: list[int] = []
        self.chance = random.Random(20261122)
        self._step = dt.timedelta(days=_DAYS) / count

    def numbers(self) -> range:
        """Of the rows."""
        return range(1, self.count + 1)

    def at(self, number: int) -> dt.datetime:
        """When the row came."""
        return START + self._step * number

    def later(self, at: dt.datetime, days: int = 400) -> dt.datetime:
        """Some time within so many days after it."""
        return at + dt.timedelta(seconds=self.chance.random() * days * 86_400)

    def words(self, number: int, text: str) -> str:
        """``text`` with the words that are looked for."""
        rare = RARE if number % 20_000 == 777 else ""
        return f"{text}{rare}{OLD if number * 50 <= self.count else ''}（{number}）"

    def division(self) -> str:
        """A county."""
        return f"3505{int(self.chance.random() * COUNTIES) + 1:02d}"


def _seldom(number: int) -> bool:
    return number % SELDOM == 0


def _phone(number: int) -> tuple[str, str]:
    return f"139{number:08d}", f"{number % 10_000:04d}"


def customers(world: World) -> Iterator[Row]:
    """Of the branch."""
    for number in world.numbers():
        at, (phone, tail) = world.at(number), _phone(number)
        name = world.words(number, f"示例小学{COMMON if number % 3 == 0 else ''}")
        yield {
            "number": f"KH{number:08d}",
            "name": name,
            "name_key": name,
            "kind": "person" if _seldom(number) else ("school", "government", "club")[number % 3],
            "address": f"示例路 {number} 号",
            "contact_name": "王女士",
            "phone": phone,
            "phone_tail": tail,
            "division_code": world.division(),
            "organisation_path": world.branch,
            "created_at": at,
            "updated_at": world.later(at),
        }


def projects(world: World) -> Iterator[Row]:
    """One of each customer."""
    for number in world.numbers():
        at = world.at(number)
        yield {
            "number": f"GC{number:08d}",
            "name": world.words(number, f"示例工程{COMMON if number % 3 == 0 else ''}"),
            "kind": "court" if _seldom(number) else ("path", "park", "school")[number % 3],
            "division_code": world.division(),
            "amount": Decimal(int(world.chance.random() * 1_000_000)),
            "customer_id": number,
            "accepted_on": None if number % 5 == 0 else world.later(at).date(),
            "organisation_path": world.branch,
            "created_at": at,
            "updated_at": world.later(at),
        }


def models(world: World) -> Iterator[Row]:
    """A catalogue; nobody makes a million."""
    for number in range(1, min(world.count, 10_000) + 1):
        at = world.at(number)
        yield {
            "number": f"SH-{number:05d}",
            "name": world.words(number, f"漫步机{COMMON if number % 3 == 0 else ''}"),
            "type": ("walker", "twister", "rider")[number % 3],
            "warranty_months": 24,
            "safe_life_years": 8,
            "created_at": at,
            "updated_at": world.later(at),
        }


def sites(world: World) -> Iterator[Row]:
    """With the agents in turn."""
    for number in world.numbers():
        at, (phone, tail), (unit, path) = world.at(number), _phone(number), world.agents[number % AGENTS]
        name = world.words(number, f"示例小区健身点{COMMON if number % 3 == 0 else ''}")
        yield {
            "number": f"AZ{number:08d}",
            "name": name,
            "name_key": name,
            "kind": "stadium" if _seldom(number) else ("park", "path", "school")[number % 3],
            "address": f"示例路 {number} 号",
            "division_code": world.division(),
            "project_id": number,
            "customer_id": number,
            "organisation_id": unit,
            "organisation_path": path,
            "installed_on": None if number % 7 == 0 else at.date(),
            "contact_name": "王女士",
            "phone": phone,
            "phone_tail": tail,
            "state": "faulty" if _seldom(number) else "normal",
            "state_at": world.later(at),
            "created_at": at,
            "updated_at": world.later(at),
        }


def equipment(world: World) -> Iterator[Row]:
    """One piece on each site."""
    catalogue = min(world.count, 10_000)
    for number in world.numbers():
        at = world.at(number)
        yield {
            "number": f"CP{number:08d}",
            "serial": f"SN{number:09d}",
            "batch": f"B{number // 500:06d}",
            "name": world.words(number, f"漫步机{COMMON if number % 3 == 0 else ''}"),
            "model_id": 1 + number % catalogue,
            "site_id": number,
            "customer_id": number,
            "project_id": number,
            "produced_on": (at - dt.timedelta(days=30)).date(),
            "installed_on": at.date(),
            "warranty_to": None if number % 7 == 0 else (at + dt.timedelta(days=730)).date(),
            "safe_life_to": world.later(at + dt.timedelta(days=2600), 600).date(),
            "organisation_path": world.agents[number % AGENTS][1],
            "division_code": world.division(),
            "state": "faulty" if _seldom(number) else "normal",
            "state_at": world.later(at),
            "state_source": "create",
            "created_at": at,
            "updated_at": world.later(at),
        }


def _shared(world: World, number: int) -> dict[str, Any]:
    at = world.at(number)
    return {
        "symptom": world.words(number, SYMPTOMS[number % len(SYMPTOMS)]),
        "severity": ("urgent", "high", "normal")[number % 3],
        "fault": "sharp" if number % SELDOM == 1 else ("loose", "rust", "noise")[number % 3],
        "site_id": number,
        "equipment_id": number,
        "customer_id": number,
        "division_code": world.division(),
        "address": f"示例路 {number} 号",
        "created_at": at,
        "updated_at": world.later(at, 30),
    }


def repairs(world: World) -> Iterator[Row]:
    """One of each piece."""
    for number in world.numbers():
        phone, tail = _phone(number)
        yield {
            **_shared(world, number),
            "number": f"BX{number:08d}",
            "state": "pending_review" if _seldom(number) else "closed",
            "workflow_version": world.versions["repairs"],
            "channel": "public" if number % SELDOM == 1 else ("call_centre", "app")[number % 2],
            "organisation_path": world.branch,
            "caller_name": "王女士",
            "caller_phone": phone,
            "caller_tail": tail,
        }


def tasks(world: World) -> Iterator[Row]:
    """One of each request."""
    for number in world.numbers():
        at, (unit, path), waits = world.at(number), world.agents[number % AGENTS], _seldom(number)
        yield {
            **_shared(world, number),
            "number": f"RW{number:08d}",
            "state": "repairing" if waits else "completed",
            "workflow_version": world.versions["tasks"],
            "branch_path": world.branch,
            "organisation_path": path,
            "unit_id": unit,
            "repairer_id": world.people[number % PEOPLE],
            "due_at": world.later(at, 10),
            "appointed_at": None if number % 2 else world.later(at, 5),
            "completed_at": None if waits else world.later(at, 20),
            "result": None if waits else ("cannot_repair" if number % SELDOM == 1 else "repaired"),
            "cause_code": None if waits else ("vandalism" if number % SELDOM == 1 else ("wear", "aging")[number % 2]),
        }


def followups(world: World) -> Iterator[Row]:
    """One of each task."""
    for number in world.numbers():
        at, waits = world.at(number), _seldom(number)
        yield {
            "number": f"HF{number:08d}",
            "task_id": number,
            "site_id": number,
            "customer_id": number,
            "state": "open" if waits else "done",
            "way": None if waits else ("site" if number % SELDOM == 1 else "phone"),
            "clerk_id": None if waits else world.people[number % PEOPLE],
            "organisation_path": world.branch,
            "division_code": world.division(),
            "done_at": None if waits else world.later(at, 10),
            "created_at": at,
            "updated_at": at,
        }


def inspections(world: World) -> Iterator[Row]:
    """One of each site."""
    for number in world.numbers():
        at, (unit, path) = world.at(number), world.agents[number % AGENTS]
        yield {
            "number": f"XC{number:08d}",
            "state": "dangerous" if _seldom(number) else "normal",
            "site_id": number,
            "due_on": None if number % 3 else at.date(),
            "on_time": None if number % 3 else number % SELDOM != 0,
            "checklist_id": 1,
            "checklist_version": 1,
            "inspector_id": world.people[number % PEOPLE],
            "unit_id": unit,
            "organisation_path": path,
            "division_code": world.division(),
            "captured_at": at - dt.timedelta(seconds=world.chance.random() * 90_000),
            "received_at": at,
            "skewed": number % SELDOM == 1,
            "distance": None if number % 4 == 0 else int(world.chance.random() ** 8 * 3_000),
            "pieces": 5,
            "abnormal": int(world.chance.random() * 6),
            "stopped": 0,
            "created_at": at,
            "updated_at": at,
        }


def messages(world: World) -> Iterator[Row]:
    """All to the first of the people, of whom the list is asked."""
    for number in world.numbers():
        at = world.at(number)
        yield {
            "source_id": f"{number:036d}",
            "user_id": world.people[0],
            "notice": "repair_waiting",
            "record_kind": "repair",
            "record_id": number,
            "number": f"BX{number:08d}",
            "facts": {},
            "created_at": at,
            "read_at": None if _seldom(number) else world.later(at, 5),
        }


def articles(world: World) -> Iterator[Row]:
    """As many as an editor's life is long."""
    for number in range(1, min(world.count, 10_000) + 1):
        at = world.at(number)
        yield {
            "number": f"XW{number:08d}",
            "section": ("products", "news", "tips")[number % 3],
            "title_zh": world.words(number, f"示例文章{COMMON if number % 3 == 0 else ''}"),
            "body_zh": "示例" * 200,
            "audience": "everybody",
            "state": "draft" if _seldom(number) else "published",
            "published_at": at,
            "author_id": world.people[0],
            "created_at": at,
            "updated_at": at,
        }


def users(world: World) -> Iterator[Row]:
    """Customers with an account, besides the people."""
    for number in world.numbers():
        at = world.at(number)
        yield {
            "login": f"user{number:08d}",
            "name": world.words(number, f"示例用户{COMMON if number % 3 == 0 else ''}")[:60],
            "phone": _phone(number)[0],
            "kind": "collector" if _seldom(number) else "customer",
            "customer_id": number,
            "active": number % SELDOM != 1,
            "created_at": at,
            "updated_at": world.later(at),
        }


def changes(world: World) -> Iterator[Row]:
    """The operation log."""
    for number in world.numbers():
        repair = number % 3 == 0
        yield {
            "at": world.at(number),
            "actor_id": world.people[number % PEOPLE],
            "actor_kind": "user",
            "event": "tasks.cancelled" if number % SELDOM == 1 else _EVENTS[number % 3],
            "action": ("create", "complete", "accept")[number % 3],
            "record_kind": "repair" if repair else "task",
            "record_id": number,
            "number": f"{'BX' if repair else 'RW'}{number:08d}",
            "request_id": f"{number:032x}",
            "detail": {},
        }


def security(world: World) -> Iterator[Row]:
    """What was refused or disclosed."""
    for number in world.numbers():
        yield {
            "at": world.at(number),
            "kind": "csrf.refused" if number % SELDOM == 1 else ("sign_in.failed", "authz.object_denied")[number % 2],
            "actor_id": world.people[number % PEOPLE],
            "actor_kind": "user",
            "address": f"10.0.{number % 250}.{number // 250 % 250}",
            "detail": {},
        }


def running(world: World) -> Iterator[Row]:
    """What processes noted."""
    for number in world.numbers():
        yield {
            "at": world.at(number),
            "level": "error" if number % SELDOM == 1 else ("info", "warning")[number % 2],
            "logger": "shuhua_core.worker",
            "message": world.words(number, "作业完成"),
            "process": "host:1",
            "detail": {},
        }
