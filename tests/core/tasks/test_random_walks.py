"""Random people take random actions on requests and tasks: nothing illegal happens, nothing is stuck, all of it is on record."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import func, select

from shuhua_core.audit.models import AuditEntry
from shuhua_core.kernel.actor import SYSTEM
from shuhua_core.kernel.errors import ServiceError
from shuhua_core.kernel.outbox import OutboxEntry
from shuhua_core.kernel.steps import steps_of
from shuhua_core.kernel.workflow import PREVIOUS, SAME
from shuhua_core.repairs.machine import MACHINE as REPAIRS
from shuhua_core.repairs.service import RepairService
from shuhua_core.tasks.machine import MACHINE as TASKS
from shuhua_core.tasks.service import TaskService
from shuhua_core.testing.flow import COMPLETE, FOLLOW_UP, Flow
from shuhua_core.testing.world import build_world

PEOPLE = [
    *(
        "customer",
        "customer_2",
        "inspector",
        "call_centre",
        "reviewer",
        "dispatcher",
        "followup_clerk",
        "leader",
        "administrator",
    ),
    *("agent_manager", "agent_manager_2", "department_manager", "repairer", "repairer_2", "repairer_department", "host_unit"),
    *("reviewer_other", "dispatcher_other", "agent_manager_other", "repairer_other", "authority", "collector"),
]
UNITS = ["agent", "agent_2", "department", "other_agent"]
REPAIRERS = ["repairer", "repairer_2", "repairer_department", "repairer_other"]


class Walk(RuleBasedStateMachine):
    """One world in one transaction; each action in a savepoint, so that what is refused leaves nothing behind."""

    deployment: Any = None

    def __init__(self) -> None:
        super().__init__()
        database = self.deployment.database
        database.gate.acquire()
        self.session = database.write_session()
        self.ctx = self.deployment.context(self.session, SYSTEM)
        self.flow = Flow(self.ctx, build_world(self.session))
        self.repairs: list[Any] = []
        self.moved: dict[tuple[str, int], int] = {}

    def teardown(self) -> None:
        self.session.rollback()
        self.session.close()
        self.deployment.database.gate.release()

    @rule(login=st.sampled_from(["customer", "customer_2", "inspector"]), piece=st.sampled_from(["one_1", "one_2", "two_1"]))
    def report(self, login, piece):
        try:
            with self.session.begin_nested():
                repair = self.flow.report(login, piece)
        except ServiceError:
            return
        self.repairs.append(repair)

    @rule(days=st.sampled_from([1, 8, 15]))
    def time_passes(self, days):
        clock = self.deployment.clock
        clock.set(clock.now() + timedelta(days=days))
        system = self.flow.context("system")
        RepairService(system).settle_due()
        TaskService(system).close_due()

    @precondition(lambda self: self.repairs)
    @rule(data=st.data())
    def act_on_request(self, data):
        repair = data.draw(st.sampled_from(self.repairs), label="request")
        self._act(data, REPAIRS, RepairService, repair)

    @precondition(lambda self: self._tasks())
    @rule(data=st.data())
    def act_on_task(self, data):
        task = data.draw(st.sampled_from(self._tasks()), label="task")
        self._act(data, TASKS, TaskService, task)

    def _act(self, data, machine, service, record):
        table = machine.table(self.ctx, record)
        likely = sorted({row.action for row in table.leaving(record.state)})
        action = data.draw(
            st.sampled_from(likely) if likely and data.draw(st.integers(0, 9)) else st.sampled_from(sorted(table.actions))
        )
        permitted = [
            login for login in PEOPLE if action in {row.action for row in machine.available(self.flow.context(login), record)}
        ]
        login = data.draw(st.sampled_from(permitted) if permitted and data.draw(st.integers(0, 9)) else st.sampled_from(PEOPLE))
        values = data.draw(self._input(action, record))
        before = (record.state, record.version, len(steps_of(self.session, machine.kind, record.id)))
        try:
            with self.session.begin_nested():
                service(self.flow.context(login)).act(record.id, action, values)
        except ServiceError:
            self.session.refresh(record)
            assert (record.state, record.version, len(steps_of(self.session, machine.kind, record.id))) == before
            return
        assert record.version > before[1]

    def _input(self, action, record):
        users, units = self.flow.world.users, self.flow.world.units
        reason = {"reason": "测试原因"}
        fixed = {
            "approve": {"severity": "high", "in_warranty": True},
            "answer": {"answer": "请松开锁扣"},
            "ask_more": {"question": "哪一台?"},
            "supply": {"text": "左边那台"},
            "add_task": {"note": "另一处也坏了"},
            "complete": COMPLETE,
            "follow_up": FOLLOW_UP,
            "followup_attempt": {"outcome": "no_answer"},
            "close_unreached": {"unreached": "not_required"},
            "hold": {"hold_reason": "parts"},
            "feedback": {"text": "正在维修"},
            "appoint": {"appointed_at": (self.deployment.clock.now() + timedelta(days=1)).isoformat()},
            "pass_check": {"opinion": "已修好"},
            "fail_check": {"opinion": "没修好"},
        }
        if action == "allocate":
            return st.one_of(
                st.sampled_from(UNITS).map(lambda name: {"unit_id": units[name].id}),
                st.sampled_from(REPAIRERS).map(lambda name: {"repairer_id": users[name]}),
                st.just({}),
            )
        if action == "assign":
            return st.sampled_from(REPAIRERS).map(lambda name: {"repairer_id": users[name]})
        if action == "merge":
            return st.builds(
                lambda target, open_tasks: {"target_id": target.id, "open_tasks": open_tasks},
                st.sampled_from(self.repairs),
                st.sampled_from(["move", "cancel"]),
            )
        if action in fixed:
            return st.sampled_from([fixed[action], fixed[action], {"state": "closed"}])
        rows = [row for row in (*REPAIRS.newest(self.ctx).rows, *TASKS.newest(self.ctx).rows) if row.action == action]
        return st.just(reason if rows[0].schema == "Reason" else {})

    def _tasks(self):
        found = {task.id: task for repair in self.repairs for task in self.flow.tasks(repair)}
        return list(found.values())

    @invariant()
    def every_step_is_a_row_of_the_table_and_the_steps_lead_to_the_state(self):
        for machine, records in ((REPAIRS, self.repairs), (TASKS, self._tasks())):
            for record in records:
                table = machine.table(self.ctx, record)
                steps = steps_of(self.session, machine.kind, record.id)
                assert steps[-1].after == record.state
                assert (steps[0].before, steps[0].action) == (None, "create")
                for last, step in pairwise(steps):
                    assert step.before == last.after
                    assert any(
                        row.target in (step.after, PREVIOUS) or (row.target == SAME and step.before == step.after)
                        for row in table.matching(step.action, step.before)
                    ), (step.action, step.before, step.after)

    @invariant()
    def steps_audit_and_outbox_are_equal_to_what_happened(self):
        for kind, records in (("repair", self.repairs), ("task", self._tasks())):
            for record in records:
                steps = steps_of(self.session, kind, record.id)
                audit = self.session.scalars(
                    select(AuditEntry.action)
                    .where(AuditEntry.record_kind == kind, AuditEntry.record_id == record.id)
                    .order_by(AuditEntry.id)
                ).all()
                assert [action for action in audit if action != "link"] == [step.action for step in steps]
                sent = self.session.scalar(
                    select(func.count()).where(OutboxEntry.record_kind == kind, OutboxEntry.record_id == record.id)
                )
                assert sent == len(audit)

    @invariant()
    def somebody_can_go_on_with_every_record_that_is_not_finished(self):
        for machine, records in ((REPAIRS, self.repairs), (TASKS, self._tasks())):
            for record in records:
                if machine.table(self.ctx, record).states[record.state].phase == "final":
                    continue
                assert any(machine.available(self.flow.context(login), record) for login in PEOPLE), (machine.kind, record.state)

    @invariant()
    def a_task_is_with_the_unit_that_it_is_allocated_to(self):
        units = {unit.id: unit.path for unit in self.flow.world.units.values()}
        for task in self._tasks():
            assert task.organisation_path == units.get(task.unit_id, task.branch_path)
            if task.state in ("assigned", "en_route", "on_site", "repairing"):
                assert task.repairer_id is not None

    @invariant()
    def no_resolved_request_has_open_tasks_and_none_is_in_progress_without_any_but_a_disputed_one(self):
        service = TaskService(self.ctx)
        for repair in self.repairs:
            tasks = self.flow.tasks(repair)
            if repair.state == "resolved":
                assert all(service.phase(task) != "open" for task in tasks)
            if repair.state == "in_progress":
                # One that was answered without a task and is disputed waits for the dispatcher to add the first.
                moves = [step for step in steps_of(self.session, "repair", repair.id) if step.before != step.after]
                assert tasks or moves[-1].action == "dispute"


def _walk(deployment, **more):
    machine = type("Here", (Walk,), {"deployment": deployment})
    run_state_machine_as_test(
        machine, settings=settings(stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck), **more)
    )


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_random_walks_stay_within_the_tables(deployment):
    _walk(deployment, max_examples=15)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_planted_fault_is_found(deployment):
    """The control: when an allocated task stays with the branch, the walks notice, on whichever database they go."""
    honest = TASKS.effects["allocate"]

    def forgetful(ctx, task, data, row):
        values = honest(ctx, task, data, row)
        task.organisation_path = task.branch_path
        return values

    TASKS.effects["allocate"] = forgetful
    try:
        with pytest.raises(AssertionError):
            _walk(deployment, max_examples=1_000, phases=[Phase.generate], database=None, derandomize=False)
    finally:
        TASKS.effects["allocate"] = honest
