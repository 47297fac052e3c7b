"""The real set through the services: each case at its own times, as far as its record tells."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import func, or_, select

from shuhua_core.datasets.boston import ServiceCase
from shuhua_core.datasets.load.boston_script import Deed, deeds, result_of
from shuhua_core.datasets.load.history import History
from shuhua_core.datasets.load.real_branch import RealBranch, real_branch
from shuhua_core.datasets.load.report import ImportReport
from shuhua_core.kernel.actor import SYSTEM, Actor
from shuhua_core.kernel.context import Context
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.kernel.errors import Invalid
from shuhua_core.kernel.events import Event
from shuhua_core.kernel.i18n import _
from shuhua_core.kernel.schema import deserialize
from shuhua_core.kernel.steps import Step
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.repairs.schema import Report
from shuhua_core.repairs.service import RepairService
from shuhua_core.tasks.events import TaskEvent
from shuhua_core.tasks.models import RepairTask
from shuhua_core.tasks.service import TaskService

CHUNK = 2000
"""Deeds in one transaction, more or less: those of one moment stay together."""

_UNITS = {"lighting": "lighting", "new_lighting": "lighting", "tree": "contractor", "grounds": "contractor"}
_NEAR_DEGREES = 0.0015
_CREATED_BEFORE = timedelta(days=30)


def external_number(case: ServiceCase) -> str:
    """The number of the request in the set, by which a second import finds it."""
    return f"boston311:{case.case_id}"


def report_values(case: ServiceCase) -> dict[str, Any]:
    """A case as :class:`shuhua_core.repairs.schema.Report` reads it."""
    values: dict[str, Any] = {
        "symptom": f"{case.type.symptom_zh} {case.title}",
        "severity": case.severity,
        "division_code": case.division,
        "address": case.address[:200] or None,
        "caller_name": f"Boston 311 · {case.source}"[:60],
    }
    if case.position is not None:
        longitude, latitude = case.position
        values["position"] = {"longitude": longitude, "latitude": latitude, "datum": "wgs84", "source": "import"}
    return values


def acceptable(deployment: Deployment, cases: Sequence[ServiceCase], report: ImportReport) -> list[ServiceCase]:
    """Those of the cases that can be requests; counts those that are new, those that are there already, and the refused."""
    with deployment.database.read() as session:
        known = set(
            session.scalars(select(RepairRequest.external_number).where(RepairRequest.external_number.like("boston311:%")))
        )
    found = []
    for case in cases:
        report.read += 1
        if external_number(case) in known:
            report.known += 1
            found.append(case)
        elif _can_be_request(case, report):
            report.added += 1
            found.append(case)
    return found


def _can_be_request(case: ServiceCase, report: ImportReport) -> bool:
    try:
        deserialize(Report, report_values(case))
    except Invalid as error:
        for name, reason in error.errors.items():
            report.refuse(case.case_id, name, reason)
        return False
    return True


class BostonReplay:
    """Replays cases, and goes on where an earlier replay was interrupted."""

    def __init__(
        self, deployment: Deployment, report: ImportReport, *, logins: Collection[str] = (), password_hash: str | None = None
    ) -> None:
        self._report = report
        self._logins, self._password_hash = logins, password_hash
        self._repairs: dict[str, int] = {}
        self._tasks: dict[int, int] = {}
        self._now = deployment.clock.now()
        self._history = History(deployment, self._now, listeners={TaskEvent.CREATED: (self._task_made,)})
        self._confirm_days = deployment.settings.confirm_days
        self._branch: RealBranch
        self._begun: frozenset[str] = frozenset()

    def run(self, cases: Sequence[ServiceCase]) -> Iterator[int]:
        """Replay ``cases``; yields how many deeds were done since the last time. :meth:`count` tells of how many."""
        if not cases:
            return
        with self._history.transaction():
            founded = min(case.opened_at for case in cases) - _CREATED_BEFORE
            self._branch = real_branch(self._history, founded, logins=self._logins, password_hash=self._password_hash)
            done_until = self._resume(cases)
        for chunk in _chunks(self._deeds(cases)):
            with self._history.transaction():
                for deed in chunk:
                    if done_until is None or deed.case.case_id not in self._begun or deed.at > done_until:
                        self._do(deed)
            yield len(chunk)

    def count(self, cases: Sequence[ServiceCase]) -> int:
        """How many deeds :meth:`run` has before it."""
        return len(self._deeds(cases))

    def _deeds(self, cases: Sequence[ServiceCase]) -> list[Deed]:
        """What has happened by now; what the house does after so many days it then does by itself."""
        return [deed for deed in deeds(cases, self._confirm_days) if deed.at <= self._now]

    def _resume(self, cases: Sequence[ServiceCase]) -> datetime | None:
        """Ids of requests and tasks that are there already, and the moment up to which they have been replayed."""
        session = self._history.session
        numbers = {external_number(case): case.case_id for case in cases}
        rows = session.execute(
            select(RepairRequest.external_number, RepairRequest.id).where(RepairRequest.external_number.like("boston311:%"))
        )
        self._repairs = {numbers[number]: repair_id for number, repair_id in rows if number in numbers}
        self._begun = frozenset(self._repairs)
        if not self._repairs:
            return None
        ids = select(RepairRequest.id).where(RepairRequest.external_number.like("boston311:%"))
        links = session.execute(select(RepairTask.repair_id, RepairTask.task_id).where(RepairTask.repair_id.in_(ids)))
        self._tasks = dict(links.all())
        tasks = select(RepairTask.task_id).where(RepairTask.repair_id.in_(ids))
        mine = or_(
            (Step.record_kind == "repair") & Step.record_id.in_(ids),
            (Step.record_kind == "task") & Step.record_id.in_(tasks),
        )
        return session.scalar(select(func.max(Step.at)).where(mine))

    def _task_made(self, _ctx: Context, event: Event) -> None:
        self._tasks[event.values["repair_id"]] = event.record_id

    def _person(self, login: str) -> Actor:
        return self._history.user(self._branch.people[login])

    def _do(self, deed: Deed) -> None:
        case, action = deed.case, deed.action
        unit = _UNITS.get(case.type.key, "parks")
        manager = f"{unit}_manager_boston"
        repairers = self._branch.repairers(unit)
        repairer = repairers[int(case.case_id[-3:]) % len(repairers)]
        if action == "report":
            self._report_case(deed)
        elif action == "approve":
            self._repair(deed, "reviewer_boston", {"severity": case.severity, "in_warranty": False})
            self._set_deadline(deed)
        elif action == "answer":
            note = case.closing_note if len(case.closing_note) > 1 else "Noted"
            self._repair(deed, "call_centre_boston", {"answer": note[:2000]})
        elif action == "reject":
            self._repair(deed, "reviewer_boston", {"reason": f"Case invalid. {case.closing_note}"[:1000]})
        elif action == "merge":
            self._merge(deed)
        elif action == "confirm":
            RepairService(self._history.at(deed.at, SYSTEM)).act(self._repairs[case.case_id], "confirm")
        elif action == "allocate":
            self._task(deed, "dispatcher_boston", {"unit_id": self._branch.units[unit]})
        elif action == "accept":
            self._task(deed, manager, {})
        elif action == "assign":
            self._task(deed, manager, {"repairer_id": self._branch.people[repairer]})
        elif action == "start":
            self._task(deed, repairer, {})
        else:
            self._task(deed, repairer, result_of(case))

    def _report_case(self, deed: Deed) -> None:
        case = deed.case
        service = RepairService(self._history.at(deed.at, SYSTEM))
        made = service.report(report_values(case), channel=case.channel, external_number=external_number(case))
        self._repairs[case.case_id] = made.id

    def _repair(self, deed: Deed, login: str, data: dict[str, Any]) -> None:
        ctx = self._history.at(deed.at, self._person(login))
        RepairService(ctx).act(self._repairs[deed.case.case_id], deed.action, data)

    def _task(self, deed: Deed, login: str, data: dict[str, Any]) -> None:
        ctx = self._history.at(deed.at, self._person(login))
        TaskService(ctx).act(self._tasks[self._repairs[deed.case.case_id]], deed.action, data)

    def _set_deadline(self, deed: Deed) -> None:
        """The record's own deadline in place of the house's rule."""
        if deed.case.due_at is None:
            return
        ctx = self._history.at(deed.at, self._person("dispatcher_boston"))
        service = TaskService(ctx)
        task = service.get(self._tasks[self._repairs[deed.case.case_id]])
        data = {"due_at": deed.case.due_at.isoformat(), "reason": "Target date of the imported record"}
        service.move_deadline(task.id, data, expected_version=task.version)

    def _merge(self, deed: Deed) -> None:
        """Into the case that the record names, else into the nearest open one of the same place; else it is rejected."""
        case = deed.case
        target = self._named(case) or self._nearest(case)
        ctx = self._history.at(deed.at, self._person("reviewer_boston"))
        if target is not None:
            note = (case.closing_note or "Duplicate")[:1000]
            RepairService(ctx).act(self._repairs[case.case_id], "merge", {"target_id": target, "note": note})
            return
        self._report.refuse(case.case_id, "duplicate_of", _("A duplicate, but no case of the same place is open; rejected"))
        reason = f"Duplicate of an existing case. {case.closing_note}"[:1000]
        RepairService(ctx).act(self._repairs[case.case_id], "reject", {"reason": reason})

    def _named(self, case: ServiceCase) -> int | None:
        repair_id = self._repairs.get(case.duplicate_of or "")
        if repair_id is None:
            return None
        open_one = _open_requests().where(RepairRequest.id == repair_id)
        found: int | None = self._history.session.scalar(open_one)
        return found

    def _nearest(self, case: ServiceCase) -> int | None:
        """The nearest open request of the same kind within some 150 m, else at the same address."""
        query = _open_requests().where(
            RepairRequest.id != self._repairs[case.case_id],
            RepairRequest.symptom.startswith(case.type.symptom_zh, autoescape=True),
        )
        if case.position is not None:
            longitude, latitude = case.position
            east, north = RepairRequest.longitude - longitude, RepairRequest.latitude - latitude
            near = query.where(east.between(-_NEAR_DEGREES, _NEAR_DEGREES), north.between(-_NEAR_DEGREES, _NEAR_DEGREES))
            query = near.order_by(east * east + north * north, RepairRequest.id)
        elif case.address:
            query = query.where(RepairRequest.address == case.address[:200]).order_by(RepairRequest.id)
        else:
            return None
        found: int | None = self._history.session.scalar(query.limit(1))
        return found


def _open_requests() -> Any:
    return select(RepairRequest.id).where(
        RepairRequest.state.in_(("pending_review", "need_info", "in_progress")), RepairRequest.external_number.like("boston311:%")
    )


def _chunks(found: Iterable[Deed]) -> Iterator[list[Deed]]:
    """Parts of some :data:`CHUNK` deeds that never part those of one moment, so that a replay can go on between them."""
    chunk: list[Deed] = []
    for _moment, together in groupby(found, key=lambda deed: deed.at):
        chunk.extend(together)
        if len(chunk) >= CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
