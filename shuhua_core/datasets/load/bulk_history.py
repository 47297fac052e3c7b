"""Reports and steps on records in memory: the machines of the services, with reactions that ask the memory."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shuhua_core.accounts.organisations import branch_of
from shuhua_core.archives.contacts import keep_contact
from shuhua_core.audit.record import write_audit
from shuhua_core.datasets.invent import Plan
from shuhua_core.datasets.invented import RepairPlan, Step
from shuhua_core.datasets.load.bulk_memory import Memory, MemoryHappening, Standing
from shuhua_core.datasets.load.bulk_reactions import BulkReactions
from shuhua_core.datasets.load.history import History
from shuhua_core.datasets.load.replay import StepReader, actor_of, report_of
from shuhua_core.datasets.load.store import CountedNumbers, Store, detached
from shuhua_core.datasets.load.told import Telling
from shuhua_core.datasets.load.world_load import Ids
from shuhua_core.kernel.context import Context
from shuhua_core.kernel.deployment import Deployment
from shuhua_core.kernel.schema import deserialize
from shuhua_core.kernel.transition import Effect
from shuhua_core.kernel.workflow import Row
from shuhua_core.places.positions import position_of, set_position
from shuhua_core.repairs.events import RepairEvent
from shuhua_core.repairs.machine import MACHINE as REPAIRS
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.repairs.public import public_values
from shuhua_core.repairs.schema import Intake, Report
from shuhua_core.sites.effects import MACHINE as EQUIPMENT
from shuhua_core.sites.models import Equipment, Site
from shuhua_core.tasks.machine import MACHINE as TASKS

_SCHEMAS = {"call_centre": Intake, "app": Report}


class BulkHistory:
    """Carries out a plan's reports and steps, in order of time."""

    def __init__(self, deployment: Deployment, plan: Plan, ids: Ids, store: Store) -> None:
        self._ids, self._store = ids, store
        self._memory = Memory()
        self._steps_left: Counter[str] = Counter()
        self._over: list[str] = []
        self._branches: dict[str, str] = {}
        self._version: int | None = None
        effects: dict[str, Effect] = {**REPAIRS.effects, "merge": self._merge}
        self._repairs = replace(REPAIRS, effects=effects)
        self._reactions = BulkReactions(self._memory, store, self._repairs)
        self._numbers = CountedNumbers(deployment)
        self.history = History(
            deployment,
            plan.starts_at,
            reactions={"*": (write_audit,), **self._reactions.table()},
            telling=Telling(self._happening),
            numbers=self._numbers,
        )
        self._reader = StepReader(deployment, ids)

    def report(self, plan: RepairPlan) -> None:
        """Somebody reports."""
        self._steps_left[plan.key] = len(plan.steps)
        ctx = self.history.at(plan.created_at, actor_of(self.history, self._ids, plan.reporter))
        standing = self._standing(ctx.session, self._ids.sites[plan.site])
        standing.users += 1
        piece = standing.pieces[self._ids.equipment[plan.equipment]]
        values = self._values(ctx, plan, report_of(plan, piece.id, piece.code))
        repair = self._new(ctx, plan, values, standing.site, piece)
        if plan.channel == "call_centre":
            contact = keep_contact(
                ctx,
                name=repair.caller_name or "",
                phone=repair.caller_phone or "",
                customer_id=repair.customer_id,
                organisation_path=repair.organisation_path,
            )
            repair.contact_id = contact.id
        elif plan.channel == "app":
            repair.caller_name = repair.caller_name or ctx.actor.name or None
        else:
            repair.consented_at = ctx.now if repair.caller_phone else None
            repair.token_hash = hashlib.sha256(self._reader.token(plan.key).encode()).hexdigest()
        self._memory.add_repair(plan.key, repair)
        self._reactions.expect(repair.id, plan.tasks)
        self._repairs.begin(
            ctx,
            repair,
            event=RepairEvent.CREATED,
            values={"channel": repair.channel, "as_draft": repair.state == "draft"},
            data={"captured_at": None, "position": None},
        )
        self._count_down(plan.key, 0)

    def _values(self, ctx: Context, plan: RepairPlan, data: Mapping[str, Any]) -> dict[str, Any]:
        if plan.channel == "public":
            return public_values(data, ctx.deployment.settings.locale)
        return deserialize(_SCHEMAS[plan.channel], data)

    def act(self, plan: RepairPlan, step: Step) -> None:
        """A step is taken, unless it comes by itself."""
        if step.automatic != "reaction":
            ctx = self.history.at(step.at, actor_of(self.history, self._ids, step.actor))
            data = self._reader.input(ctx, step, self._memory.ids_of)
            if step.subject == "repair":
                repair = self._memory.repair(step.key)
                self._repairs.perform(ctx, repair, step.action, data)
                self._store.touch(repair)
            elif step.subject == "task":
                task = self._memory.task(step.key)
                self._reactions.replaced = data.get("parts") or []
                TASKS.perform(ctx, task, step.action, data)
                self._store.touch(task)
            else:
                self._equipment(ctx, step, data)
        self._count_down(plan.key, 1)

    def write(self, session: Session) -> None:
        """Note the numbers that were taken; the records are the store's."""
        self._numbers.write(session)

    def forget(self) -> None:
        """Forget, after a write, what nothing can happen to any more."""
        self._over = [key for key in self._over if not self._memory.forget(key)]

    def kept(self) -> int:
        """How many requests are in memory."""
        return len(self._memory)

    def _count_down(self, key: str, steps: int) -> None:
        self._steps_left[key] -= steps
        if self._steps_left[key] == 0:
            del self._steps_left[key]
            self._memory.finish(key)
            self._over.append(key)

    def _new(self, ctx: Context, plan: RepairPlan, values: Mapping[str, Any], site: Site, piece: Equipment) -> RepairRequest:
        if self._version is None:
            self._version = REPAIRS.newest(ctx).version
        repair = self._store.new(
            RepairRequest,
            number=ctx.deployment.numbers.take(ctx.session, "BX", ctx.now),
            state=plan.state,
            workflow_version=self._version,
            channel=plan.channel,
            symptom=values["symptom"],
            fault=values.get("fault"),
            severity=values.get("severity"),
            site_id=site.id,
            equipment_id=piece.id,
            customer_id=piece.customer_id or site.customer_id,
            host_unit_id=site.host_unit_id,
            division_code=site.division_code,
            organisation_path=self._branch(ctx, str(site.organisation_path)),
            address=site.address,
            reporter_id=ctx.actor.user_id if plan.channel == "app" else None,
            caller_name=values["caller_name"],
            caller_phone=values["caller_phone"],
            created_at=ctx.now,
            updated_at=ctx.now,
        )
        set_position(repair, position_of(site))
        return repair

    def _merge(self, ctx: Context, repair: RepairRequest, values: dict[str, Any], _row: Row) -> Mapping[str, Any]:
        target = self._memory.repair_by_id(values["target_id"])
        repair.first_action_at = repair.first_action_at or ctx.now
        repair.merged_into_id, repair.ended_at = target.id, ctx.now
        self._memory.note_merged(repair)
        return {"target_id": target.id, "target_state": target.state, "open_tasks": values["open_tasks"]}

    def _equipment(self, ctx: Context, step: Step, data: dict[str, Any]) -> None:
        piece_id = self._ids.equipment[step.key]
        standing = self._memory.standing_of(piece_id)
        piece = standing.pieces[piece_id]
        EQUIPMENT.perform(ctx, piece, step.action, data)
        self._store.touch(piece)
        self._reactions.refresh(ctx, standing)

    def _standing(self, session: Session, site_id: int) -> Standing:
        """A site with its pieces, read when nothing about it is known yet."""
        known = self._memory.standing(site_id)
        if known is not None:
            return known
        (site,) = detached(session, session.scalars(select(Site).where(Site.id == site_id)))
        query = select(Equipment).where(Equipment.site_id == site_id).order_by(Equipment.id)
        pieces = {piece.id: piece for piece in detached(session, session.scalars(query))}
        return self._memory.add_standing(Standing(site, pieces))

    def _branch(self, ctx: Context, path: str) -> str:
        if path not in self._branches:
            self._branches[path] = branch_of(ctx.session, path).path
        return self._branches[path]

    def _happening(self, *arguments: Any) -> MemoryHappening:
        return MemoryHappening(*arguments, self._memory)  # type: ignore[call-arg]  # the arguments are those of its base
