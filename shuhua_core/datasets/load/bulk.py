"""The invented deployment in bulk: the same rows as through the services, with few statements and in flat memory.

Rules are not written a second time: the workflow machines, their guards and most effects are those of the services, carried
out on records in memory. What asks the database there, asks the memory here (``bulk_history``). A test compares both ways.
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush

from shuhua_core.accounts.models import Organisation, User, UserRole
from shuhua_core.archives.models import Project
from shuhua_core.datasets.invent import Plan
from shuhua_core.datasets.invented import RepairPlan, Step
from shuhua_core.datasets.load.bulk_history import BulkHistory
from shuhua_core.datasets.load.bulk_world import BulkWorld, NumberedKeys
from shuhua_core.datasets.load.chunks import in_chunks
from shuhua_core.datasets.load.history import History
from shuhua_core.datasets.load.store import Store
from shuhua_core.datasets.load.world_load import WorldLoader
from shuhua_core.followups.models import Followup
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.parts.models import ReturnedPart
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.sites.models import Equipment, Site
from shuhua_core.tasks.models import RepairTask, Task

SITES_AT_ONCE = 200
DEEDS_AT_ONCE = 4000
"""Reports and steps in one transaction."""
_MODELS = (Organisation, User, UserRole, Project, Site, Equipment, RepairRequest, Task, RepairTask, Followup, ReturnedPart)


class BulkLoad:
    """Loads a plan of any size. The database holds no other invented deployment, and nobody else writes meanwhile."""

    def __init__(self, deployment: Deployment, plan: Plan) -> None:
        self._deployment, self._plan = deployment, plan
        self._store = Store(_MODELS)
        self._history = History(deployment, plan.starts_at)
        self._people = WorldLoader(self._history, plan)

    def parts(self) -> Iterator[tuple[str, Iterator[int], int]]:
        """The parts of the load, in order: (name, how much was done since the last time, how much there is to do)."""
        yield "people and customers", self._load_people(), 1
        yield "sites and equipment", self._load_sites(), self._plan.site_count
        yield "requests and tasks", self._load_history(), self._plan.repair_count

    def _load_people(self) -> Iterator[int]:
        with self._history.transaction() as session:
            self._people.people()
            self._store.begin(session)
        yield 1

    def _load_sites(self) -> Iterator[int]:
        ids = self._people.ids
        with self._history.transaction() as session:
            world = BulkWorld(self._people, self._store, session)
        ids.projects = NumberedKeys(self._store.next_id(Project), (1,))
        for projects in in_chunks(self._plan.projects(), SITES_AT_ONCE):
            with self._history.transaction() as session:
                for project in projects:
                    world.project(project)
                self._store.write(session)
        # A site keeps as many ids as it may have pieces at most, so that an id follows from a key.
        stride = 2 * self._plan.equipment_per_site
        ids.sites = NumberedKeys(self._store.next_id(Site), (1,))
        first_piece = self._store.reserve(Equipment, stride * self._plan.site_count)
        ids.equipment = NumberedKeys(first_piece, (stride, 1))
        for sites in in_chunks(self._plan.sites(), SITES_AT_ONCE):
            with self._history.transaction() as session:
                for site in sites:
                    world.site(site)
                self._store.write(session)
                for site in sites:
                    self._people.lives.carry_out(site)
            yield len(sites)

    def _load_history(self) -> Iterator[int]:
        bulk = BulkHistory(self._deployment, self._plan, self._people.ids, self._store)
        for part in in_chunks(deeds(self._plan), DEEDS_AT_ONCE):
            with bulk.history.transaction() as session:
                for repair, step in part:
                    if step is None:
                        bulk.report(repair)
                    else:
                        bulk.act(repair, step)
                session.flush()
                self._store.write(session)
                bulk.write(session)
            bulk.forget()
            yield sum(step is None for _repair, step in part)
        with bulk.history.transaction() as session:
            self._store.end(session)


def deeds(plan: Plan) -> Iterator[tuple[RepairPlan, Step | None]]:
    """All reports (without a step) and steps of a plan in order of time, as ``Plan.timeline()``, but without holding them all."""
    waiting: list[tuple[object, int, int, RepairPlan, Step]] = []
    for number, repair in enumerate(plan.repairs()):
        while waiting and waiting[0][0] <= repair.created_at:  # type: ignore[operator]
            *_when, earlier, step = heappop(waiting)
            yield earlier, step
        yield repair, None
        for index, step in enumerate(repair.steps):
            heappush(waiting, (step.at, number, index, repair, step))
    while waiting:
        *_when, earlier, step = heappop(waiting)
        yield earlier, step
