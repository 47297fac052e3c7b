"""A task, and which requests it serves."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ColumnElement, ForeignKey, Index, String, Text, and_, literal, select
from sqlalchemy.orm import Mapped, mapped_column

from ..kernel.db import Base
from ..kernel.hints import likely, unlikely
from ..kernel.scope import ScopeColumns
from ..kernel.steps import Step
from ..kernel.text_index import index_texts
from ..kernel.types import BigInt, code_string


class Task(Base):
    """Work that somebody has to do on site, from allocation to the last word after the follow-up."""

    __tablename__ = "tasks"
    __table_args__ = (
        Index("ix_tasks_organisation_state", "organisation_path", "state", "created_at"),
        Index("ix_tasks_repairer_state", "repairer_id", "state"),
        Index("ix_tasks_division", "division_code", "state"),
        Index("ix_tasks_state_created", "state", "created_at"),
        Index("ix_tasks_state_due", "state", "due_at"),
        Index("ix_tasks_completed", "completed_at"),
        *(
            Index(f"ix_tasks_{name}_created", name, "created_at")
            for name in ("severity", "consent", "fault", "result", "cause_code", "remedy_code")
        ),
    )
    __scope__: ClassVar[ScopeColumns] = ScopeColumns(
        "task",
        division="division_code",
        organisation="organisation_path",
        own={
            "user_id": "repairer_id",
            "reporter_id": "reporter_id",
            "customer_id": "customer_id",
            "host_unit_id": "host_unit_id",
        },
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    number: Mapped[str] = mapped_column(code_string(40), unique=True)
    state: Mapped[str] = mapped_column(String(40))
    state_before: Mapped[str | None] = mapped_column(String(40))
    version: Mapped[int] = mapped_column(default=1)
    workflow_version: Mapped[int]
    symptom: Mapped[str] = mapped_column(Text)
    """What is to be done: the request's symptom, or the dispatcher's words for a further task."""
    fault: Mapped[str | None] = mapped_column(String(20))
    """Code of what it looked like to the reporter, or turned out to be: a word of ``faults``."""
    severity: Mapped[str] = mapped_column(String(10))
    in_warranty: Mapped[bool | None]
    consent: Mapped[str] = mapped_column(String(20), default="not_needed")
    """Where the customer's consent to the price stands: one of :data:`shuhua_core.tasks.schema.CONSENTS`."""
    check_asked: Mapped[bool] = mapped_column(default=False)
    """Whether the host unit checks the repair before it counts as completed."""
    site_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("sites.id"), index=True)
    equipment_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("equipment.id"), index=True)
    customer_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("customers.id"), index=True)
    host_unit_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("organisations.id"), index=True)
    reporter_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("users.id", ondelete="SET NULL"), index=True)
    address: Mapped[str | None] = mapped_column(String(200))
    division_code: Mapped[str | None] = mapped_column(code_string(20))
    branch_path: Mapped[str] = mapped_column(code_string(200))
    """The branch that the task comes from and goes back to."""
    organisation_path: Mapped[str] = mapped_column(code_string(200))
    """Who has it now: the unit it is allocated to, else the branch."""
    unit_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("organisations.id"), index=True)
    repairer_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("users.id"))
    direct: Mapped[bool] = mapped_column(default=False)
    """Allocated to a person, not to a unit."""
    due_at: Mapped[datetime] = mapped_column(index=True)
    appointed_at: Mapped[datetime | None] = mapped_column(index=True)
    """Time agreed with the customer."""
    allocated_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    assigned_at: Mapped[datetime | None]
    taken_at: Mapped[datetime | None]
    arrived_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    hold_reason: Mapped[str | None] = mapped_column(String(20))
    result: Mapped[str | None] = mapped_column(String(20))
    cause_code: Mapped[str | None] = mapped_column(String(20))
    cause: Mapped[str | None] = mapped_column(Text)
    remedy_code: Mapped[str | None] = mapped_column(String(20))
    remedy: Mapped[str | None] = mapped_column(Text)
    satisfaction: Mapped[int | None]
    """Mean of the follow-up's scores, in hundredths."""
    followup_attempts: Mapped[int] = mapped_column(default=0)
    urged: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(index=True)
    updated_at: Mapped[datetime] = mapped_column(index=True)


class RepairTask(Base):
    """A task serves a request. Many to many."""

    __tablename__ = "repair_tasks"

    repair_id: Mapped[int] = mapped_column(BigInt, ForeignKey("repairs.id"), primary_key=True)
    task_id: Mapped[int] = mapped_column(BigInt, ForeignKey("tasks.id"), primary_key=True, index=True)
    linked_at: Mapped[datetime]


def overdue(open_states: tuple[str, ...], now: datetime) -> ColumnElement[bool]:
    """Whether a task is past its deadline while there is still work to do: computed, never a state."""
    # Nearly all deadlines lie in the past, and few tasks are open: it is the states that find them.
    return and_(unlikely(Task.state.in_([literal(state) for state in open_states])), likely(Task.due_at < now))


def late() -> ColumnElement[bool]:
    """Whether a task was completed after its deadline."""
    return Task.completed_at > Task.due_at


def fixed_at_once() -> ColumnElement[bool]:
    """Whether a task ended with a repair and never went to rework."""
    back = Step.action.in_(("rework", "fail_check"))
    reworked = select(Step.id).where(Step.record_kind == "task", Step.record_id == Task.id, back).correlate(Task).exists()
    return and_(Task.result == "repaired", ~reworked)


index_texts(Task, texts=("symptom", "address"), codes=("number",))
