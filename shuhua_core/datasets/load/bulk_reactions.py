"""What follows from an event, on records in memory; the counterpart of ``shuhua_core.reactions``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shuhua_core.datasets.load.bulk_memory import Memory, Standing
from shuhua_core.datasets.load.bulk_world import derive_state
from shuhua_core.datasets.load.store import Store
from shuhua_core.followups.events import FollowupEvent
from shuhua_core.followups.models import Followup
from shuhua_core.kernel.context import Context, Reaction
from shuhua_core.kernel.events import Event
from shuhua_core.kernel.transition import Machine
from shuhua_core.kernel.workflow import Workflow
from shuhua_core.parts.events import PartEvent
from shuhua_core.parts.machine import MACHINE as PARTS
from shuhua_core.parts.machine import named
from shuhua_core.parts.models import ReturnedPart
from shuhua_core.parts.reactions import part_values
from shuhua_core.repairs.events import RepairEvent
from shuhua_core.repairs.models import RepairRequest
from shuhua_core.sites.effects import MACHINE as EQUIPMENT
from shuhua_core.sites.machine import EQUIPMENT_WORKFLOW
from shuhua_core.tasks.events import TaskEvent
from shuhua_core.tasks.machine import MACHINE as TASKS
from shuhua_core.tasks.models import RepairTask, Task


class BulkReactions:
    """The reactions of a bulk load."""

    def __init__(self, memory: Memory, store: Store, repairs: Machine) -> None:
        self._memory, self._store, self._repairs = memory, store, repairs
        self._keys: dict[int, list[str]] = {}
        self._table: Workflow | None = None
        self.replaced: Sequence[Mapping[str, Any]] = ()
        """The parts that the step names which is being taken."""

    def table(self) -> Mapping[str, tuple[Reaction, ...]]:
        """Event -> reactions, in the order of the services'."""
        return {
            RepairEvent.APPROVED: (self._note_fault, self._make_task),
            RepairEvent.TASK_ADDED: (self._add_task,),
            RepairEvent.MERGED: (self._follow_merge,),
            TaskEvent.STARTED: (self._note_repair_started,),
            TaskEvent.HANDED_OVER: (self._keep_parts,),
            TaskEvent.COMPLETED: (self._note_repaired, self._settle_repairs, self._open_followup, self._keep_parts),
            TaskEvent.CANCELLED: (self._settle_repairs,),
            TaskEvent.REWORKED: (self._redo_repairs, self._drop_followup),
            TaskEvent.FOLLOWED_UP: (self._note_followup,),
            TaskEvent.CLOSED: (self._drop_followup,),
        }

    def expect(self, repair_id: int, keys: Sequence[str]) -> None:
        """The tasks of this request will have these keys, in order of their making."""
        if keys:
            self._keys[repair_id] = list(keys)

    def refresh(self, ctx: Context, standing: Standing) -> None:
        """Derive the state of a site anew from its pieces."""
        if derive_state(ctx, standing.site, {piece.state for piece in standing.pieces.values()}):
            self._store.touch(standing.site)

    def _note_fault(self, ctx: Context, event: Event) -> None:
        self._move_piece(ctx, event, "report_fault")

    def _note_repair_started(self, ctx: Context, event: Event) -> None:
        self._move_piece(ctx, event, "start_repair")

    def _note_repaired(self, ctx: Context, event: Event) -> None:
        if event.values.get("result") == "repaired":
            self._move_piece(ctx, event, "finish_repair")

    def _move_piece(self, ctx: Context, event: Event, action: str) -> None:
        piece_id = event.values["equipment_id"]
        standing = self._memory.standing_of(piece_id)
        piece = standing.pieces[piece_id]
        if EQUIPMENT_WORKFLOW.matching(action, piece.state):
            system = ctx.as_system()
            EQUIPMENT.perform(system, piece, action, {"reference": event.number})
            self._store.touch(piece)
            self.refresh(system, standing)

    def _make_task(self, ctx: Context, event: Event) -> None:
        repair, chosen = self._memory.repair_by_id(event.record_id), event.values["task_id"]
        system = ctx.as_system()
        if chosen is not None:
            task = self._memory.task_by_id(chosen)
            if self._link(system, task, repair.id):
                values = {"repair_id": repair.id}
                system.publish(
                    Event(TaskEvent.LINKED, "task", task.id, task.number, "link", task.state, task.state, values=values)
                )
        elif not any(self._is_open(ctx, task) for task in self._memory.tasks_of(repair.id)):
            self._make(system, repair, repair.severity or "normal", repair.symptom)

    def _add_task(self, ctx: Context, event: Event) -> None:
        repair = self._memory.repair_by_id(event.record_id)
        level = event.values["severity"] or repair.severity or "normal"
        self._make(ctx.as_system(), repair, level, event.values["note"] or repair.symptom)

    def _make(self, ctx: Context, repair: RepairRequest, level: str, symptom: str) -> None:
        table = self._workflow(ctx)
        settings = ctx.deployment.settings
        site = self._memory.standing_of(repair.equipment_id or 0).site
        task = self._store.new(
            Task,
            number=ctx.deployment.numbers.take(ctx.session, "RW", ctx.now),
            state=table.initial[0],
            workflow_version=table.version,
            symptom=symptom,
            fault=repair.fault,
            severity=level,
            in_warranty=repair.in_warranty,
            check_asked=repair.host_unit_id is not None and site.kind in settings.check_kinds.split(),
            site_id=repair.site_id,
            equipment_id=repair.equipment_id,
            customer_id=repair.customer_id,
            host_unit_id=repair.host_unit_id,
            reporter_id=repair.reporter_id,
            address=repair.address,
            division_code=repair.division_code,
            branch_path=repair.organisation_path,
            organisation_path=repair.organisation_path,
            due_at=ctx.now + settings.time_to_finish(level),
            created_at=ctx.now,
            updated_at=ctx.now,
        )
        self._memory.add_task(self._keys[repair.id].pop(0), task)
        values = {"repair_id": repair.id, "severity": level}
        TASKS.begin(ctx, task, event=TaskEvent.CREATED, values=values, data={"repair_id": repair.id})
        self._link(ctx, task, repair.id)

    def _link(self, ctx: Context, task: Task, repair_id: int) -> bool:
        new = self._memory.link(task, repair_id)
        if new:
            self._store.new(RepairTask, repair_id=repair_id, task_id=task.id, linked_at=ctx.now)
        return new

    def _follow_merge(self, ctx: Context, event: Event) -> None:
        if any(self._is_open(ctx, task) for task in self._memory.tasks_of(event.record_id)):
            raise ValueError("a plan merges only requests that have no open task")

    def _settle_repairs(self, ctx: Context, event: Event) -> None:
        system = ctx.as_system()
        for repair in self._memory.repairs_of(event.record_id):
            tasks = self._memory.tasks_of(repair.id)
            if repair.state == "in_progress" and not any(self._is_open(ctx, task) for task in tasks):
                completed = any(task.state != "cancelled" for task in tasks)
                self._repairs.perform(system, repair, "resolve" if completed else "fall_back")
                self._store.touch(repair)

    def _redo_repairs(self, ctx: Context, event: Event) -> None:
        for repair in self._memory.repairs_of(event.record_id):
            if repair.state == "resolved":
                self._repairs.perform(ctx.as_system(), repair, "redo")
                self._store.touch(repair)

    def _open_followup(self, ctx: Context, event: Event) -> None:
        task = self._memory.task_by_id(event.record_id)
        followup = self._store.new(
            Followup,
            number=ctx.deployment.numbers.take(ctx.session, "HF", ctx.now),
            task_id=task.id,
            site_id=task.site_id,
            equipment_id=task.equipment_id,
            state="open",
            skewed=False,
            organisation_path=task.branch_path,
            division_code=task.division_code,
            customer_id=task.customer_id,
            created_at=ctx.now,
            updated_at=ctx.now,
        )
        self._memory.followups[task.id] = followup
        self._tell(ctx, FollowupEvent.OPENED, followup, None)

    def _keep_parts(self, ctx: Context, event: Event) -> None:
        if event.action != "complete":
            return
        task = self._memory.task_by_id(event.record_id)
        for said in self.replaced:
            part = self._store.new(ReturnedPart, **part_values(ctx, task, said))
            PARTS.begin(ctx, part, event=PartEvent.REPLACED, values=named(part))

    def _note_followup(self, ctx: Context, event: Event) -> None:
        followup = self._memory.followups.pop(event.record_id)
        followup.state, followup.done_at, followup.updated_at = "done", ctx.now, ctx.now
        followup.clerk_id = ctx.actor.user_id
        followup.way, followup.repaired = event.values["way"], event.values["repaired"]
        followup.response_score, followup.manner_score, followup.quality_score = event.values["scores"]
        followup.opinion = event.personal.get("note")
        self._tell(ctx, FollowupEvent.DONE, followup, "open")

    def _drop_followup(self, ctx: Context, event: Event) -> None:
        followup = self._memory.followups.pop(event.record_id, None)
        if followup is not None:
            followup.state, followup.updated_at = "dropped", ctx.now
            self._tell(ctx, FollowupEvent.DROPPED, followup, "open")

    def _tell(self, ctx: Context, name: FollowupEvent, followup: Followup, before: str | None) -> None:
        self._store.touch(followup)
        values = {"task_id": followup.task_id}
        ctx.publish(Event(name, "followup", followup.id, followup.number, None, before, followup.state, values=values))

    def _is_open(self, ctx: Context, task: Task) -> bool:
        return self._workflow(ctx).states[task.state].phase == "open"

    def _workflow(self, ctx: Context) -> Workflow:
        if self._table is None:
            self._table = TASKS.newest(ctx)
        return self._table
